"""Results as netCDF, block by block: equal to what is written from memory, to the bit, with little of it."""

import tempfile
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sweeprun.results.formats import netcdf_streams, padded
from sweeprun.results.plan import Plan
from tests.results.formats.test_padded import assert_same, both
from tests.results.runs import count_axis, failure, make_run, success, write_shard


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the smallest variable were large, and many blocks wide."""
    monkeypatch.setattr(netcdf_streams, "_BYTES_IN_MEMORY", 0)
    monkeypatch.setattr(netcdf_streams, "_BLOCK_BYTES", 100)
    monkeypatch.setattr(padded, "_MOST_GIVEN", -1)


KINDS: dict[str, Any] = {
    "number": 0.1,
    "single": np.float32(0.1),
    "half": np.float16(0.1),
    "count": 3,
    "large": np.uint64(2**53 - 5),
    "byte": np.int8(-3),
    "flag": True,
    "complex": 0.5 - 1j,
    "complex64": np.complex64(1j),
    "curve": ("t", np.arange(3.0), {"units": "days"}),
    "image": (("u", "v"), np.arange(6, dtype="i4").reshape(2, 3)),
    "nothing": ("n", np.zeros(0)),
    "text": "ä",
    "date": np.datetime64("2020-01-01", "s"),
    "a/b c": 1.5,
}


@given(
    kinds=st.sets(st.sampled_from(sorted(KINDS)), min_size=1, max_size=5),
    missing=st.sets(st.integers(0, 5), max_size=3),
    coordinate=st.booleans(),
)
@settings(max_examples=25)
def test_any_results(kinds: set[str], missing: set[int], *, coordinate: bool) -> None:
    values = {kind: KINDS[kind] for kind in sorted(kinds)}

    def result(i: int) -> Any:
        dataset = xr.Dataset({name: value for name, value in values.items() if "/" not in name})
        return dataset.assign_coords(level=i * 2.5) if coordinate else values

    with tempfile.TemporaryDirectory() as scratch:
        run = make_run(Path(scratch) / "run", count_axis("a", 2), count_axis("b", 3))
        records = [failure(i) if i in missing else success(i, result(i)) for i in range(6)]
        write_shard(run, "w", records)
        assert_same(*both(run, Path(scratch)))


def test_each_block_is_read_once_and_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run(tmp_path / "run", count_axis("a", 4), count_axis("b", 5))
    write_shard(run, "w", [success(i, {"x": np.full(4, i * 0.5), "y": float(i)}) for i in range(20)])
    whole: list[set[str]] = []
    dataset = Plan.dataset

    def noting(plan: Plan, without: Any = ()) -> xr.Dataset:
        whole.append(set(without))
        return dataset(plan, without)

    monkeypatch.setattr(Plan, "dataset", noting)
    assert_same(*both(run, tmp_path))
    assert whole[0] == {"x", "y"}
    with netCDF4.Dataset(tmp_path / "written ü.nc") as file:
        assert file["x"].chunking() == "contiguous"
        assert np.isnan(file["x"]._FillValue)


@pytest.mark.parametrize(("most", "streamed"), [(0, ["x", "c", "b"]), (20 * 6 * 8, [])])
def test_what_takes_little_memory_is_written_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, streamed: list[str]
) -> None:
    """And the order of variables is that of results."""
    monkeypatch.setattr(netcdf_streams, "_BYTES_IN_MEMORY", most)
    run = make_run(tmp_path / "run", count_axis("a", 20))
    write_shard(run, "w", [success(i, {"x": np.ones(4), "c": 1.0, "b": 2.0}) for i in range(20)])
    found: list[str] = []
    write = netcdf_streams._write_dense

    def noting(plan: Plan, variables: Any) -> None:
        found.extend(variables)
        write(plan, variables)

    monkeypatch.setattr(netcdf_streams, "_write_dense", noting)
    written, memory = both(run, tmp_path)
    assert_same(written, memory)
    assert list(written.data_vars) == list(memory.data_vars)
    assert found == streamed
