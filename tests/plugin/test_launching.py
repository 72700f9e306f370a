"""Our launchers behind the sweepers of others: batches of jobs are tasks of one run."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import xarray as xr

from tests.command_line import Run
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
