"""Our sweeper in applications."""

from collections.abc import Callable

import numpy as np
import xarray as xr

from tests.command_line import Run

LOCAL = "hydra/launcher=sweeprun_local"
OURS = "hydra/sweeper=sweeprun"
Collect = Callable[[], xr.Dataset]


def test_our_sweeper_in_an_application(train: Run, collect: Collect) -> None:
    train(
        "-m",
        "axis=zip('opt.lr=0.5,1.5','seed=1,2')",
        "hydra.sweeper.members=2",
        "hydra.sweeper.exclude='seed == 2'",
        LOCAL,
        OURS,
    )
    dataset = collect()
    assert dict(dataset.sizes) == {"axis": 2, "member": 2}
    np.testing.assert_array_equal(dataset.loss.values, [[0.5, 0.5], [np.nan, np.nan]])


def test_our_sweeper_drives_the_launchers_of_others(train: Run, collect: Collect) -> None:
    words = ("-m", "opt.lr=0.1,0.2", "seed=range(3)", OURS, "hydra/launcher=joblib", "hydra.launcher.n_jobs=2")
    train(*words, "hydra.sweeper.max_batch_size=4")
    np.testing.assert_array_equal(collect().loss.values, np.outer([0.1, 0.2], range(3)))
