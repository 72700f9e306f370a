"""What a run is, and one of its tasks; tests/cli/test_show.py has what is printed of it."""

import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from sweeprun.errors import UsageError
from sweeprun.runs.observe import observe
from sweeprun.runs.show import describe_run, describe_task
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import TaskState
from sweeprun.store.workers import Exit, append_exit
from sweeprun.wording import PYTHON, speaking
from tests.results.runs import axis, count_axis, failure, make_run, success, write_shard
from tests.runs.sweeping import sweep_function, sweep_words


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "a rün", axis("lr", [0.5, 0.25]), count_axis("seed", 2))


def test_a_run_is_described(run: RunDirectory) -> None:
    write_shard(run, "w", [success(3, 1)])
    details = describe_run(observe(run))
    assert (details.run, details.submissions, details.looks, details.verification) == (run, (), (), None)
    assert (details.ended, details.config) == (1.5, "lr: 0.1\n")
    assert json.loads(json.dumps(details.to_dict()))["axes"] == {"lr": "2 (float64)", "seed": "2 (int64)"}


def test_a_task_that_succeeded(run: RunDirectory) -> None:
    write_shard(run, "w", [success(3, {"x": 0.5, "curve": ("t", np.arange(3))}, attempt=2)])
    task = describe_task(observe(run), ["lr=0.25", "seed=1"])
    assert (task.task_id, task.coordinates, task.state) == (3, {"lr": 0.25, "seed": 1}, TaskState.SUCCEEDED)
    assert (task.attempt, task.seconds, task.failure, task.traceback) == (2, 0.5, None, "")
    assert (task.result["x"], task.result["curve"].tolist(), task.dims["curve"]) == (0.5, [0, 1, 2], ("t",))
    assert json.loads(json.dumps(task.to_dict()))["result"] == {"x": 0.5, "curve": "('t',) int64 [0, 1, 2]"}


def test_a_task_that_failed_and_one_that_nobody_ran(run: RunDirectory) -> None:
    write_shard(run, "w", [failure(1, "KeyError", "no key")])
    task = describe_task(observe(run), ["1"])
    assert task.failure is not None
    assert (task.state, task.failure.type, task.traceback, dict(task.result)) == (
        TaskState.FAILED,
        "KeyError",
        "Traceback …",
        {},
    )
    pending = describe_task(observe(run), ["0"])
    assert (pending.state, pending.attempt, pending.seconds, pending.host) == (TaskState.PENDING, None, None, None)
    assert "result" not in pending.to_dict()


def test_a_lost_task_says_what_to_do_in_words_of_the_door(run: RunDirectory) -> None:
    append_exit(run, "launcher", Exit(worker="0.1-größe-77", task_id=2, code=-9, when=1.0))
    task = describe_task(observe(run), ["2"])
    assert (task.state, task.lost, task.worker) == (TaskState.LOST, "signal SIGKILL", "0.1-größe-77")
    with speaking(PYTHON):
        assert task.to_dict()["see"] == "run.logs(2), run.resume()"


def test_the_config_of_a_function_are_its_values(functions: ModuleType) -> None:
    run = sweep_function(functions.draw, {"lr": [0.1, 0.2], "seed": range(2)})
    assert describe_task(observe(run), ["3"]).config == {"lr": 0.2, "seed": 1}


@pytest.mark.usefixtures("functions")
def test_the_config_of_a_task_is_the_one_that_it_was_given() -> None:
    run = sweep_words("lr=0.1,0.2", "model=small,large", "seed=7")
    task = describe_task(observe(run), ["lr=0.2", "model=large"])
    assert task.config == {"model": {"name": "large"}, "task": "study.of_config", "lr": 0.2, "seed": 7}
    assert task.host


def test_a_task_that_is_not_there_is_refused(run: RunDirectory) -> None:
    with pytest.raises(UsageError, match="there is no task 4"):
        describe_task(observe(run), ["4"])
