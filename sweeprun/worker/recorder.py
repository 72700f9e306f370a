"""Keeps records until it is worth writing them: a record waits for at most a moment, long tasks not at all."""

import time

from sweeprun.store.directory import RunDirectory
from sweeprun.store.records import Record
from sweeprun.store.shards import ShardWriter

FLUSH_SECONDS = 0.1
"""Records are written together while they come faster than this; so it bounds the work that a crash can undo."""


class Recorder:
    """Writes a worker's records to its shard."""

    def __init__(self, run: RunDirectory, worker: str) -> None:
        self._writer = ShardWriter(run.shard(worker))
        self._waiting: list[Record] = []
        self._flushed = 0.0

    def add(self, record: Record) -> None:
        """Take a record; it is durable now if the last flush is a moment ago, or else with the next flush."""
        self._waiting.append(record)
        if time.monotonic() - self._flushed >= FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write all that waits, durably."""
        self._writer.append(self._waiting)
        self._waiting.clear()
        self._flushed = time.monotonic()

    def close(self) -> None:
        """Flush and close."""
        self.flush()
        self._writer.close()
