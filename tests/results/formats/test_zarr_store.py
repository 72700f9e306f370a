"""Runs as Zarr stores: equal to what is collected in memory, and brought up to date by what is new alone."""

import os
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st

from sweeprun.results import layout_groups
from sweeprun.results.collect import collect_run, stream_snapshot
from sweeprun.results.formats import zarr_layout
from sweeprun.results.formats.zarr_store import write_store
from sweeprun.store import shards
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import take_snapshot
from tests.results.runs import count_axis, failure, make_run, success, write_shard


@pytest.fixture(autouse=True)
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the smallest run were too large for memory, and many regions wide."""
    monkeypatch.setattr(shards, "_MOST_IN_MEMORY", 0)
    monkeypatch.setattr(layout_groups, "_MOST_KEPT", 0)
    monkeypatch.setattr(layout_groups, "_WINDOW_BYTES", 100)
    monkeypatch.setattr(zarr_layout, "_CHUNK_BYTES", 50)
    monkeypatch.setattr(zarr_layout, "_REGION_BYTES", 400)


def open_store(path: Path) -> xr.Dataset:
    """As anybody opens it, in whose units far dates fit."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The data type")
        dataset: xr.Dataset = xr.open_zarr(path, decode_times=xr.coders.CFDatetimeCoder(time_unit="us"))
        return dataset


def streamed(run: RunDirectory, path: Path) -> xr.Dataset:
    stream_snapshot(take_snapshot(run), lambda plan: write_store(plan, path))
    return open_store(path).load()


def in_memory(run: RunDirectory) -> xr.Dataset:
    return collect_run(run).dataset


def assert_same(found: xr.Dataset, expected: xr.Dataset) -> None:
    """Equal in names, dims, coordinates and values, to the bit; texts are of variable width in a store."""
    assert set(found.variables) == set(expected.variables)
    assert set(found.coords) == set(expected.coords)
    for name, variable in expected.variables.items():
        other = found.variables[name]
        assert other.dims == variable.dims
        assert set(other.attrs) == set(variable.attrs) - ({"units"} if variable.dtype.kind in "mM" else set())
        if variable.dtype.kind in "UO":
            assert other.values.tolist() == variable.values.tolist()
        elif variable.dtype.kind in "mMS":
            np.testing.assert_array_equal(other.values, variable.values)
        else:
            assert other.dtype == variable.dtype, name
            np.testing.assert_array_equal(other.values, variable.values)
    assert found.attrs["overrides"] == expected.attrs["overrides"]


def value(draw: Any, kind: str) -> Any:
    length = draw(st.integers(0, 3))
    values = {
        "number": st.floats(width=32),
        "count": st.integers(-5, 5),
        "flag": st.booleans(),
        "text": st.sampled_from(["", "ä", "a longer text"]),
        "curve": st.just(("t", np.arange(length) * 0.5)),
        "labelled": st.just(("s", np.arange(length) + 1.5)),
        "date": st.just(np.datetime64("2020-01-01", "us") + length),
        "complex": st.just(complex(length, 1)),
        "half": st.just(np.float16(length)),
        "bytes": st.just(b"\xff" * length),
        "far": st.sampled_from([np.datetime64("3000-01-01", "s"), np.datetime64("0001-01-01", "s")]),
        "span": st.just(np.timedelta64(2**40 + length, "s")),
        "image": st.sampled_from([(("u", "v"), np.arange(6.0).reshape(2, 3)), (("v", "u"), np.ones((3, 1)) * length)]),
        "noted": st.just(((), 1.5, {"who": "me", "length": length, "units": "m"})),
        "a": st.just(length),
        "unsigned": st.just(np.uint64(2**53 - length)),
    }
    return draw(values[kind])


KINDS = [
    "number",
    "count",
    "flag",
    "text",
    "curve",
    "labelled",
    "date",
    "complex",
    "half",
    "bytes",
    "far",
    "span",
    "unsigned",
    "image",
    "noted",
    "a",
]


