"""Chains that are too short."""

import numpy as np
import pytest
import xarray as xr

from sweeprun.statistics.ensembles import ensemble_statistics
from sweeprun.statistics.estimators import IntervalKind
from sweeprun.statistics.short_chains import told_short
from tests.statistics.results import collected, drawn


def statistics(steps: int, kind: IntervalKind | None = IntervalKind.BATCHES) -> xr.Dataset:
    return ensemble_statistics(collected(x=drawn(1, 2, steps)), "t", kind=kind)


@pytest.mark.parametrize(("steps", "lines"), [(2000, 0), (20, 1), (4, 2)])
def test_few_effective_values_and_steps_are_told(steps: int, lines: int) -> None:
    told = list(told_short(statistics(steps)))
    assert [line.split(";")[0].split(":")[0] for line in told] == [
        "fewer than 50 effective values",
        "fewer than 8 steps make no two batches, so there is no error",
    ][:lines]


def test_other_intervals_are_not() -> None:
    assert list(told_short(statistics(20, None))) == []
    assert np.isnan(statistics(20, None).x.sel(statistic="sem")).all()
