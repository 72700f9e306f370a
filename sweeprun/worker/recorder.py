"""Keeps records until it is worth writing them: none waits for more than a moment, whatever the next task does."""

import threading
import time

from sweeprun.store.directory import RunDirectory
from sweeprun.store.records import Record
from sweeprun.store.shard_writer import ShardWriter

_FLUSH_BYTES = 1_000_000
"""So much is worth a write of its own."""

FLUSH_SECONDS = 0.1
"""Records that come faster than this are written together; so it bounds the work that a crash can undo."""


_PAUSES = (0.1, 0.4, 1.0)
"""Seconds between further attempts to write what a worker still has when it ends."""


class Recorder:
    """Writes a worker's records to its shard.

    A record is written at once if the last one was a moment ago. Otherwise it waits for the next, or for a thread that
    writes what the worker, busy with a long task, can't. The shard is made at once, before any task can change what
    new files are like, and a worker that couldn't record anything runs nothing.
    """

    def __init__(self, run: RunDirectory, worker: str) -> None:
        self._writer = ShardWriter(run.shard(worker))
        self._writer.begin()
        self._waiting: list[Record] = []
        self._bytes = 0
        self._flushed = 0.0
        self._lock = threading.Lock()
        self._due = threading.Event()
        self._thread: threading.Thread | None = None
        self._error: OSError | None = None

    def add(self, record: Record) -> None:
        """Take a record; it is durable within `FLUSH_SECONDS`.

        Raises
        ------
        OSError
            If records can't be written, this or earlier ones.
        """
        with self._lock:
            self._waiting.append(record)
            self._bytes += len(record.payload)
            waited = time.monotonic() - self._flushed
            if not 0 <= waited < FLUSH_SECONDS or self._bytes >= _FLUSH_BYTES:  # or the clock was set back
                self._write()
            elif not self._due.is_set():
                self._due.set()
        if self._waiting and self._thread is None:
            self._start_thread()

    def _start_thread(self) -> None:
        """Let a thread write what waits; where there may be no more threads, write it now."""
        thread = threading.Thread(target=self._watch, name="sweeprun-recorder", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            self.flush()
            return
        self._thread = thread

    def flush(self) -> None:
        """Write all that waits, durably."""
        with self._lock:
            self._write()

    def go_on(self) -> None:
        """Go on behind what a process that was forked from this one has written."""
        self._writer.go_on()

    def close(self) -> None:
        """Flush and close. What can't be written is tried again for a moment: it may have taken hours to compute.

        Raises
        ------
        OSError
            If it can't be written in the end.
        """
        self._error = None
        try:
            for pause in _PAUSES:
                try:
                    return self.flush()
                except OSError:
                    time.sleep(pause)
            self.flush()
        finally:
            self._writer.close()

    def _write(self) -> None:
        if self._error is not None:
            raise self._error
        self._writer.append(self._waiting)
        self._waiting.clear()
        self._bytes = 0
        self._flushed = time.monotonic()

    def _watch(self) -> None:
        """Write what has waited; an error is for the worker to raise."""
        while True:
            self._due.wait()
            time.sleep(FLUSH_SECONDS)
            with self._lock:
                self._due.clear()
                try:
                    self._write()
                except OSError as error:
                    self._error = error
                    return
