from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import sweeprun.mc  # noqa: F401  # registers the accessor
from sweeprun.statistics.ensembles import ensemble_statistics
from sweeprun.statistics.interim import look_at
from sweeprun.statistics.spans import is_span, spans_in_seconds
from sweeprun.statistics.targets import Target
from tests.statistics.results import collected, drawn


def timed(unit: str = "ns", factor: float = 1e9) -> xr.Dataset:
    return collected(d=(drawn() * factor).astype(f"timedelta64[{unit}]"), x=drawn())


@pytest.mark.parametrize(("unit", "factor"), [("ns", 1e9), ("us", 1e6), ("s", 1e3)])
def test_spans_are_numbers_of_seconds(unit: str, factor: float) -> None:
    data = timed(unit, factor)
    data["d"][0, 0] = np.timedelta64("NaT", "s")
    found = spans_in_seconds(data)
    per_second = {"ns": 1e9, "us": 1e6, "s": 1}[unit]
    wanted = np.trunc(drawn() * factor) / per_second
    wanted[0, 0] = np.nan
    np.testing.assert_allclose(found["d"], wanted, rtol=1e-15)
    assert is_span(found["d"])
    assert found["d"].attrs["units"] == "s"
    xr.testing.assert_identical(found["x"], data["x"])
    assert data["d"].dtype.kind == "m"


def test_spans_have_statistics_in_seconds_that_are_read_again_as_numbers(tmp_path: Path) -> None:
    data = timed()
    found = data.mc.statistics(quantiles=[0.5])
    np.testing.assert_allclose(found["d"].sel(statistic="std"), drawn().std(axis=1, ddof=1), rtol=1e-8)
    assert found["d"].attrs["units"] == found["d_quantile"].attrs["units"] == "s"
    assert data.mc.paired("lr", 0.1, 1.0)["d"].attrs["units"] == "s"
    assert data.mc.target("sem(d)<1").value.values.tolist() == found["d"].sel(statistic="sem").values.tolist()
    path = tmp_path / "stats.nc"
    found.drop_attrs(deep=False).to_netcdf(path)
    with xr.open_dataset(path) as again:
        np.testing.assert_array_equal(again["d"], found["d"])


def test_whole_seconds_are_neither_counts_nor_proportions() -> None:
    seconds = np.random.default_rng(0).integers(0, 2, (2, 9))
    for factor in (1, 5):
        data = spans_in_seconds(collected(d=(factor * seconds).astype("timedelta64[s]")))
        found = ensemble_statistics(data)
        assert found["d"].attrs["interval"] == "student, level 0.95"
        assert "taken_for" not in found["d"].attrs
        assert look_at(data, Target.parse("sem(d)<9")).taken_note == ""


def test_nat_that_tasks_returned_is_counted_as_nan() -> None:
    data = timed()
    data["d"][1, :3] = np.timedelta64("NaT", "s")
    with pytest.warns(UserWarning, match=r"d: 3 of 18 results are NaN, and left out: lr=1\.0 \(3 of 9\)"):
        found = data.mc.statistics()
    assert found["d"].sel(statistic="n").values.tolist() == [9, 6]
