"""How a run is cut into chunks and regions, and when a store is of the same kind as before."""

from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.results.formats import zarr_layout
from sweeprun.results.formats.zarr_layout import (
    Layout,
    block_shape,
    encoded,
    encoding_of,
    layout_of,
    regions_of,
)
from sweeprun.results.formats.zarr_store import write_store
from sweeprun.results.plan import plan_of
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import take_snapshot
from tests.results.runs import axis, count_axis, failure, make_run, success, write_shard


def layout(run: RunDirectory) -> Layout:
    return layout_of(plan_of(take_snapshot(run)))


def run_of(path: Path, results: list[Any]) -> RunDirectory:
    """A grid of 2 x 5, of which the first tasks have ended."""
    run = make_run(path, axis("lr", [0.5, 0.25]), count_axis("seed", 5))
    write_shard(run, "w", [success(task_id, result) for task_id, result in enumerate(results)])
    return run


@given(st.lists(st.integers(1, 7), max_size=4), st.integers(0, 100), st.integers(0, 300))
def test_regions_part_a_grid_into_contiguous_blocks(shape: list[int], points: int, more: int) -> None:
    chunk, region = block_shape(tuple(shape), points), block_shape(tuple(shape), points + more)
    assert np.prod(chunk, dtype=int) <= max(1, points)
    region = tuple(-(-whole // part) * part for whole, part in zip(region, chunk, strict=True))
    positions = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    seen: list[int] = []
    for place, start, stop in regions_of(tuple(shape), region):
        assert positions[place].reshape(-1).tolist() == list(range(start, stop))
        seen += range(start, stop)
    assert sorted(seen) == list(range(positions.size))


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(1, 500))
def test_no_larger_contiguous_block_would_do(shape: list[int], points: int) -> None:
    block = block_shape(tuple(shape), points)
    partial = next((place for place in range(len(shape)) if block[place] > 1), len(shape) - 1)
    assert list(block[partial + 1 :]) == shape[partial + 1 :]
    if block[partial] < shape[partial]:
        assert prod(block) + prod(block[partial + 1 :]) > points


@pytest.mark.parametrize(
    ("shape", "points", "block"),
    [((4, 10), 25, (2, 10)), ((4, 10), 7, (1, 7)), ((4, 10), 1000, (4, 10)), ((4, 10), 0, (1, 1)), ((), 5, ())],
)
def test_blocks_are_whole_along_the_last_dimensions(
    shape: tuple[int, ...], points: int, block: tuple[int, ...]
) -> None:
    assert block_shape(shape, points) == block


def test_regions_are_made_of_whole_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zarr_layout, "_CHUNK_BYTES", 64 * 3)
    monkeypatch.setattr(zarr_layout, "_REGION_BYTES", 1000)
    found = layout(run_of(tmp_path / "a rün", [{"x": 1.0, "image": (("u", "v"), np.zeros((2, 4)))}]))
    assert found.chunk == (1, 3)  # a text and an image need 64 bytes a point
    assert all(region % chunk == 0 for region, chunk in zip(found.region, found.chunk, strict=True))
    assert encoding_of(found, found.template.variables["image"]) == {
        "chunks": (1, 3, 2, 4),
        "shards": (*found.region, 2, 4),
    }


def test_what_differs_from_task_to_task_is_in_the_template_and_the_rest_are_labels(tmp_path: Path) -> None:
    result = xr.Dataset({"x": ("t", [1.0, 2.0])}, {"t": [10, 20]})
    found = layout(run_of(tmp_path / "run", [result]))
    assert found.template.sizes == {"lr": 1, "seed": 1, "t": 2}
    assert set(found.template.variables) == {"x", "task_id", "state", "seconds"}
    assert {name: one.values.tolist() for name, one in found.labels.variables.items()} == {
        "lr": [0.5, 0.25],
        "seed": [0, 1, 2, 3, 4],
        "t": [10, 20],
    }


