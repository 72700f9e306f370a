"""A lock in an object store: one at a time, and taken over from a writer that was killed."""

import json
from typing import Any

import obstore
import pytest
from obstore.exceptions import NotSupportedError
from obstore.store import MemoryStore

from sweeprun.errors import UsageError
from sweeprun.results.formats import lease
from sweeprun.results.formats.lease import Lease

KEY = ".sweeprun/lock"


@pytest.fixture(autouse=True)
def short_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "_BEAT_SECONDS", 0.01)
    monkeypatch.setattr(lease, "_WATCH_SECONDS", 0.2)
    monkeypatch.setattr(lease, "_LOOK_SECONDS", 0.05)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def new(store: Any) -> Lease:
    return Lease(store, KEY, "s3://bucket/x.zarr")


def keys(store: Any) -> list[str]:
    return [one["path"] for page in obstore.list(store) for one in page]


def test_it_is_there_while_it_is_held(store: MemoryStore) -> None:
    with new(store).held():
        assert keys(store) == [KEY]
    assert keys(store) == []


def test_another_writer_is_refused(store: MemoryStore) -> None:
    with (
        new(store).held(),
        pytest.raises(
            UsageError,
            match=r"^another process is collecting into 's3://bucket/x.zarr' \(process \d+ on .*, since 20.*\)",
        ),
        new(store).held(),
    ):
        raise AssertionError
    assert keys(store) == []


@pytest.mark.parametrize("content", [b'{"token": "other"}', b"", b"[]"])
def test_that_of_a_killed_writer_is_taken_over(store: MemoryStore, content: bytes) -> None:
    obstore.put(store, KEY, content)
    with new(store).held():
        assert json.loads(bytes(obstore.get(store, KEY).bytes()))["pid"]
    assert keys(store) == []


def test_a_writer_that_was_taken_for_dead_stops(store: MemoryStore) -> None:
    late = new(store)
    with late.held():
        late.check()
        obstore.put(store, KEY, b'{"token": "other"}')
        for beats in list(lease_threads()):
            beats.join(5)
        with pytest.raises(UsageError, match="another process has begun to write"):
            late.check()
    assert keys(store) == [KEY], "it is the other one's"


def lease_threads() -> Any:
    import threading

    return (thread for thread in threading.enumerate() if "_beat" in thread.name)


def test_its_own_object_is_known_where_an_answer_was_lost(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    put = obstore.put

    def twice(*args: Any, **options: Any) -> Any:
        put(*args, **options)
        return put(*args, **options)

    monkeypatch.setattr(obstore, "put", twice)
    with new(store).held():
        assert keys(store) == [KEY]
    assert keys(store) == []


@pytest.mark.parametrize("error", [NotSupportedError, NotImplementedError])
def test_a_store_without_conditional_writes_is_written_all_the_same(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def refuses(*_: Any, **__: Any) -> Any:
        raise error("no")

    monkeypatch.setattr(obstore, "put", refuses)
    with new(store).held():
        assert keys(store) == []
