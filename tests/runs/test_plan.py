"""What a sweep would run, as JSON has it."""

import json
from pathlib import Path
from typing import Any

import pytest

from sweeprun.config.launching import Given
from sweeprun.runs.plan import SHOWN_TASKS, SHOWN_VALUES, plan_of
from sweeprun.runs.prepare_call import Asked, prepare_call
from tests.runs.sweeping import prepare_words


def simulate(lr: float = 0.1, seed: int = 0) -> float:
    return lr * seed


def plan(launcher: str = "local", **asked: Any) -> dict[str, Any]:
    options = asked.pop("options", {})
    changes = Given(name=launcher, options=options)
    prepared = prepare_call(Asked(function=simulate, changes=changes, directory="my run ü", **asked))
    found: dict[str, Any] = json.loads(json.dumps(plan_of(prepared, launcher).to_dict()))
    return found


pytestmark = pytest.mark.usefixtures("here")


def test_a_local_sweep(here: Path) -> None:
    before = sorted(here.rglob("*"))
    described = plan(axes={"lr": [0.1, 0.01], "seed": range(50)}, options={"throttle": 3, "tasks_per_job": 20})
    assert sorted(here.rglob("*")) == before
    assert (described["tasks"], described["left_out"], described["compositions"]) == (100, None, 1)
    assert described["arrays"] == [{"array": "0-4%3", "elements": 5, "tasks_per_element": 20, "tasks": "0-99"}]
    assert (described["workers"], described["scripts"], described["launcher"]) == (3, [], "local")
    assert described["files"]["total"] == described["files"]["once"] + described["files"]["running"]
    assert described["moving_together"] == {}


def test_of_long_axes_the_first_values_and_the_last_one_are_shown() -> None:
    short, long = plan(axes={"lr": [0.1, 0.01], "seed": range(0, 100, 5)})["axes"]
    assert short == {"name": "lr", "length": 2, "type": "float64", "first_values": [0.1, 0.01], "last_value": 0.01}
    assert long == {"name": "seed", "length": 20, "type": "int64", "first_values": [0, 5, 10], "last_value": 95}
    (whole,) = plan(axes={"seed": range(SHOWN_VALUES)})["axes"]
    assert whole["first_values"] == list(range(SHOWN_VALUES))


def test_the_first_and_the_last_tasks_are_shown_with_their_streams() -> None:
    shown = plan(axes={"lr": [0.1, 0.01], "seed": range(50)}, root_seed=7)["shown_tasks"]
    assert [task["id"] for task in shown] == [0, 1, 2, 97, 98, 99]
    assert shown[-1]["coordinates"] == {"lr": 0.01, "seed": 49}
    assert len({task["stream"] for task in shown}) == 6
    assert all("7" in task["stream"] for task in shown)
    few = plan(axes={"seed": range(SHOWN_TASKS + 1)})["shown_tasks"]
    assert [task["id"] for task in few] == [0, 1, 2, 3]


def test_points_that_are_left_out_are_counted_and_not_shown() -> None:
    described = plan(axes={"lr": [0.1, 0.01], "seed": range(50)}, exclude="seed % 2 == 0")
    assert (described["tasks"], described["left_out"]) == (50, 50)
    assert [task["id"] for task in described["shown_tasks"]] == [1, 3, 5, 95, 97, 99]
    assert described["arrays"][0]["tasks"] == "1-99:2"


def test_a_single_task_has_no_axes() -> None:
    described = plan(axes={})
    assert (described["tasks"], described["axes"], len(described["shown_tasks"])) == (1, [], 1)


def test_axes_that_move_together_are_named() -> None:
    described = plan(axes={"pair": {"lr": [0.1, 0.01], "seed": [1, 2]}})
    assert described["moving_together"] == {"pair": "lr, seed"}
    assert described["tasks"] == 2


@pytest.mark.usefixtures("queue")
def test_a_launcher_with_a_queue_has_scripts_and_no_workers() -> None:
    described = plan("queue", axes={"seed": range(3)})
    assert described["scripts"] == ["queue my run ü 0\n"]
    assert described["workers"] is None


def test_options_that_depend_on_the_task_make_several_arrays() -> None:
    prepared = prepare_words(
        "lr=0.1,0.2", "seed=range(3)", "hydra/launcher=slurm", "hydra.launcher.sbatch.mem=${lr}", "hydra.sweep.dir=run"
    )
    described = plan_of(prepared, "slurm").to_dict()
    assert [array["tasks"] for array in described["arrays"]] == ["0-2", "3-5"]
    first, second = described["scripts"]
    assert "--mem=0.1" in first
    assert "--mem=0.2" in second


def test_of_a_launcher_of_another_package_only_the_tasks_are_known() -> None:
    described = plan_of(prepare_words("seed=range(3)", "hydra/launcher=basic"), "basic")
    assert (described.tasks, described.arrays, described.workers, described.scripts) == (3, (), None, ())


def test_the_names_of_dimensions_are_those_in_the_dataset() -> None:
    described = plan(axes={"lr": [0.1]}, dims={"x": ["trial", "state"], "y": []})
    assert described["dims"] == {"x": ["trial", "result_state"], "y": []}
    assert plan(axes={"lr": [0.1]})["dims"] == {}
