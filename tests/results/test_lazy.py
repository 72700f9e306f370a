"""A lazy Dataset is the collected one, read piece by piece."""

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.extension import extend_table
from sweeprun.design.grid import Dimension, Grid
from sweeprun.design.tasks import TaskTable
from sweeprun.results import layout_groups
from sweeprun.results.collect import collect_snapshot, open_snapshot
from sweeprun.results.lazy import flat_positions
from sweeprun.results.merging import MergedResults
from sweeprun.store import shards
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import take_snapshot
from tests.results.runs import axis, count_axis, failure, make_run, make_run_of, success, write_shard


def both(run: RunDirectory) -> tuple[xr.Dataset, xr.Dataset]:
    snapshot = take_snapshot(run)
    lazy = open_snapshot(snapshot).dataset
    return lazy, collect_snapshot(snapshot).dataset


def ragged_run(path: Path) -> RunDirectory:
    """A grid of 3 x 4 that was extended, with a failure, a task to come, and results of several kinds."""
    grid = Grid(axes=(axis("lr", [0.5, 0.25]), count_axis("seed", 4)))
    run = make_run_of(path, extend_table(TaskTable.of(grid), [Dimension.of(axis("lr", [2.0]))]))

    def result(i: int) -> dict[str, Any]:
        image = np.arange(6.0).reshape(2, 3) + 10 * i
        return {"n": i, "curve": ("t", np.arange(1 + i % 3) + i), "image": (("u", "v"), image), "text": f"task {i}"}

    write_shard(run, "v", [success(i, result(i)) for i in (7, 1, 2, 11)], [failure(3)])
    write_shard(run, "w", [success(i, result(i)) for i in (0, 4, 5, 6, 8, 9)])
    return run


def numbers_run(path: Path) -> RunDirectory:
    """Results of numbers alone, two layouts of them, among which one is of no length."""
    run = make_run(path, count_axis("a", 3), count_axis("seed", 2))

    def result(i: int) -> dict[str, Any]:
        values = {"n": i, "none": ("k", np.zeros(0)), "curve": ("t", np.arange(3.0) + i), "z": i * 1j, "b": i > 2}
        return {**values, "day": np.datetime64("2020-01-01") + i} if i % 2 else values

    write_shard(run, "w", [success(i, result(i)) for i in (5, 0, 1)], [success(i, result(i)) for i in (2, 3)])
    return run


@pytest.mark.parametrize("make", [ragged_run, numbers_run])
@pytest.mark.parametrize("window", [1, 100, 2**20])
@pytest.mark.parametrize("large", [1, 2**16])
def test_large_results_are_read_in_stretches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Any, window: int, large: int
) -> None:
    run = make(tmp_path / "run")
    eager = collect_snapshot(take_snapshot(run)).dataset
    monkeypatch.setattr(shards, "_MOST_IN_MEMORY", 0)
    monkeypatch.setattr(layout_groups, "_MOST_KEPT", 0)
    monkeypatch.setattr(layout_groups, "_WINDOW_BYTES", window)
    monkeypatch.setattr(layout_groups, "_LARGE_PAYLOAD", large)
    lazy = open_snapshot(take_snapshot(run)).dataset
    for name in lazy.data_vars:
        part = {"seed": slice(1, None)}
        xr.testing.assert_identical(lazy[name].isel(part).load(), eager[name].isel(part))
        assert lazy[name].dtype == eager[name].dtype
    xr.testing.assert_identical(lazy.load(), eager)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[xr.Dataset, xr.Dataset]:
    return both(ragged_run(tmp_path_factory.mktemp("lazy") / "run"))


