"""Shards: append-only files of records, one writer each.

A shard is an Arrow IPC stream. Each of its batches holds the records of one flush and is complete in itself: the
layouts that its records refer to, and their common origin, are in its metadata. Any prefix of a shard can be read, so a
torn tail costs only what was being written. Arrow checks nothing, so every record carries a CRC-32.

References
----------
Apache Arrow, "Serialization and Interprocess Communication (IPC)": the streaming format.
"""

import errno
import io
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pyarrow as pa
from pyarrow import ipc

from sweeprun.errors import FormatError
from sweeprun.store.files import naming, sync_directory, write_fully
from sweeprun.store.records import Outcome, Record

FORMAT = b"sweeprun-shard"
VERSION = b"2"
_READABLE_VERSIONS = (b"1", VERSION)
"""In version 1 there was no origin; it reads as an empty one, which leaves checksums as they were."""

_NUMERIC = {
    "task_id": (pa.int64(), np.int64),
    "attempt": (pa.int32(), np.int32),
    "outcome": (pa.int8(), np.int8),
    "stream": (pa.int64(), np.int64),
    "started": (pa.float64(), np.float64),
    "seconds": (pa.float64(), np.float64),
    "layout": (pa.int32(), np.int32),
    "checksum": (pa.uint32(), np.uint32),
}
_SCHEMA = pa.schema(
    [*(pa.field(name, kind) for name, (kind, _) in _NUMERIC.items()), pa.field("payload", pa.large_binary())],
    metadata={b"format": FORMAT, b"version": VERSION},
)
_HEADER = np.dtype(
    [
        ("task_id", "<i8"),
        ("attempt", "<i4"),
        ("stream", "<i8"),
        ("started", "<f8"),
        ("seconds", "<f8"),
        ("succeeded", "?"),
    ]
)
"""What `Record.checksum` covers besides origin, layout and payload, as it packs it."""

_UNREADABLE = (pa.ArrowException, OSError, ValueError, TypeError, LookupError, OverflowError, MemoryError)
"""What reading damaged bytes may raise."""


class ShardWriter:
    """Appends records to a shard of its own; the file is made with the first flush.

    Every flush is one write followed by an fsync: a record that was flushed survives ``kill -9`` and a power cut.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self._sink = io.BytesIO()
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
            content = self._encoded(records)
            with naming(self._path):
                write_fully(self._descriptor, content)
                os.fsync(self._descriptor)
            self._size += len(content)
        except BaseException:  # an interrupt, too, must leave no half batch before the next one
            self._undo(self._descriptor)
            raise

    def _encoded(self, records: Sequence[Record]) -> bytes:
        """The batch as bytes, after the beginning of the stream if that isn't written yet."""
        if self._stream is None:
            self._stream = ipc.new_stream(self._sink, _SCHEMA)
        batch, metadata = _batch(records)
        self._stream.write_batch(batch, custom_metadata=metadata)
        content = self._sink.getvalue()
        self._sink.seek(0)
        self._sink.truncate()
        return content

    def _undo(self, descriptor: int) -> None:
        """Take back what a failed append did."""
        try:
            os.ftruncate(descriptor, self._size)
            os.lseek(descriptor, self._size, os.SEEK_SET)
        except OSError:
            self._broken = True
        self._sink.seek(0)
        self._sink.truncate()
        if not self._size:
            self._stream = None  # its beginning is still to be written

    def close(self) -> None:
        """Close the file; what was appended is in it already."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The records of one flush, column by column; all arrays have one entry a record.

    Attributes
    ----------
    columns
        Name -> NumPy array, for everything but the payloads.
    layouts
        The layouts, which the column ``layout`` indexes.
    origin
        The origin of all of them.
    offsets
        Where each payload begins in ``data``; one entry more than there are records.
    data
        All payloads, one after the other.
    """

    columns: dict[str, np.ndarray]
    layouts: tuple[str, ...]
    origin: str
    offsets: np.ndarray
    data: memoryview

    def __len__(self) -> int:
        return len(self.columns["task_id"])

    def payload(self, row: int) -> bytes:
        return bytes(self.data[int(self.offsets[row]) : int(self.offsets[row + 1])])

    def record(self, row: int) -> Record:
        """One record, not checked."""
        column = self.columns
        return Record(
            task_id=int(column["task_id"][row]),
            attempt=int(column["attempt"][row]),
            outcome=Outcome(int(column["outcome"][row])),
            stream=int(column["stream"][row]),
            started=float(column["started"][row]),
            seconds=float(column["seconds"][row]),
            layout=self.layouts[int(column["layout"][row])],
            payload=self.payload(row),
            origin=self.origin,
        )

    def is_sound(self, row: int) -> bool:
        """Whether a record is what was written, by its checksum."""
        if self.columns["layout"][row] < 0:  # Python would count from the end
            return False
        try:
            return self.record(row).checksum() == int(self.columns["checksum"][row])
        except (ValueError, IndexError):
            return False

    def sound(self) -> np.ndarray:
        """`is_sound` for all records, many times faster; shape ``(records,)``."""
        succeeded = self.columns["outcome"] == Outcome.SUCCEEDED.value
        headers = np.empty(len(self), _HEADER)
        for name in ("task_id", "attempt", "stream", "started", "seconds"):
            headers[name] = self.columns[name]
        headers["succeeded"] = succeeded
        layouts = [layout.encode(errors="replace") for layout in self.layouts] or [b""]
        known = (self.columns["layout"] >= 0) & (self.columns["layout"] < len(self.layouts))
        known &= succeeded | (self.columns["outcome"] == Outcome.FAILED.value)
        numbers = np.where(known, self.columns["layout"], 0).tolist()
        begins, ends = self.offsets[:-1].tolist(), self.offsets[1:].tolist()
        origin = self.origin.encode(errors="replace")
        rows = zip(headers.view(f"V{_HEADER.itemsize}").tolist(), numbers, begins, ends, strict=True)
        sums = [
            crc32(self.data[begin:end], crc32(layouts[n], crc32(origin, crc32(header))))
            for header, n, begin, end in rows
        ]
        sound: np.ndarray = known & (np.array(sums, np.uint32) == self.columns["checksum"])
        return sound


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardContents:
    """What could be read of a shard.

    Attributes
    ----------
    batches
        The batches, in the order in which they were written.
    torn
        What was wrong with the rest of the file; None if nothing. While a worker writes, a torn tail is normal.
    """

    path: Path
    batches: tuple[Batch, ...]
    torn: str | None

    def records(self) -> Iterator[Record]:
        """The sound records."""
        for batch in self.batches:
            for row in np.flatnonzero(batch.sound()):
                yield batch.record(int(row))


