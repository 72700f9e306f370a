"""Tasks that end as programs do, have directories and variables of their own, and keys with any names."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from tests.command_line import Run

PROGRAMS = """
import os
import sys


def end(cfg):
    print("ran")
    sys.exit(cfg.code)


def variables(cfg):
    return {"seen": os.environ["SEEN"], "number": int(os.environ["NUMBER"])}


def place(cfg, task):
    (task.directory / "x").touch()


def state(cfg):
    return cfg.state * 10 + cfg.seconds
"""

CONFIG = """
task: programs.end
code: 0
state: 0
seconds: 0
task_id: 0
name: x
db-kind: a
hydra: {job: {env_set: {SEEN: '${name}', NUMBER: '${hydra:job.num}'}}}
"""


@pytest.fixture(autouse=True)
def _programs(study: Path) -> None:
    (study / "programs.py").write_text(PROGRAMS)
    (study / "conf" / "config.yaml").write_text(CONFIG)


def collected(study: Path, run: Run) -> xr.Dataset:
    run("collect", "-o", "x.nc")
    return xr.load_dataset(study / "x.nc")


def test_a_task_that_exits_with_0_has_succeeded_without_a_result(run: Run) -> None:
    done = run("-m", "code=0,null,false")
    assert "3 tasks: 3 succeeded" in done.stderr


def test_exit_codes_are_in_the_message_of_their_group(run: Run) -> None:
    done = run("-m", "code=2,3,0,3", code=2)  # a value twice
    assert "twice" in done.stderr
    done = run("-m", "code=2,3,0", "name=a,b", code=1)
    assert "exit code 2" in done.stderr
    assert "exit code 3" in done.stderr
    assert "2 succeeded, 4 failed" in done.stderr


def test_variables_follow_the_config_and_the_number_of_the_job(study: Path, run: Run) -> None:
    run("-m", "task=programs.variables", "name=a,b,c")
    dataset = collected(study, run)
    assert dataset.seen.values.tolist() == ["a", "b", "c"]
    assert dataset.number.values.tolist() == [0, 1, 2]


def test_directories_of_tasks_are_not_those_of_the_run(study: Path, run: Run) -> None:
    done = run("-m", "task=programs.place", "name=a,b", "hydra.sweep.subdir=logs", code=2)
    assert "hydra.sweep.subdir is 'logs' for a task, and 'logs' in the run directory" in done.stderr
    assert not (study / "multirun").exists()
    done = run("-m", "task=programs.place", "name=a,shards", "hydra.sweep.subdir='${name}'", code=1)
    assert "1 succeeded, 1 failed" in done.stderr
    assert "holds what belongs to the run" in done.stderr


def test_keys_that_are_called_like_coordinates_of_ours_are_axes(study: Path, run: Run) -> None:
    run("-m", "task=programs.state", "state=1,2", "seconds=3,4", "hydra.sweeper.exclude='state == 2 and seconds == 4'")
    dataset = collected(study, run)
    assert dataset.sizes == {"axis_state": 2, "axis_seconds": 2}
    assert dataset.axis_state.attrs["long_name"] == "state"
    np.testing.assert_array_equal(dataset.result, [[13, 14], [23, np.nan]])
    assert set(dataset.state.values.ravel().tolist()) == {"succeeded", "excluded"}
    assert "task 1" in run("replay", "state=1", "seconds=4").stderr
    run("extend", "state=5")
    assert collected(study, run).axis_state.values.tolist() == [1, 2, 5]


def test_null_beside_numbers_is_nan(study: Path, run: Run) -> None:
    run("-m", "task=programs.state", "state=1", "+limit=null,0.5,2", "hydra.sweeper.exclude='limit > 1'")
    assert collected(study, run)["limit"].dtype == float
    np.testing.assert_array_equal(collected(study, run)["limit"], [np.nan, 0.5, 2])
    assert "+limit=null" in run("show", "limit=null").stdout
    run("extend", "limit=null,7")
    np.testing.assert_array_equal(collected(study, run)["limit"], [np.nan, 0.5, 2, 7])


def test_null_can_be_added_to_numbers(study: Path, run: Run) -> None:
    run("-m", "task=programs.state", "+limit=1,2")
    run("extend", "limit=null")
    np.testing.assert_array_equal(collected(study, run)["limit"], [1, 2, np.nan])