def test_it_is_the_collected_dataset(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    lazy, eager = pair
    xr.testing.assert_identical(lazy.copy(), eager)
    assert {name: variable.dtype for name, variable in lazy.variables.items()} == {
        name: variable.dtype for name, variable in eager.variables.items()
    }


def one_index(length: int) -> st.SearchStrategy[Any]:
    integers = st.integers(-length, length - 1)
    slices = st.slices(length).filter(
        lambda one: one.step is None or one.step > 0 or range(length)[one]
    )  # xarray's bug
    return integers | slices | st.lists(integers, max_size=4).map(lambda listed: np.array(listed, int))


@given(st.sampled_from(["n", "curve", "image", "text"]), st.data())
def test_any_part_of_it(pair: tuple[xr.Dataset, xr.Dataset], name: str, data: st.DataObject) -> None:
    lazy, eager = pair
    fresh = lazy[name].variable._replace(data=copy.copy(lazy[name].variable._data))
    key = tuple(data.draw(one_index(length)) for length in eager[name].shape)
    found, expected = fresh[key], eager[name].variable[key]
    assert found.dtype == expected.dtype
    xr.testing.assert_identical(found, expected)


def test_points_and_masks(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    lazy, eager = pair
    points = {"lr": xr.DataArray([2, 0, 2], dims="point"), "seed": xr.DataArray([1, 1, 3], dims="point")}
    xr.testing.assert_identical(lazy["image"].isel(points), eager["image"].isel(points))
    xr.testing.assert_identical(lazy.sel(lr=2.0, seed=[3, 0]).load(), eager.sel(lr=2.0, seed=[3, 0]))
    xr.testing.assert_identical(
        lazy.where(lazy["state"] == "failed", drop=True), eager.where(eager["state"] == "failed", drop=True)
    )


def test_only_what_is_indexed_is_read_and_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[tuple[int, Any]] = []
    read = MergedResults._read

    def noted(self: MergedResults, count: int, find: Any, names: Any) -> Any:
        reads.append((count, names))
        return read(self, count, find, names)

    monkeypatch.setattr(MergedResults, "_read", noted)
    run = ragged_run(tmp_path / "run")
    lazy = open_snapshot(take_snapshot(run)).dataset
    assert "curve" in repr(lazy)
    assert "image" in lazy._repr_html_()
    part = lazy["image"].isel(lr=1, seed=slice(1, 3))
    assert reads == []
    assert part.values.shape == (2, 2, 3)
    assert reads == [(2, {"image"})]
    for _ in range(2):
        assert lazy["n"].mean() > 0
    assert reads[1:] == [(12, {"n"})]


def test_copies_and_other_processes(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    lazy, eager = pair
    xr.testing.assert_identical(lazy.copy(deep=True).load(), eager)
    xr.testing.assert_identical(pickle.loads(pickle.dumps(lazy)).load(), eager)
    changed = lazy.copy(deep=True)
    changed["n"][0, 0] = -5
    assert lazy["n"][0, 0] == 0


def test_dask_names_values_without_reading_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lazy = open_snapshot(take_snapshot(ragged_run(tmp_path / "run"))).dataset

    def token(array: xr.DataArray) -> Any:
        return array.variable._data.__dask_tokenize__()

    with monkeypatch.context() as patch:
        patch.setattr(MergedResults, "_read", None)
        tokens = [token(lazy["n"]), token(lazy["n"][1]), token(lazy["n"][2]), token(lazy["image"])]
        assert token(lazy["n"][1]) == tokens[1]
    assert len(set(tokens)) == len(tokens)
    written = lazy["n"].variable._data.__deepcopy__({})
    before = written.__dask_tokenize__()
    xr.Variable(("lr", "seed"), written)[0, 0] = -1
    assert written.__dask_tokenize__() != before


def test_a_run_without_axes(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    write_shard(run, "w", [success(0, {"x": 1.5, "t": ("k", [1, 2])})])
    lazy, eager = both(run)
    assert float(lazy["x"]) == 1.5
    assert lazy["t"][1] == 2
    xr.testing.assert_identical(lazy.load(), eager)


@given(st.lists(st.lists(st.integers(0, 2), max_size=3), max_size=3))
def test_positions_on_a_grid(indices: list[list[int]]) -> None:
    shape = (3,) * len(indices)
    grid = np.arange(3 ** len(indices)).reshape(shape)
    expected = grid[np.ix_(*(np.array(own, int) for own in indices))] if indices else grid
    found = flat_positions([np.array(own, int) for own in indices], shape)
    np.testing.assert_array_equal(found, np.reshape(expected, -1))