def test_a_store_can_be_brought_up_to_date_with_further_records(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", [{"x": 1.0, "word": "a"}])
    before = layout(run).fingerprint
    write_shard(run, "v", [success(3, {"x": 2.0, "word": "a longer one"}), failure(4)])
    assert layout(run).fingerprint == before


@pytest.mark.parametrize(
    "other",
    [
        {"x": 1.0, "new": 3},
        {"x": 1j},
        {"x": 1.0, "t": ("t", [1.0])},
        xr.Dataset({"x": ((), 1.0, {"units": "m"})}),
        xr.Dataset({"x": 1.0}, {"t": ("t", [5])}),
    ],
    ids=["a variable", "a type", "a dimension", "attributes", "a label"],
)
def test_a_store_of_other_variables_is_another(tmp_path: Path, other: Any) -> None:
    run = run_of(tmp_path / "run", [])
    first = run_of(tmp_path / "first", [{"x": 1.0}])
    second = run_of(tmp_path / "second", [other])
    assert first.manifest.read_bytes() == second.manifest.read_bytes()
    assert len({layout(one).fingerprint for one in (run, first, second)}) == 3


def test_labels_of_another_value_make_another_store(tmp_path: Path) -> None:
    results = [xr.Dataset({"x": ("t", [1.0])}, {"t": [label]}) for label in ("a", "b")]
    first, second = (run_of(tmp_path / str(i), [result]) for i, result in enumerate(results))
    assert layout(first).fingerprint != layout(second).fingerprint


def test_a_store_of_another_run_is_another(tmp_path: Path) -> None:
    first, second = (run_of(tmp_path / name, [{"x": 1.0}]) for name in ("first", "second"))
    assert layout(first).fingerprint == layout(second).fingerprint
    second.manifest.write_text(second.manifest.read_text().replace("2026-05-04T10:11:12", "2026-05-04T10:11:13"))
    assert layout(first).fingerprint != layout(second).fingerprint


@pytest.mark.parametrize("tasks", [0, 3])
def test_what_is_too_large_for_a_chunk_is_parted(tasks: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zarr_layout, "_CHUNK_BYTES", 80)
    monkeypatch.setattr(zarr_layout, "_LARGEST_CHUNK", 100)
    monkeypatch.setattr(zarr_layout, "_REGION_BYTES", 100)
    image = np.arange(42.0).reshape(3, 14)
    run = make_run(tmp_path / "run", *([count_axis("a", tasks)] if tasks else []))
    write_shard(run, "w", [success(0, {"image": (("u", "v"), image), "mean": 1.0})])
    found = layout(run)
    encoding = encoding_of(found, found.template.variables["image"])
    assert encoding == ({"chunks": (1, 1, 10), "shards": (1, 3, 20)} if tasks else {"chunks": (1, 10)})
    write_store(plan_of(take_snapshot(run)), tmp_path / "x.zarr")
    with xr.open_zarr(tmp_path / "x.zarr") as stored:
        first = stored["image"].isel(a=0) if tasks else stored["image"]
        np.testing.assert_array_equal(first, image)
    write_store(plan_of(take_snapshot(run)), tmp_path / "x.zarr")


def test_texts_have_any_length_in_a_store_and_single_bytes_are_no_characters() -> None:
    dataset = xr.Dataset(
        {"word": ("x", ["ä", ""]), "long": ("x", np.array(["a" * 300, "b"], object)), "raw": ("x", [b"\xff", b"b"])}
    )
    found = encoded(dataset, {})
    assert found.word.values.tolist() == ["ä", ""]
    assert found.long.values.tolist() == ["a" * 300, "b"]
    assert found.word.dtype == found.long.dtype == np.dtypes.StringDType()
    assert found.raw.dtype == np.dtype("S2")
    assert found.raw.values.tolist() == [b"\xff", b"b"]


@pytest.mark.parametrize(
    ("values", "units"),
    [
        (np.array(["3000-01-01"], "M8[s]"), "seconds since 1970-01-01"),
        (np.array(["2020-01-01"], "M8[ns]"), "nanoseconds since 1970-01-01"),
        (np.array([5], "m8[us]"), "microseconds"),
    ],
)
def test_times_count_from_1970_in_their_own_unit(tmp_path: Path, values: np.ndarray, units: str) -> None:
    run = make_run(tmp_path / "run")
    write_shard(run, "w", [success(0, {"when": values[0]})])
    found = layout(run)
    encoding = encoding_of(found, found.template.variables["when"])
    assert encoding == {"dtype": "int64", "_FillValue": -(2**63), "units": units}
