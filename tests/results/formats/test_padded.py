"""Results of very different lengths as netCDF: what is padding is not in the file, and all else is equal to the bit."""

import tempfile
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sweeprun.results.collect import collect_snapshot, stream_snapshot
from sweeprun.results.formats import padded
from sweeprun.results.formats.netcdf import open_netcdf
from sweeprun.results.formats.netcdf_format import NetCDF
from sweeprun.results.formats.padded import own_chunk
from sweeprun.results.plan import plan_of
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import take_snapshot
from tests.results.formats.writing import write_dataset
from tests.results.runs import axis, count_axis, failure, make_run, success, write_shard


@pytest.fixture(autouse=True)
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the smallest variable were large, and many blocks wide."""
    monkeypatch.setattr(padded, "_FEWEST_BYTES", 0)
    monkeypatch.setattr(padded, "_MOST_GIVEN", 0.9)
    monkeypatch.setattr(padded, "_CHUNK_BYTES", 64)
    monkeypatch.setattr(padded, "_BLOCK_BYTES", 200)


def bits(values: np.ndarray) -> Any:
    return values.tolist() if values.dtype.kind in "OU" else values.tobytes()


def assert_same(found: xr.Dataset, expected: xr.Dataset) -> None:
    """Equal to what is written from memory: in names, order of dims, attributes, and all bits."""
    assert set(found.variables) == set(expected.variables)
    assert set(found.coords) == set(expected.coords)
    assert found.sizes == expected.sizes
    assert found.attrs.keys() == expected.attrs.keys()
    for name, variable in expected.variables.items():
        other = found.variables[name]
        assert (other.dims, other.dtype) == (variable.dims, variable.dtype)
        assert repr(other.attrs) == repr(variable.attrs)
        assert other.encoding.get("coordinates") == variable.encoding.get("coordinates")
        assert bits(other.values) == bits(variable.values)


def both(run: RunDirectory, folder: Path) -> tuple[xr.Dataset, xr.Dataset]:
    snapshot = take_snapshot(run)
    stream_snapshot(snapshot, lambda plan: NetCDF().write_plan(plan, folder / "written ü.nc"))
    write_dataset(collect_snapshot(snapshot).dataset, folder / "memory.nc")
    return open_netcdf(folder / "written ü.nc").load(), open_netcdf(folder / "memory.nc").load()


OTHER_NAN = np.array([0x7FF8000000000123, 0x3FF0000000000000], np.uint64).view(np.float64)


def result(task_id: int, length: int, width: int, start: int | None) -> Any:
    """Lengths differ; with labels from somewhere, or without any."""
    image = np.arange(length * width, dtype="f4").reshape(length, width) + task_id
    values: dict[str, Any] = {"x y": ("t", np.arange(length) + 0.5, {"units": "m"}), "image": (("t", "u"), image)}
    values |= {"wave": ("t", np.arange(length) * (1 - 0.1j)), "w8": (("t", "u"), (image * 1j).astype("c8"))}
    values |= {"n": ("k", np.arange(width)), "name": f"task {task_id}", "flag": ("t", np.ones(length, bool))}
    if width:
        values |= {"odd": ("o", OTHER_NAN), "z": 1j}
    return values if start is None else xr.Dataset(values, {"t": np.arange(length) * 2.0 + start})


lengths = st.lists(
    st.none() | st.tuples(st.integers(0, 9), st.integers(0, 3), st.integers(0, 3)), min_size=4, max_size=4
)


@given(columns=st.lists(lengths, min_size=1, max_size=3), labelled=st.booleans())
@settings(max_examples=15)
def test_any_lengths(columns: list[list[Any]], *, labelled: bool) -> None:
    tasks = [one for column in columns for one in column]
    with tempfile.TemporaryDirectory() as scratch:
        run = make_run(Path(scratch) / "run", axis("a/b", [0.5 * i for i in range(len(columns))]), count_axis("c", 4))
        records = [
            failure(i) if own is None else success(i, result(i, own[0], own[1], own[2] if labelled else None))
            for i, own in enumerate(tasks)
        ]
        write_shard(run, "w", records)
        assert_same(*both(run, Path(scratch)))


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    """One task is a hundred times as long as the others."""
    run = make_run(tmp_path / "run", count_axis("seed", 20))
    lengths = [1000 if i == 13 else 10 for i in range(19)]
    write_shard(run, "w", [success(i, {"x": ("t", np.arange(length) * 0.5)}) for i, length in enumerate(lengths)])
    return run


def test_padding_is_not_written(run: RunDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(padded, "_BLOCK_BYTES", 10 * 8000)
    monkeypatch.setattr(padded, "_CHUNK_BYTES", 800)
    assert_same(*both(run, tmp_path))
    sizes = [(tmp_path / name).stat().st_size for name in ("written ü.nc", "memory.nc")]
    assert sizes[0] < sizes[1] - 100_000
    (merged,) = plan_of(take_snapshot(run)).results.variables
    assert own_chunk(merged) == (10,)
    with netCDF4.Dataset(tmp_path / "written ü.nc") as file:
        assert file["x"].chunking() == [10, 10]
        assert file["x"].filters()["complevel"] == 1


def test_padded_complex_numbers_take_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(padded, "_BLOCK_BYTES", 20 * 16000)
    monkeypatch.setattr(padded, "_CHUNK_BYTES", 8000)
    run = make_run(tmp_path / "run", count_axis("seed", 20))
    lengths = [1000 if i == 13 else 10 for i in range(19)]
    write_shard(run, "w", [success(i, {"z": ("t", np.arange(length) * 1j)}) for i, length in enumerate(lengths)])
    assert_same(*both(run, tmp_path))
    sizes = [(tmp_path / name).stat().st_size for name in ("written ü.nc", "memory.nc")]
    assert sizes[0] < sizes[1] - 200_000
    with netCDF4.Dataset(tmp_path / "written ü.nc") as file:
        assert file["z"].filters()["complevel"] == 1


def test_dense_results_are_written_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    run = make_run(tmp_path / "run", count_axis("seed", 3))
    write_shard(run, "w", [success(i, {"x": ("t", np.ones(200_000))}) for i in range(3)])
    assert_same(*both(run, tmp_path))
    with netCDF4.Dataset(tmp_path / "written ü.nc") as file:
        assert file["x"].chunking() == "contiguous"
