"""The local launcher: how many workers, with how many threads."""

import os
import sys
from pathlib import Path

import pytest

from sweeprun.cpus import THREAD_VARIABLES, usable_cpus
from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import LaunchError, UsageError
from sweeprun.launchers.local import LocalLauncher
from sweeprun.launchers.pool import Pool
from sweeprun.launchers.progress import Tally
from sweeprun.store.workers import Place
from tests.results.runs import count_axis, make_run

FIVE = Array(tasks=TaskIds.first(5))


class Tallies:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.seen: list[Tally] = []

    def update(self, tally: Tally) -> None:
        self.seen.append(tally)

    def note(self, text: str) -> None:
        raise AssertionError(f"nothing was to be noted: {text}")


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


def test_workers_that_die_before_they_run_anything_end_the_launch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 5))
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho this interpreter is broken >&2\nexit 7\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    pool = Pool(run, FIVE, place=Place(), workers=2, environment=os.environ, progress=Tallies())
    with pytest.raises(LaunchError, match=r"exit code 7:\n.*interpreter is broken"):
        pool.run()


def test_an_interpreter_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 5))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere"))
    pool = Pool(run, FIVE, place=Place(), workers=2, environment=os.environ, progress=Tallies())
    with pytest.raises(LaunchError, match="could not be started"):
        pool.run()


def test_a_worker_reports_what_it_cannot_read(tmp_path: Path) -> None:
    """The run has no frozen configs: every task fails with that, and none is silent."""
    run = make_run(tmp_path / "run", count_axis("seed", 5))
    tallies = Tallies()
    tally = Pool(run, FIVE, place=Place(), workers=2, environment=os.environ, progress=tallies).run()
    assert tally == Tally(total=5, failed=5)
    assert tallies.seen[-1] == tally
    assert [seen.done for seen in tallies.seen] == sorted(seen.done for seen in tallies.seen)
