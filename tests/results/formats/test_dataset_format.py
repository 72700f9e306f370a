"""Formats that hold a whole Dataset."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sweeprun.errors import UsageError
from sweeprun.results.formats.all_formats import DATASET_FORMATS
from sweeprun.results.formats.dataset_format import DatasetFormat

each_format = pytest.mark.parametrize("own", DATASET_FORMATS, ids=lambda own: own.suffix)


@each_format
def test_a_dataset_is_opened_as_it_was_written(own: DatasetFormat, tmp_path: Path) -> None:
    dataset = xr.Dataset({"x": ("a", [1.5, 2.5])}, {"a": ["p", "ü"]}, {"sweeprun": "1"})
    path = tmp_path / f"x y{own.suffix}"
    own.write_dataset(dataset, path)
    with own.open(path) as found:
        np.testing.assert_array_equal(found["x"], dataset["x"])
        assert found["a"].values.tolist() == ["p", "ü"]
    assert own.attributes(path)["sweeprun"] == "1"


@each_format
def test_what_is_something_else_by_now_stays(own: DatasetFormat, tmp_path: Path) -> None:
    path = tmp_path / f"x{own.suffix}"
    path.mkdir()
    with pytest.raises(UsageError, match=r"it is a directory|no Zarr store"):
        own.write_dataset(xr.Dataset(), path)
    assert list(path.iterdir()) == []


@each_format
@pytest.mark.parametrize(("date", "lines"), [("1500-01-01", 1), ("2020-01-01", 0)])
def test_dates_that_xarray_does_not_read_by_itself_are_told(own: DatasetFormat, date: str, lines: int) -> None:
    dataset = xr.Dataset({"t": ("a", np.array([date], "datetime64[us]"))})
    told = list(own.how_to_read(dataset))
    assert len(told) == lines
    assert all("CFDatetimeCoder" in line for line in told)
