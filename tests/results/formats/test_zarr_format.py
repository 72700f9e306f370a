"""Zarr: what is a store, and which versions of it there are."""

import json
from pathlib import Path

import pytest
import xarray as xr

from sweeprun.errors import UsageError
from sweeprun.results.formats.output_format import WriteOptions
from sweeprun.results.formats.zarr_format import Zarr
from sweeprun.store.local_paths import StoreUrl


def test_only_a_store_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "x.zarr"
    path.touch()
    with pytest.raises(UsageError, match="what is there is no Zarr store"):
        Zarr().check(path)
    path.unlink()
    Zarr().write_dataset(xr.Dataset({"x": 1.0}), path)
    Zarr().check(path)


def test_format_2_is_written_to_folders_only() -> None:
    options = WriteOptions(zarr_format=2)
    Zarr().check_options(Path("x.zarr"), options)
    with pytest.raises(UsageError, match="which is written to local folders only"):
        Zarr().check_options(StoreUrl("s3://b/x.zarr"), options)


def test_a_store_whose_root_is_damaged_is_known_by_our_group(tmp_path: Path) -> None:
    (tmp_path / ".sweeprun").mkdir()
    (tmp_path / ".sweeprun" / "zarr.json").write_text(json.dumps({"attributes": {"sweeprun": "1"}}))
    (tmp_path / "zarr.json").write_text("{")
    assert Zarr().attributes(tmp_path) == {"sweeprun": "1"}
