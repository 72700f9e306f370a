"""Runs as Zarr stores in an object store: as in a directory, but for what object stores don't have."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import obstore
import pytest
import xarray as xr
import zarr
from obstore.store import MemoryStore
from zarr.storage import ObjectStore

from sweeprun.errors import UsageError
from sweeprun.results.collect import collect_run, stream_snapshot
from sweeprun.results.formats import lease, object_store, remote, zarr_layout
from sweeprun.results.formats.owners import check_replaceable, owner_of
from sweeprun.results.formats.zarr_store import write_store
from sweeprun.store.directory import RunDirectory
from sweeprun.store.local_paths import StoreUrl
from sweeprun.store.snapshot import take_snapshot
from tests.results.formats.test_zarr_store import assert_same
from tests.results.runs import count_axis, failure, make_run, success, write_shard


@pytest.fixture(autouse=True)
def many_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zarr_layout, "_CHUNK_BYTES", 50)
    monkeypatch.setattr(zarr_layout, "_REGION_BYTES", 1000)
    monkeypatch.setattr(lease, "_BEAT_SECONDS", 0.05)
    monkeypatch.setattr(lease, "_WATCH_SECONDS", 0.4)
    monkeypatch.setattr(lease, "_LOOK_SECONDS", 0.1)


@pytest.fixture
def url(bucket: str) -> StoreUrl:
    """In a bucket of a server."""
    return StoreUrl(f"{bucket}/a folder/ü.zarr")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> StoreUrl:
    """In a store of obstore's own, in memory: no server, and the same errors."""
    stores: dict[str, MemoryStore] = {}
    for module in (remote, object_store):
        monkeypatch.setattr(module, "open_store", lambda url: stores.setdefault(url.text, MemoryStore()))
    return StoreUrl("s3://memory/ü.zarr")


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    """A run of 3 x 8 tasks, half of which have ended."""
    run = make_run(tmp_path / "run", count_axis("a", 3), count_axis("b", 8))
    write_shard(run, "w", [success(i, result(i)) for i in range(12)])
    return run


def result(i: int) -> dict[str, Any]:
    return {"x y": ("t", np.full(4, i * 0.5)), "y%20": float(i), "text": "ä" * i, "when": np.datetime64("2020-01-01")}


def collected(run: RunDirectory, url: StoreUrl) -> xr.Dataset:
    stream_snapshot(take_snapshot(run), lambda plan: write_store(plan, url))
    return opened(url)


def opened(url: StoreUrl) -> xr.Dataset:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The data type")
        store: Any = ObjectStore(object_store.open_store(url), read_only=True)
        decoder = xr.coders.CFDatetimeCoder(time_unit="us")
        return xr.open_zarr(store, decode_times=decoder).load()


