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

from sweeprun.store.files import naming, sync_directory, undone_on_error, write_fully_at
from sweeprun.store.own_files import OwnFile
from sweeprun.store.records import Record
from sweeprun.store.shards import FORMAT, NUMERIC, PAYLOAD, VERSION

_SCHEMA = pa.schema(
    [
        *(pa.field(name, pa.from_numpy_dtype(dtype)) for name, dtype in NUMERIC.items()),
        pa.field(PAYLOAD, pa.large_binary()),
    ],
    metadata={b"format": FORMAT, b"version": VERSION},
)

_BEGINNING = _SCHEMA.serialize().to_pybytes()

_LARGEST_COPIED = 2**24
"""Of a batch with more bytes, payloads are written from where they are."""


class ShardWriter:
    """Appends records to a shard of its own; the file is made by `begin`, or with the first flush.

    Every flush is one write followed by an fsync: a record that was flushed survives ``kill -9`` and a power cut.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: OwnFile | None = None
        self._sink = _Pieces()
        self._stream: ipc.RecordBatchStreamWriter | None = None
        self._size = 0
        self._broken = False

    def begin(self) -> None:
        """Make the file, with the beginning of its stream, durably: whoever can do that can write records.

        Raises
        ------
        OSError
            If it can't be made; it is not there then.
        """
        if self._file is not None:
            return
        self._file = OwnFile(self._path)
        with undone_on_error(self._remove):
            sync_directory(self._path.parent)
            self._stream = ipc.new_stream(self._sink, _SCHEMA)
            self._stream.write_batch(_no_records())  # Arrow writes the schema with the first batch, and not again
            self._sink.take()
            self._write([_BEGINNING])

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
        self.begin()
        try:
            self._write(self._encoded(records))
        except BaseException:  # an interrupt, too, must leave no half batch before the next one
            self._undo()
            raise

    def _encoded(self, records: Sequence[Record]) -> list[bytes | memoryview]:
        """The batch as bytes."""
        assert self._stream is not None
        batch, metadata = _batch(records)
        self._stream.write_batch(batch, custom_metadata=metadata)
        return self._sink.take()

    def _write(self, pieces: Sequence[bytes | memoryview]) -> None:
        """Add bytes to the file, durably."""
        assert self._file is not None
        size = self._size
        with naming(self._path):
            descriptor = self._file.descriptor()
            for piece in pieces:
                write_fully_at(descriptor, piece, size)
                size += len(piece)
            os.fsync(descriptor)
        self._size = size

    def go_on(self) -> None:
        """Go on behind what a process that was forked from this one has appended."""
        if self._file is not None:
            self._size = os.fstat(self._file.descriptor()).st_size

    def _undo(self) -> None:
        """Take back what a failed append did."""
        assert self._file is not None
        self._sink.take()
        try:
            os.ftruncate(self._file.descriptor(), self._size)
        except OSError:
            self._broken = True

    def _remove(self) -> None:
        """Take back what a failed beginning did."""
        file, self._file, self._stream = self._file, None, None
        self._sink.take()
        if file is not None:
            file.remove()

    def close(self) -> None:
        """Close the file; what was appended is in it already, and one without records is removed."""
        if self._file is None:
            return
        if self._size > len(_BEGINNING):
            self._file.close()
            self._file = None
        else:
            self._remove()


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


def _no_records() -> pa.RecordBatch:
    zero = pa.py_buffer(bytes(8))
    buffers = {PAYLOAD: [None, zero, zero]}
    arrays = [pa.Array.from_buffers(field.type, 0, buffers.get(field.name, [None, zero])) for field in _SCHEMA]
    return pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA)


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
