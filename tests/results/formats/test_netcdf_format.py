"""netCDF: which paths it has, and how its files are read."""

import sys
from pathlib import Path

import pytest
import xarray as xr

from sweeprun.errors import UsageError
from sweeprun.results.formats.netcdf_format import NetCDF


def test_a_path_without_a_name_for_the_library_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: "ascii")
    with pytest.raises(UsageError, match="as the encoding of file names is ascii"):
        NetCDF().check(tmp_path / "ü.nc")


def test_complex_numbers_are_told() -> None:
    assert list(NetCDF().how_to_read(xr.Dataset({"z": 1j}))) == [
        "complex numbers: read it with xarray.open_dataset(path, auto_complex=True)"
    ]
    assert list(NetCDF().how_to_read(xr.Dataset({"z": 1.0}))) == []