def objects(url: StoreUrl) -> dict[str, Any]:
    """The time and the length of each object."""
    pages = obstore.list(object_store.open_store(url))
    return {one["path"]: (one["last_modified"], one["e_tag"], one["size"]) for page in pages for one in page}


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys that are written from now on."""
    keys: list[str] = []
    put = ObjectStore.set

    async def noting(store: Any, key: str, value: Any) -> None:
        keys.append(key)
        await put(store, key, value)

    monkeypatch.setattr(ObjectStore, "set", noting)
    return keys


def test_a_store_is_what_is_collected_in_memory(run: RunDirectory, url: StoreUrl) -> None:
    assert_same(collected(run, url), collect_run(run).dataset)
    assert ".sweeprun/lock" not in objects(url)
    assert owner_of(url) is not None
    assert check_replaceable(url, run) is None


def test_a_run_of_a_single_task(tmp_path: Path, quick: StoreUrl) -> None:
    run = make_run(tmp_path / "run")
    write_shard(run, "w", [success(0, {"x": 3, "text": "ä"})])
    for _ in range(2):
        assert_same(collected(run, quick), collect_run(run).dataset)


def test_only_regions_with_new_records_are_written_again(run: RunDirectory, url: StoreUrl, written: list[str]) -> None:
    collected(run, url)
    assert len([key for key in written if key.startswith("y%20/c/")]) > 1
    written.clear()
    write_shard(run, "w2", [success(13, result(7))])
    assert_same(collected(run, url), collect_run(run).dataset)
    for name in ("x y", "y%20", "text", "state"):
        assert len({key for key in written if key.startswith(f"{name}/")}) == 1, written
    written.clear()
    collected(run, url)
    assert set(written) == {"zarr.json"}


def test_a_store_of_another_shape_or_run_is_made_anew(run: RunDirectory, tmp_path: Path, url: StoreUrl) -> None:
    collected(run, url)
    write_shard(run, "longer", [success(14, {"x y": ("t", np.arange(9.0)), "new": 3})])
    assert_same(collected(run, url), collect_run(run).dataset)
    other = make_run(tmp_path / "other", count_axis("c", 2))
    write_shard(other, "w", [success(0, {"z": 1.0}), failure(1)])
    assert check_replaceable(url, other) == run
    assert_same(collected(other, url), collect_run(other).dataset)
    assert not [key for key in objects(url) if key.startswith("y%20/")]


@pytest.mark.parametrize("key", ["x y/c/0/0/0", "a/c/0", "y%20/zarr.json", ".sweeprun/record/c/0", "zarr.json"])
@pytest.mark.parametrize("how", ["gone", "cut", "other"])
def test_what_became_of_an_object_is_noticed(run: RunDirectory, quick: StoreUrl, key: str, how: str) -> None:
    collected(run, quick)
    store = object_store.open_store(quick)
    content = bytes(obstore.get(store, key).bytes())
    if how == "gone":
        obstore.delete(store, key)
    else:
        obstore.put(store, key, content[: len(content) // 2] if how == "cut" else bytes(len(content)))
    assert_same(collected(run, quick), collect_run(run).dataset)


class Killed(BaseException):
    """Nothing more is done."""


def killed_at(stop_at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """From some write on, nothing gets through, not even what removes the lock."""
    calls = 0
    put = ObjectStore.set

    async def dies(store: Any, key: str, value: Any) -> None:
        nonlocal calls
        calls += 1
        if calls >= stop_at:
            raise Killed
        await put(store, key, value)

    monkeypatch.setattr(ObjectStore, "set", dies)
    monkeypatch.setattr(lease.Lease, "_release", lambda _: None)


@pytest.mark.parametrize("stop_at", [1, 2, 3, 5, 8, 13])
def test_an_update_that_was_killed_is_mended(
    run: RunDirectory, quick: StoreUrl, monkeypatch: pytest.MonkeyPatch, stop_at: int
) -> None:
    collected(run, quick)
    write_shard(run, "w2", [success(i, result(-i)) for i in range(12, 24)])
    with monkeypatch.context() as patches:
        killed_at(stop_at, patches)
        with pytest.raises(Killed):
            collected(run, quick)
    left = opened(quick)
    done = left.state.values == "succeeded"
    assert np.array_equal(left["y%20"].values[done], collect_run(run).dataset["y%20"].values[done])
    assert_same(collected(run, quick), collect_run(run).dataset)


@pytest.mark.parametrize("stop_at", [1, 4, 20])
def test_a_store_is_there_only_when_it_is_whole(
    run: RunDirectory, quick: StoreUrl, monkeypatch: pytest.MonkeyPatch, stop_at: int
) -> None:
    with monkeypatch.context() as patches:
        killed_at(stop_at, patches)
        with pytest.raises(Killed):
            collected(run, quick)
    with pytest.raises(FileNotFoundError):
        opened(quick)
    assert check_replaceable(quick, run) is None, "it is known whose it is"
    assert_same(collected(run, quick), collect_run(run).dataset)


def test_what_sweeprun_did_not_write_is_refused(run: RunDirectory, url: StoreUrl) -> None:
    zarr.create_group(ObjectStore(object_store.open_store(url)), attributes={"who": "me"})
    before = objects(url)
    with pytest.raises(UsageError, match=r"^'s3://.*ü\.zarr' is there and was not made by sweeprun"):
        check_replaceable(url, run)
    assert objects(url) == before


def test_a_store_of_a_run_that_is_gone_is_refused(run: RunDirectory, tmp_path: Path, quick: StoreUrl) -> None:
    collected(run, quick)
    other = make_run(tmp_path / "other", count_axis("c", 2))
    run.path.rename(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="which is there no more"):
        check_replaceable(quick, other)


def test_a_store_that_is_being_written_is_left_alone(run: RunDirectory, url: StoreUrl) -> None:
    collected(run, url)
    before = objects(url)
    other = lease.Lease(object_store.open_store(url), ".sweeprun/lock", url.text)
    with other.held(), pytest.raises(UsageError, match=r"^another process is collecting into 's3://.*' \(process "):
        collected(run, url)
    assert objects(url) == before


def test_without_conditional_writes_there_is_no_lock(
    run: RunDirectory, url: StoreUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CONDITIONAL_PUT", "disabled")
    assert_same(collected(run, url), collect_run(run).dataset)