@st.composite
def histories(draw: st.DrawFn) -> list[list[Any]]:
    """What tasks of a run of two axes gave, in the order in which it is collected: lists of records."""
    shape = (draw(st.integers(1, 4)), draw(st.integers(1, 4)))
    kinds = draw(st.sets(st.sampled_from(KINDS), min_size=1, max_size=4))
    batches: list[list[Any]] = []
    attempts: dict[int, int] = {}
    for _ in range(draw(st.integers(1, 3))):
        batch = []
        for task_id in draw(st.lists(st.integers(0, shape[0] * shape[1] - 1), unique=True)):
            attempts[task_id] = attempts.get(task_id, 0) + 1
            if draw(st.integers(0, 4)) == 0:
                batch.append(failure(task_id, attempt=attempts[task_id]))
                continue
            given = {kind: value(draw, kind) for kind in sorted(kinds) if draw(st.integers(0, 5))}
            if "labelled" in given:
                labels = draw(st.permutations([1, 2, 3]))[: len(given["labelled"][1])]
                given["s"] = ("s", np.array(labels))
            batch.append(success(task_id, xr_like(given), attempt=attempts[task_id], seconds=len(batches) + 0.5))
        batches.append(batch)
    return [[shape], *batches]


def xr_like(given: dict[str, Any]) -> Any:
    """A Dataset where there are labels, which are coordinates then; else the mapping."""
    if "s" not in given:
        return given
    labels = given.pop("s")
    return xr.Dataset(given, coords={"s": labels})


@given(history=histories())
@settings(max_examples=25)
def test_a_store_is_what_is_collected_in_memory_however_it_came_about(history: list[list[Any]]) -> None:
    ((shape,), *batches) = history
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        run = make_run(folder / "run", count_axis("a", shape[0]), count_axis("b", shape[1]))
        for number, batch in enumerate(batches):
            if batch:
                write_shard(run, f"w{number}", batch)
            assert_same(streamed(run, folder / "grown.zarr"), in_memory(run))
        assert_same(streamed(run, folder / "new.zarr"), in_memory(run))


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    """A run of 6 x 10 tasks, half of which have ended."""
    run = make_run(tmp_path / "run", count_axis("a", 6), count_axis("b", 10))
    write_shard(run, "w", [success(i, {"x": ("t", np.full(4, i * 0.5)), "y": float(i)}) for i in range(30)])
    return run


def files(path: Path) -> dict[str, int]:
    found = (file for file in path.rglob("*") if file.is_file() and "c" in file.relative_to(path).parts)
    return {str(file.relative_to(path)): file.stat().st_mtime_ns for file in found}


def test_only_regions_with_new_records_are_written_again(run: RunDirectory, tmp_path: Path) -> None:
    path = tmp_path / "out.zarr"
    streamed(run, path)
    before = files(path)
    write_shard(run, "w2", [success(31, {"x": ("t", np.full(4, 7.0)), "y": 7.0})])
    after_one = streamed(run, path)
    changed = {name for name, modified in files(path).items() if before.get(name) != modified}
    assert any(name.startswith("x/") for name in changed)
    assert len({name for name in changed if name.startswith("x/")}) == 1
    assert len({name for name in changed if name.startswith("y/")}) == 1
    assert_same(after_one, in_memory(run))
    unchanged = files(path)
    assert_same(streamed(run, path), in_memory(run))
    assert files(path) == unchanged


