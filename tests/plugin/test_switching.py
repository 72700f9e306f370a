"""Applications whose configs are for other launchers and sweepers: they run with ours as they are."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hydra import version

from tests.command_line import Run

LOCAL = "hydra/launcher=sweeprun_local"
OURS = "hydra/sweeper=sweeprun"
Collect = Callable[[], xr.Dataset]

FOR_SUBMITIT = """
hydra:
  launcher:
    _target_: hydra_plugins.hydra_submitit_launcher.submitit_launcher.SlurmLauncher
    name: ${hydra.job.name}
    timeout_min: 4300
    cpus_per_task: 1
    mem_gb: 160
    nodes: 1
    setup: null
    submitit_folder: ./exp/${nowhere.at_all}/.slurm
"""
FOR_OPTUNA = """
hydra:
  sweeper:
    _target_: hydra_plugins.hydra_optuna_sweeper.optuna_sweeper.OptunaSweeper
    storage: null
    n_trials: 20
    direction: minimize
    params: {opt.lr: 'interval(0.1,1)'}
"""


def configured(app: Path, text: str) -> None:
    with (app / "conf" / "config.yaml").open("a") as file:
        file.write(text)


@pytest.mark.parametrize("sweeper", [(), (OURS,)])
def test_a_config_for_submitit(sweeper: tuple[str, ...], app: Path, train: Run, collect: Collect) -> None:
    configured(app, FOR_SUBMITIT)
    done = train("-m", "seed=range(3)", "opt.lr=0.5", LOCAL, *sweeper)
    assert "submitit's launcher: without effect: timeout_min, mem_gb, nodes, submitit_folder" in done.stderr
    np.testing.assert_array_equal(collect().loss.values, [0, 0.5, 1])


def test_a_config_for_optuna(app: Path, train: Run, collect: Collect) -> None:
    configured(app, FOR_OPTUNA)
    refused = train("-m", "seed=1,2", LOCAL, OURS, code=2).stderr
    told = refused.splitlines()[-1]
    assert told.startswith("sweeprun: hydra.sweeper.n_trials, direction are options of Optuna's sweeper, and ")
    assert "Traceback" not in refused
    assert not (app / "multirun").exists()
    without = [word.strip("'") for word in told.partition("for it: ")[2].split()]
    train("-m", "seed=1,2", "opt.lr=1,2", LOCAL, OURS, *without)
    np.testing.assert_array_equal(collect().loss.values, [[1, 2], [2, 4]])


def test_options_of_ours_behind_hydras_own_sweeper_come_with_advice(train: Run) -> None:
    told = train("-m", "seed=1,2", LOCAL, "hydra.sweeper.members=3", code=1).stderr
    assert "hydra.sweeper.members is an option of sweeprun's own sweeper: choose it by hydra/sweeper=sweeprun" in told
    assert "hydra/launcher=sweeprun_local" in train("-m", "seed=1,2", "hydra.launcher.throttle=3", code=1).stderr


def test_a_swept_group_that_chooses_a_launcher_is_refused(app: Path, train: Run) -> None:
    (app / "conf" / "db" / "far.yaml").write_text(
        "# @package _global_\ndefaults: [override /hydra/launcher: joblib]\ndb: {driver: far}\n"
    )
    (app / "conf" / "where").mkdir()
    (app / "conf" / "where" / "here.yaml").write_text(
        "# @package _global_\ndefaults: [override /hydra/launcher: sweeprun_local]\n"
    )
    (app / "conf" / "config.yaml").write_text("defaults: [schema, where: here, db: mysql, _self_]\n")
    with_hydras_own = [()] if hasattr(version, "base_at_least") else []  # which itself refuses it from Hydra 1.4 on
    for sweeper in (*with_hydras_own, (OURS,)):
        told = train("-m", "db=pg,far", *sweeper, code=2).stderr
        assert "db=far: its config chooses hydra/launcher=joblib, and a sweep has one launcher, sweeprun_local" in told
        assert "make no grid" not in told
