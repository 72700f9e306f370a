"""Chains that are too short for the intervals of batches to be taken at their word."""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from sweeprun.statistics.chains import FEW_EFFECTIVE, FEWEST_STEPS
from sweeprun.statistics.ensembles import STATISTIC, kinds_of
from sweeprun.statistics.estimators import IntervalKind


def told_short(found: xr.Dataset) -> Iterator[str]:
    """What is to be said of statistics whose intervals are those of batches.

    Parameters
    ----------
    found
        What `sweeprun.statistics.ensembles.ensemble_statistics` gave.
    """
    batches = [name for name, kind in kinds_of(found).items() if kind is IntervalKind.BATCHES]
    if few := [name for name in batches if _least(found[name], "n_effective") < FEW_EFFECTIVE]:
        yield (
            f"fewer than {FEW_EFFECTIVE} effective values: {', '.join(few)}; intervals of such short chains hold the "
            "mean less often than they say"
        )
    if short := [name for name in few if _least(found[name], "n") < FEWEST_STEPS]:
        yield f"fewer than {FEWEST_STEPS} steps make no two batches, so there is no error: {', '.join(short)}"


def _least(variable: xr.DataArray, statistic: str) -> float:
    """The least of a statistic at any point; one that isn't known counts as 0."""
    values = variable.sel({STATISTIC: statistic}).values
    return float(np.nan_to_num(values).min(initial=np.inf))
