"""The writer of a shard, and what a batch looks like to Arrow; `sweeprun.store.shards` reads it."""

import errno
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import ipc

from sweeprun.store.files import naming, sync_directory, write_fully
from sweeprun.store.records import Record
from sweeprun.store.shards import FORMAT, NUMERIC, PAYLOAD, VERSION

_SCHEMA = pa.schema(
    [
        *(pa.field(name, pa.from_numpy_dtype(dtype)) for name, dtype in NUMERIC.items()),
        pa.field(PAYLOAD, pa.large_binary()),
    ],
    metadata={b"format": FORMAT, b"version": VERSION},
)


_LARGEST_COPIED = 2**24
"""Of a batch with more bytes, payloads are written from where they are."""


class ShardWriter:
    """Appends records to a shard of its own; the file is made with the first flush.

    Every flush is one write followed by an fsync: a record that was flushed survives ``kill -9`` and a power cut.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self._sink = _Pieces()
        self._stream: ipc.RecordBatchStreamWriter | None = None
        self._size = 0
        self._broken = False

    def append(self, records: Sequence[Record]) -> None:
        """Write records as one batch, durably.

        Raises
        ------
        OSError
            If they could not be written; the shard is left as it was before.
        """
        if not records:
            return
        if self._broken:  # whatever came after half a batch could not be read
            raise OSError(errno.EIO, "a failed write could not be undone", os.fspath(self._path))
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
            sync_directory(self._path.parent)
        try:
            pieces = self._encoded(records)
            with naming(self._path):
                for piece in pieces:
                    write_fully(self._descriptor, piece)
                os.fsync(self._descriptor)
            self._size += sum(map(len, pieces))
        except BaseException:  # an interrupt, too, must leave no half batch before the next one
            self._undo(self._descriptor)
            raise

    def _encoded(self, records: Sequence[Record]) -> list[bytes | memoryview]:
        """The batch as bytes, after the beginning of the stream if that isn't written yet."""
        if self._stream is None:
            self._stream = ipc.new_stream(self._sink, _SCHEMA)
        batch, metadata = _batch(records)
        self._stream.write_batch(batch, custom_metadata=metadata)
        return self._sink.take()

    def _undo(self, descriptor: int) -> None:
        """Take back what a failed append did."""
        try:
            os.ftruncate(descriptor, self._size)
            os.lseek(descriptor, self._size, os.SEEK_SET)
        except OSError:
            self._broken = True
        self._sink.take()
        if not self._size:
            self._stream = None  # its beginning is still to be written

    def close(self) -> None:
        """Close the file; what was appended is in it already."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class _Pieces:
    """A file of Python for Arrow, which hands over its buffers as they are."""

    closed = False

    def __init__(self) -> None:
        self._written: list[bytes | memoryview] = []

    def write(self, data: bytes | pa.Buffer) -> int:
        self._written.append(memoryview(data))
        return len(self._written[-1])

    def flush(self) -> None:
        """There is nothing behind it."""

    def take(self) -> list[bytes | memoryview]:
        """What was written since the last time: one piece, unless it is large."""
        pieces, self._written = self._written, []
        if sum(map(len, pieces)) > _LARGEST_COPIED:
            return pieces
        return [b"".join(pieces)] if pieces else []


def _batch(records: Sequence[Record]) -> tuple[pa.RecordBatch, dict[bytes, bytes]]:
    """Records as an Arrow batch, from buffers: ``pa.array`` would import pandas."""
    numbers = {layout: i for i, layout in enumerate(dict.fromkeys(record.layout for record in records))}
    columns: dict[str, Sequence[Any]] = {
        "task_id": [record.task_id for record in records],
        "attempt": [record.attempt for record in records],
        "outcome": [record.outcome.value for record in records],
        "stream": [record.stream for record in records],
        "started": [record.started for record in records],
        "seconds": [record.seconds for record in records],
        "layout": [numbers[record.layout] for record in records],
        "checksum": [record.checksum() for record in records],
    }
    count = len(records)
    arrays = [
        pa.Array.from_buffers(
            pa.from_numpy_dtype(dtype), count, [None, pa.py_buffer(np.array(columns[name], dtype=dtype))]
        )
        for name, dtype in NUMERIC.items()
    ]
    offsets = np.zeros(count + 1, dtype=np.int64)
    np.cumsum([len(record.payload) for record in records], out=offsets[1:])
    payloads = pa.py_buffer(b"".join(record.payload for record in records))
    arrays.append(pa.Array.from_buffers(pa.large_binary(), count, [None, pa.py_buffer(offsets), payloads]))
    (origin,) = {record.origin for record in records}
    metadata = {b"layouts": json.dumps(list(numbers)).encode(), b"origin": origin.encode()}
    return pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA), metadata
