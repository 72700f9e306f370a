"""A lock in an object store: an object that only one writer can make, and that it makes anew as long as it lives.

Object stores have no locks, and nothing is unlocked when a process is killed. They can make an object only if it isn't
there, and replace one only if it is still the one that was seen (conditional writes: ``If-None-Match``, ``If-Match``).
No clocks are compared: whoever finds the object watches whether it changes.
"""

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotSupportedError, PreconditionError

from sweeprun.errors import UsageError

_BEAT_SECONDS = 5.0
_WATCH_SECONDS = 16.0
"""So long an object is watched that may be of a writer that was killed: three beats."""

_LOOK_SECONDS = 1.0


class Lease:
    """The right to write to a store.

    Parameters
    ----------
    store
        The client of the object store.
    key
        Of the object.
    shown
        What is written to, for messages.
    """

    def __init__(self, store: Any, key: str, shown: str) -> None:
        self._store, self._key, self._shown = store, key, shown
        self._beats = 0
        self._content = {
            "token": os.urandom(8).hex(),
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        self._version: Any = None
        self._lost = False
        self._ended = Event()

    def check(self) -> None:
        """Stop if another writer has taken over, which happens only to one that didn't get through for a while.

        Raises
        ------
        UsageError
            If one has.
        """
        if self._lost:
            raise UsageError(
                f"another process has begun to write {self._shown!r}, as this one could not reach the store "
                "for a while; collect again when it has ended"
            )

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold it. Where a store has no conditional writes, whoever comes.

        Raises
        ------
        UsageError
            If another writer holds it.
        """
        try:
            self._take()
        except (NotImplementedError, NotSupportedError):
            yield
            return
        beats = Thread(target=self._beat, daemon=True)
        beats.start()
        try:
            yield
        finally:
            self._ended.set()
            beats.join()
            self._release()

    def _take(self) -> None:
        if self._put("create"):
            return
        first = self._seen()
        until = time.monotonic() + _WATCH_SECONDS
        while first is not None and time.monotonic() < until:
            time.sleep(_LOOK_SECONDS)
            seen = self._seen()
            if seen is not None and seen[0] != first[0]:
                raise self._refusal(seen[1])
            first = seen
        if not self._put("create" if first is None else first[0]):
            raise self._refusal(None if first is None else first[1])

    def _beat(self) -> None:
        while not self._ended.wait(_BEAT_SECONDS) and not self._lost:
            self._beats += 1
            with suppress(BaseError):  # the line may be back at the next beat
                self._lost = not self._put(self._version)

    def _put(self, mode: Any) -> bool:
        """Make the object, or make it anew; whether that could be done."""
        try:
            put = obstore.put(
                self._store, self._key, json.dumps(self._content | {"beat": self._beats}).encode(), mode=mode
            )
            self._version = _version(put)
        except (AlreadyExistsError, PreconditionError, FileNotFoundError):
            seen = self._seen()
            if seen is None or seen[1].get("token") != self._content["token"]:
                return False
            self._version = seen[0]  # it was made, and asked for again as the answer was lost
        return True

    def _seen(self) -> tuple[Any, dict[str, Any]] | None:
        """The version of the object, and what it holds; None if there is none."""
        try:
            found = obstore.get(self._store, self._key)
            text = bytes(found.bytes())
        except FileNotFoundError:
            return None
        content = None
        with suppress(ValueError):
            content = json.loads(text)
        return _version(found.meta), content if isinstance(content, dict) else {}

    def _release(self) -> None:
        with suppress(BaseError, FileNotFoundError):
            seen = self._seen()
            if seen is not None and seen[1].get("token") == self._content["token"]:
                obstore.delete(self._store, self._key)

    def _refusal(self, other: dict[str, Any] | None) -> UsageError:
        who = other or {}
        told = (
            f" (process {who['pid']} on {who['host']}, since {who['since']})"
            if {"pid", "host", "since"} <= {*who}
            else ""
        )
        return UsageError(f"another process is collecting into {self._shown!r}{told}; collect again when it has ended")


def _version(told: Any) -> dict[str, str]:
    """What tells an object from an older or newer one of its key; obstore takes no None here."""
    return {name: told[name] for name in ("e_tag", "version") if told[name] is not None}