@pytest.mark.parametrize("stop_at", [1, 2, 4, 5, 7, 9, 16])
def test_a_store_that_was_left_half_updated_is_mended(
    run: RunDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop_at: int
) -> None:
    path = tmp_path / "out.zarr"
    streamed(run, path)
    write_shard(run, "w2", [success(i, {"x": ("t", np.full(4, -1.0)), "y": -1.0}) for i in range(30, 60)])
    calls = 0
    whole = zarr.Array.__setitem__

    def dies(array: Any, *args: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == stop_at:
            raise KeyboardInterrupt
        whole(array, *args)

    monkeypatch.setattr(zarr.Array, "__setitem__", dies)
    with pytest.raises(KeyboardInterrupt):
        stream_snapshot(take_snapshot(run), lambda plan: write_store(plan, path))
    monkeypatch.setattr(zarr.Array, "__setitem__", whole)
    left = open_store(path).load()
    done = left.state.values == "succeeded"
    assert np.array_equal(left.y.values[done], in_memory(run).y.values[done])
    assert_same(streamed(run, path), in_memory(run))


def test_a_store_of_another_run_or_shape_is_replaced(run: RunDirectory, tmp_path: Path) -> None:
    path = tmp_path / "out.zarr"
    other = make_run(tmp_path / "other", count_axis("a", 6), count_axis("b", 10))
    write_shard(other, "w", [success(i, {"x": ("t", np.zeros(4)), "y": 0.0}) for i in range(60)])
    streamed(other, path)
    assert_same(streamed(run, path), in_memory(run))
    write_shard(run, "longer", [success(40, {"x": ("t", np.arange(9.0)), "y": 1.0, "new": 3})])
    assert_same(streamed(run, path), in_memory(run))


def test_a_damaged_store_is_made_anew(run: RunDirectory, tmp_path: Path) -> None:
    path = tmp_path / "out.zarr"
    streamed(run, path)
    (path / ".sweeprun" / "record" / "zarr.json").write_text("{")
    assert_same(streamed(run, path), in_memory(run))
    shutil.rmtree(path / ".sweeprun")
    assert_same(streamed(run, path), in_memory(run))


def damage(path: Path, how: str) -> None:
    content = bytearray(path.read_bytes())
    if how == "gone":
        path.unlink()
        return
    if how == "flipped":
        content[len(content) // 2] ^= 0x55
    path.write_bytes(content if how == "flipped" else content[: len(content) // 2])
    os.utime(path, (1e9, 1e9))


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("x/c/0/0/0", "gone"),
        ("y/c/2/1", "flipped"),
        ("state/c/1/0", "cut"),
        ("a/c/0", "gone"),
        ("b/zarr.json", "cut"),
        ("x/zarr.json", "gone"),
        (".sweeprun/record/c/0", "cut"),
        (".sweeprun/files/c/0", "gone"),
        ("zarr.json", "flipped"),
    ],
)
def test_what_became_of_a_file_is_noticed(run: RunDirectory, tmp_path: Path, name: str, how: str) -> None:
    """After a power cut, a copy that broke off, or somebody's own writing."""
    path = tmp_path / "out.zarr"
    streamed(run, path)
    damage(path / name, how)
    assert_same(streamed(run, path), in_memory(run))


def test_values_that_somebody_wrote_into_the_store_are_replaced(run: RunDirectory, tmp_path: Path) -> None:
    path = tmp_path / "out.zarr"
    opened = streamed(run, path)
    region = {"a": slice(0, 6), "b": slice(0, 10)}
    (opened[["y"]].drop_vars(["a", "b", "task_id", "state", "seconds"]) * 2).to_zarr(path, mode="r+", region=region)
    assert_same(streamed(run, path), in_memory(run))


def test_what_a_killed_writer_left_is_cleared_away(run: RunDirectory, tmp_path: Path) -> None:
    path = tmp_path / "out.zarr"
    streamed(run, path)
    left = path / "x" / "c" / "0" / "0" / "0.0123.partial"
    left.touch()
    streamed(run, path)
    assert not left.exists()


def test_files_stay_few_and_anybody_can_read_them(run: RunDirectory, tmp_path: Path) -> None:
    path = tmp_path / "out.zarr"
    streamed(run, path)
    with xr.open_zarr(path) as dataset:  # warnings are errors
        assert dataset.y.values[0].tolist() == [float(i) for i in range(10)]
        assert (dataset.state == "succeeded").sum() == 30
    per_variable = [len(list((path / name / "c").rglob("*"))) for name in ("x", "y", "state")]
    assert max(per_variable) <= 30 + 7  # at most one file a region, and the directories above


def test_a_run_of_a_single_task(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    write_shard(run, "w", [success(0, {"x": 3, "when": np.datetime64("NaT", "s"), "text": "ä"})])
    assert_same(streamed(run, tmp_path / "out.zarr"), in_memory(run))
    assert_same(streamed(run, tmp_path / "out.zarr"), in_memory(run))


def test_two_at_once_leave_a_whole_store(run: RunDirectory, tmp_path: Path) -> None:
    path = tmp_path / "out.zarr"
    streamed(run, path)
    write_shard(run, "w2", [success(i, {"x": ("t", np.ones(4)), "y": 1.0}) for i in range(30, 60)])
    children = []
    for _ in range(3):
        child = os.fork()
        if child == 0:
            try:
                stream_snapshot(take_snapshot(run), lambda plan: write_store(plan, path))
                os._exit(0)
            except BaseException:  # noqa: BLE001  # whatever it is, the parent is to know
                os._exit(1)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
    assert_same(open_store(path).load(), in_memory(run))
