"""The local launcher: how many workers, with how many threads."""

import math

import pytest

from sweeprun.cpus import THREAD_VARIABLES, usable_cpus
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import UsageError
from sweeprun.launchers import local
from sweeprun.launchers.local import LocalLauncher


def test_by_default_as_many_workers_as_cpus() -> None:
    array = LocalLauncher().array(TaskIds.first(100))
    assert array.throttle == usable_cpus()
    assert LocalLauncher().workers(array) == usable_cpus()
    assert LocalLauncher(cpus_per_task=10**6).array(TaskIds.first(100)).throttle == 1
    assert LocalLauncher(throttle=7).workers(LocalLauncher(throttle=7).array(TaskIds.first(3))) == 3


def test_threads_are_the_workers_share_unless_the_user_chose() -> None:
    for launcher, workers, threads in (
        (LocalLauncher(), 1, usable_cpus()),
        (LocalLauncher(), 10**6, 1),
        (LocalLauncher(cpus_per_task=3), 2, 3),
    ):
        environment = launcher.environment(workers, {"MKL_NUM_THREADS": "9", "HOME": "/here"})
        assert environment["MKL_NUM_THREADS"] == "9"
        assert environment["HOME"] == "/here"
        assert {environment[name] for name in THREAD_VARIABLES if name != "MKL_NUM_THREADS"} == {str(threads)}


@pytest.mark.parametrize("name", ["throttle", "cpus_per_task", "tasks_per_job"])
def test_nonsense_is_refused_by_name(name: str) -> None:
    with pytest.raises(UsageError, match=f"hydra.launcher.{name} is 0"):
        LocalLauncher(**{name: 0})


def test_the_threads_of_workers_can_be_told_before_any_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "usable_cpus", lambda _environ=None: 4)
    for name in THREAD_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert [LocalLauncher().threads(TaskIds.first(tasks)) for tasks in (1, 2, 3, 9)] == [4, 2, 1, 1]
    assert LocalLauncher(throttle=2).threads(TaskIds.first(9)) == 2
    assert LocalLauncher(cpus_per_task=3).threads(TaskIds.first(9)) == 3
    assert LocalLauncher(variables={"OMP_NUM_THREADS": "${oc.env:MINE,5}"}).threads(TaskIds.first(9)) == 5
    monkeypatch.setenv("OMP_NUM_THREADS", "7,2")
    assert LocalLauncher(cpus_per_task=3).threads(TaskIds.first(9)) == 7


@pytest.mark.parametrize("seconds", [-1.0, math.inf, math.nan])
def test_the_moment_of_a_task_that_is_asked_to_stop_is_a_number(seconds: float) -> None:
    with pytest.raises(UsageError, match=rf"warning_seconds is {seconds}; it must be a number from 0 on"):
        LocalLauncher(warning_seconds=seconds)