def read_shard(path: Path) -> ShardContents:
    """Everything that can be read of a shard, also while it is being written.

    Raises
    ------
    FormatError
        If it is of an unknown version. A file that is no shard is one of which nothing can be read.
    """
    batches: list[Batch] = []
    torn = None
    content = path.read_bytes()
    source = pa.BufferReader(content)
    try:
        reader = ipc.open_stream(source)
        _check_format(path, reader.schema)
        if not reader.schema.equals(_SCHEMA, check_metadata=False):
            raise ValueError("its columns are not a shard's")
        while True:
            batches.append(_columns(*reader.read_next_batch_with_custom_metadata()))
    except StopIteration:  # zeros end a stream, too, and writers write no end
        if rest := len(content) - source.tell():
            torn = f"{rest} bytes after {len(batches)} batches can't be read"
    except _UNREADABLE as error:
        torn = f"it can't be read after {len(batches)} batches: {error}"
    return ShardContents(path=path, batches=tuple(batches), torn=torn)


def read_shards(directory: Path) -> Iterator[ShardContents]:
    """All shards of a run, by name."""
    for path in sorted(directory.glob("*.arrow")):
        yield read_shard(path)


def _batch(records: Sequence[Record]) -> tuple[pa.RecordBatch, dict[bytes, bytes]]:
    """Records as an Arrow batch, from buffers: ``pa.array`` would import pandas, as ``to_numpy`` does when reading."""
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
        pa.Array.from_buffers(kind, count, [None, pa.py_buffer(np.array(columns[name], dtype=dtype))])
        for name, (kind, dtype) in _NUMERIC.items()
    ]
    offsets = np.zeros(count + 1, dtype=np.int64)
    np.cumsum([len(record.payload) for record in records], out=offsets[1:])
    payloads = pa.py_buffer(b"".join(record.payload for record in records))
    arrays.append(pa.Array.from_buffers(pa.large_binary(), count, [None, pa.py_buffer(offsets), payloads]))
    (origin,) = {record.origin for record in records}
    metadata = {b"layouts": json.dumps(list(numbers)).encode(), b"origin": origin.encode()}
    return pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA), metadata


def _columns(batch: pa.RecordBatch, metadata: Any) -> Batch:
    batch.validate(full=True)
    layouts = tuple(map(str, json.loads(metadata[b"layouts"])))
    rows = batch.num_rows
    columns = {
        name: np.frombuffer(batch.column(name).buffers()[1], dtype, rows) for name, (_, dtype) in _NUMERIC.items()
    }
    _, offsets, data = batch.column("payload").buffers()
    return Batch(
        columns=columns,
        layouts=layouts,
        origin=metadata.get(b"origin", b"").decode(),
        offsets=np.frombuffer(offsets, np.int64, rows + 1),
        data=memoryview(data) if data is not None else memoryview(b""),
    )


def _check_format(path: Path, schema: pa.Schema) -> None:
    metadata = schema.metadata or {}
    if metadata.get(b"format") != FORMAT:
        raise ValueError(f"its format is {metadata.get(b'format')!r}, not {FORMAT!r}")
    if metadata.get(b"version") not in _READABLE_VERSIONS:
        raise FormatError(
            f"{path} is a shard of version {metadata.get(b'version', b'?').decode(errors='replace')} and this sweeprun "
            f"reads version {VERSION.decode()}; use the sweeprun that made it, or a newer one"
        )
