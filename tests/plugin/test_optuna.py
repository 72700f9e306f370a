"""Optuna's sweeper drives our launchers, batch by batch."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import xarray as xr

from tests.command_line import Run
from tests.plugin.conftest import only_run

OPTUNA = ("-m", "hydra/sweeper=optuna", "hydra.sweeper.n_jobs=2", "hydra.sweeper.sampler.seed=1")
LOCAL = "hydra/launcher=sweeprun_local"
Collect = Callable[[], xr.Dataset]


def test_trials_are_tasks_of_one_run(app: Path, train: Run, sweeprun: Run, collect: Collect) -> None:
    done = train(*OPTUNA, "opt.lr=interval(0,2)", "db=mysql,pg", "kind=number", "hydra.sweeper.n_trials=6", LOCAL)
    dataset = collect()
    assert dict(dataset.sizes) == {"job": 6}
    np.testing.assert_array_equal(dataset.result, (dataset["opt.lr"] - 1) ** 2)
    assert set(dataset.db.values) <= {"mysql", "pg"}
    best = float(dataset.result.min())
    assert f"Best value: {best}" in done.stdout, "Optuna was told something else"
    assert (only_run(app) / "optimization_results.yaml").exists()
    assert "equal to the bit" in sweeprun("replay", "5").stdout
    assert "kind=number" in sweeprun("show", "3").stdout
    assert "can't be extended" in sweeprun("extend", "opt.lr=3", code=2).stderr


def test_several_objectives_and_failures(train: Run, collect: Collect) -> None:
    objectives = ("hydra.sweeper.direction=[minimize,minimize]", "hydra.sweeper.n_trials=2")
    done = train(*OPTUNA, "opt.lr=interval(0,2)", "kind=numbers", *objectives, LOCAL)
    assert "Pareto solutions" in done.stdout
    assert collect().result.shape == (2, 2)
    done = train(*OPTUNA, "opt.lr=interval(0,2)", "kind=raise", *objectives, LOCAL, code=1)
    assert "bad 0" in done.stderr


def test_our_own_command_line_with_optuna(app: Path, sweeprun: Run, collect: Collect) -> None:
    (app / "conf" / "config.yaml").write_text("task: study.square\nx: 0.0\n")
    (app / "study.py").write_text("def square(cfg, rng):\n    return (cfg.x - 1) ** 2 + 0 * rng.random()\n")
    sweeprun(*OPTUNA, "x=interval(0,2)", "hydra.sweeper.n_trials=4")
    dataset = collect()
    np.testing.assert_array_equal(dataset.result, (dataset.x - 1) ** 2)
