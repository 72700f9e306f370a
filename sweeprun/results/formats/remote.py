"""A Zarr store in an object store.

What differs from a directory: nothing can be renamed, so a store that is made anew is written in its place, and the
metadata of its root, without which nothing reads it, is removed first and written last. Whether an object is still what
was written, its length and its entity tag say. The lock is a `Lease`.
"""

import hashlib
import json
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import obstore
from zarr.storage import ObjectStore, WrapperStore

from sweeprun.results.formats.lease import Lease
from sweeprun.results.formats.object_store import open_store, telling
from sweeprun.results.formats.own_group import LOCK, OWN_GROUP
from sweeprun.results.formats.zarr_places import Place
from sweeprun.store.local_paths import StoreUrl

_ROOT = "zarr.json"
_ROOTS = (_ROOT, ".zgroup", ".zattrs", ".zmetadata")
"""What makes a store of what lies below, in either format."""

_MARK = f"{OWN_GROUP}/zarr.json"


class Remote(Place):
    """A Zarr store in an object store.

    Parameters
    ----------
    url
        Its address.
    """

    def __init__(self, url: StoreUrl) -> None:
        self._url = url
        self._client = open_store(url)
        self._lease = Lease(self._client, LOCK, url.text)
        self._objects: dict[str, tuple[int, Any]] | None = None
        self.store = ObjectStore(self._client)

    def is_there(self) -> bool:
        return _ROOT in self._listed()

    def below(self, name: str) -> Iterable[str]:
        return [key for key in self._listed() if key.startswith(f"{name}/")]

    def seal(self, names: Iterable[str]) -> int:
        objects = self._listed()
        told = sorted((name, *objects.get(name, (-1, None))) for name in names)
        return int.from_bytes(hashlib.sha256(repr(told).encode(errors="backslashreplace")).digest()[:8]) >> 1

    def remove(self, names: Iterable[str]) -> None:
        objects = self._listed()
        there = [name for name in names if objects.pop(name, None)]
        if there:
            obstore.delete(self._client, there)

    def settle(self, names: Iterable[str]) -> None:
        """What a server has acknowledged is durable; how it calls it now, only it can say."""
        objects = self._listed()
        for name in names:
            objects.pop(name, None)
            try:
                found = obstore.head(self._client, name)
            except FileNotFoundError:
                continue
            objects[name] = found["size"], found["e_tag"]

    def clear_leftovers(self) -> None:
        """A writer that was killed leaves parts of objects, which only the server's own rules can remove."""

    @contextmanager
    def alone(self) -> Iterator[None]:
        with telling(self._url), self._lease.held():
            yield

    def check(self) -> None:
        self._lease.check()

    @contextmanager
    def anew(self, owner: Mapping[str, Any]) -> Iterator[Place]:
        mark = {"zarr_format": 3, "node_type": "group", "attributes": dict(owner)}
        obstore.put(self._client, _MARK, json.dumps(mark).encode())
        self.remove(_ROOTS)
        self.remove([key for key in self._listed() if key not in (_MARK, LOCK)])
        new, held = Remote(self._url), _UntilWhole(ObjectStore(self._client), {})
        new.store = held
        yield new
        obstore.put(self._client, _ROOT, held.kept[_ROOT].to_bytes())

    def _listed(self) -> dict[str, tuple[int, Any]]:
        """The objects of the store, with their lengths and entity tags, as they were when first asked for."""
        if self._objects is None:
            pages = obstore.list(self._client)
            self._objects = {one["path"]: (one["size"], one["e_tag"]) for page in pages for one in page}
        return self._objects


class _UntilWhole(WrapperStore[Any]):
    """A store that keeps the metadata of its root to itself.

    Parameters
    ----------
    store
        The store that gets all else.
    kept
        What is kept back.
    """

    def __init__(self, store: Any, kept: dict[str, Any]) -> None:
        super().__init__(store)
        self.kept = kept

    def _with_store(self, store: Any) -> "_UntilWhole":
        return type(self)(store, self.kept)

    async def get(self, key: str, prototype: Any, byte_range: Any = None) -> Any:
        return self.kept.get(key) if key == _ROOT else await super().get(key, prototype, byte_range)

    async def exists(self, key: str) -> bool:
        return key in self.kept if key == _ROOT else await super().exists(key)

    async def set(self, key: str, value: Any) -> None:
        if key == _ROOT:
            self.kept[key] = value
        else:
            await super().set(key, value)

    async def set_if_not_exists(self, key: str, value: Any) -> None:
        """Not by a conditional write, which not all stores have: nobody else writes here."""
        if not await self.exists(key):
            await self.set(key, value)

    async def _set_many(self, values: Iterable[tuple[str, Any]]) -> None:
        for key, value in values:
            await self.set(key, value)

    async def _get_many(self, requests: Iterable[tuple[str, Any, Any]]) -> AsyncGenerator[tuple[str, Any], None]:
        for key, prototype, byte_range in requests:
            yield key, await self.get(key, prototype, byte_range)
