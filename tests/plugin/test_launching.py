"""Our launchers behind the sweepers of others: batches of jobs are tasks of one run."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hydra_plugins.hydra_optuna_sweeper.config import OptunaSweeperConf
from omegaconf import OmegaConf

from sweeprun.config.hydra_internals import BasicSweeperConf
from sweeprun.design.task_ids import TaskIds
from sweeprun.plugin.launching import Batches, _common
from tests.command_line import Run, environment
from tests.plugin.conftest import SWEEPER

LOCAL = "hydra/launcher=sweeprun_local"
Collect = Callable[[], xr.Dataset]


def test_a_sweeper_whose_jobs_set_different_keys(app: Path, train: Run, collect: Collect) -> None:
    (app / "hydra_plugins").mkdir()
    (app / "hydra_plugins" / "odd_sweeper.py").write_text(SWEEPER)
    group = app / "conf" / "hydra" / "sweeper"
    group.mkdir(parents=True)
    (group / "odd.yaml").write_text("_target_: hydra_plugins.odd_sweeper.OddSweeper\n")
    done = train("-m", "hydra/sweeper=odd", LOCAL)
    dataset = collect()
    assert dataset["opt.lr"].values.tolist() == [2, 0.1, 4, 0.1]  # where it wasn't set, what the config has
    assert dataset.seed.values.tolist() == [0, 3, 0, 5]
    np.testing.assert_allclose(dataset.loss, dataset["opt.lr"] * dataset.seed)
    assert dataset.driver.values.tolist() == ["mysql", "mysql", "mysql", "pg"]
    assert "no such coordinate" in done.stdout + done.stderr


def test_a_value_that_is_there_twice_makes_no_grid(train: Run, sweeprun: Run, collect: Collect) -> None:
    done = train("-m", "seed=3,3", "opt.lr=1", LOCAL)
    assert "make no grid" in done.stdout + done.stderr
    assert collect().seed.dims == ("job",)
    assert "can't be extended" in sweeprun("extend", "seed=4", code=2).stderr


@pytest.mark.parametrize("chosen", [LOCAL, "hydra/sweeper=sweeprun"])
def test_a_sweep_that_can_not_say_how_it_goes_on_goes_on(chosen: str, app: Path, collect: Collect) -> None:
    reading, unread = os.pipe()
    os.close(reading)
    launcher = [] if chosen == LOCAL else [LOCAL]
    command = [sys.executable, "train.py", "-m", "seed=range(30)", chosen, *launcher]
    done = subprocess.run(command, cwd=app, env=environment(), stdout=unread, stderr=unread, check=False)
    os.close(unread)
    assert done.returncode == 0
    assert collect().sizes["seed"] == int((collect().state == "succeeded").sum()) == 30


def batches(sweeper: object = BasicSweeperConf, **launcher: object) -> Batches:
    """Batches of a sweeper, whose launcher has some options."""
    config = OmegaConf.create({"hydra": {"launcher": launcher}})
    config.hydra.sweeper = OmegaConf.structured(sweeper)
    return Batches(config, lambda _cfg: None)


def test_a_batch_of_no_jobs_starts_nothing() -> None:
    assert batches().launch([]) == []
    assert batches().launch(iter(())) == []  # type: ignore[arg-type]  # sweepers of others hand in what they like


@pytest.mark.parametrize(
    ("options", "waits"),
    [
        ({}, False),
        ({"wait": None}, False),
        ({"wait": True}, True),
        ({"sweeper": OptunaSweeperConf}, True),
        ({"sweeper": OptunaSweeperConf, "wait": False}, False),
    ],
)
def test_a_sweeper_that_decides_by_results_is_waited_for(options: dict[str, object], waits: bool) -> None:
    assert batches(**options)._waits() is waits


@pytest.mark.parametrize(
    ("tasks", "batch", "common"),
    [("0-9", range(3), "0-2"), ("0-9:3", range(4, 10), "6,9"), ("5,7", range(3), ""), ("2", range(2, 3), "2")],
)
def test_a_group_keeps_the_tasks_of_its_batch(tasks: str, batch: range, common: str) -> None:
    assert list(_common(TaskIds.parse(tasks), TaskIds((batch,)))) == list(TaskIds.parse(common))
