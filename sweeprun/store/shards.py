"""Shards: append-only files of records, one writer each.

A shard is an Arrow IPC stream. Each of its batches holds the records of one flush and is complete in itself: the
layouts that its records refer to, and their common origin, are in its metadata. Any batch can be read without the
others, so damage costs only what it hit, and a torn tail what was being written. Arrow checks nothing, so every record
carries a CRC-32.

References
----------
Apache Arrow, "Serialization and Interprocess Communication (IPC)": the streaming format.
"""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from zlib import crc32

import numpy as np

from sweeprun.errors import FormatError, UnreadableError
from sweeprun.store.arrow_messages import Content, Message, MessageKind, find_messages, is_end
from sweeprun.store.checksums import continued_checksums, joined_checksums, row_checksums
from sweeprun.store.file_view import FileContent, read_content
from sweeprun.store.files import list_files
from sweeprun.store.records import Outcome, Record

FORMAT = b"sweeprun-shard"
VERSION = b"3"
_READABLE_VERSIONS = (b"1", b"2", VERSION)
"""In version 1 there was no origin; it reads as an empty one, which leaves checksums as they were. Layouts of versions
1 and 2 never say that something was left out; their readers would take an incomplete result for a whole one."""

NUMERIC = {
    "task_id": np.int64,
    "attempt": np.int32,
    "outcome": np.int8,
    "stream": np.int64,
    "started": np.float64,
    "seconds": np.float64,
    "layout": np.int32,
    "checksum": np.uint32,
}
"""The columns besides the payload, in their order."""

PAYLOAD = "payload"

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

_MOST_IN_MEMORY = 2**28
"""Bytes of all shards of a run together."""

_PIECE_BYTES = 2**26
_LARGE_PAYLOAD = 2**16
"""Of batches with more than the first, whose payloads have on average more than the second, no more than the first is
read at a time for checksums."""

_SMALL_BATCH = 2**17
_MOST_JOINED = 1000
"""So small, in bytes of payloads, are batches that are joined as they are read, and so many at most."""

_PAUSES = (0.1, 0.5)
"""Seconds before a shard is read again that the system couldn't read."""

_SHOWN_GAPS = 5
_SHOWN_BYTES = 20


@dataclass(frozen=True, kw_only=True)
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
        All payloads, one after the other; of a large run they are read when they are sliced.
    """

    columns: dict[str, np.ndarray]
    layouts: tuple[str, ...]
    origin: str
    offsets: np.ndarray
    data: memoryview | FileContent

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
        """`is_sound` for all records, many times faster, and only once; shape ``(records,)``."""
        return self._sound

    @cached_property
    def _sound(self) -> np.ndarray:
        succeeded = self.columns["outcome"] == Outcome.SUCCEEDED.value
        headers = np.empty(len(self), _HEADER)
        for name in ("task_id", "attempt", "stream", "started", "seconds"):
            headers[name] = self.columns[name]
        headers["succeeded"] = succeeded
        known = (self.columns["layout"] >= 0) & (self.columns["layout"] < len(self.layouts))
        known &= succeeded | (self.columns["outcome"] == Outcome.FAILED.value)
        numbers = np.where(known, self.columns["layout"], 0)
        origin = self.origin.encode(errors="replace")
        sums = row_checksums(headers.view(np.uint8).reshape(len(self), _HEADER.itemsize))
        for number, layout in enumerate(self.layouts or ("",)):
            rows = numbers == number
            sums[rows] = continued_checksums(sums[rows], origin + layout.encode(errors="replace"))
        sound: np.ndarray = known & (self._with_payloads(sums) == self.columns["checksum"])
        return sound

    def _with_payloads(self, sums: np.ndarray) -> np.ndarray:
        """Sums, continued by the payload of each record; of large ones, piece by piece."""
        if len(self.data) > max(_PIECE_BYTES, len(self) * _LARGE_PAYLOAD):
            bounds = zip(sums.tolist(), self.offsets[:-1].tolist(), self.offsets[1:].tolist(), strict=True)
            return np.fromiter((self._with_payload(*own) for own in bounds), np.uint32, len(self))
        data, begins, ends = memoryview(self.data[:]), self.offsets[:-1], self.offsets[1:]
        size = int(ends[0] - begins[0])
        if size and (ends - begins == size).all():
            rows = np.frombuffer(data[int(begins[0]) : int(ends[-1])], np.uint8).reshape(len(self), size)
            return joined_checksums(sums, rows)
        payloads = [data[begin:end] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]
        return np.fromiter(map(crc32, payloads, sums.tolist()), np.uint32, len(self))

    def _with_payload(self, sum_before: int, begin: int, end: int) -> int:
        for place in range(begin, end, _PIECE_BYTES):
            sum_before = crc32(self.data[place : min(place + _PIECE_BYTES, end)], sum_before)
        return sum_before


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardContents:
    """What could be read of a shard.

    Attributes
    ----------
    batches
        The batches, in the order in which they were written.
    torn
        What of the file can't be read, and why; None if nothing. While a worker writes, a torn tail is normal.
    only_tail
        Whether that is the end of the file alone.
    unreadable
        Whether the system can't read the file, so that nothing is known of what is in it.
    end
        Where the last message ends that could be read.
    """

    path: Path
    batches: tuple[Batch, ...]
    torn: str | None
    only_tail: bool = False
    unreadable: bool = False
    end: int = 0

    def records(self) -> Iterator[Record]:
        """The sound records."""
        for batch in self.batches:
            for row in np.flatnonzero(batch.sound()):
                yield batch.record(int(row))

    def outcomes(self) -> Iterator[tuple[int, bool]]:
        """The task of each sound record, and whether it succeeded; cheaper than the records."""
        for batch in self.batches:
            succeeded = batch.columns["outcome"] == Outcome.SUCCEEDED.value
            for row in np.flatnonzero(batch.sound()):
                yield int(batch.columns["task_id"][row]), bool(succeeded[row])


def read_outcomes(path: Path) -> list[tuple[int, bool]]:
    """The tasks of a shard's sound records, in order, and whether they succeeded; however large the results are."""
    return list(read_shard(path, in_memory=fit_in_memory([path])).outcomes())


def read_shard(
    path: Path, *, in_memory: bool = True, known: ShardContents | None = None, patient: bool = True
) -> ShardContents:
    """Everything that can be read of a shard, also while it is being written; whatever is in it, nothing is raised.

    What the system can't read is read again after a moment.

    Parameters
    ----------
    path
        The shard.
    in_memory
        Whether payloads are kept in memory, or read again when they are asked for.
    known
        What was read of it before, if all but its end could be: only what comes after is read.
    patient
        Whether to read it again; not if another file has been waited for in vain.
    """
    pauses = iter(_PAUSES if patient else ())
    while True:
        try:
            return _read(path, in_memory=in_memory, known=known)
        except UnreadableError as error:
            pause = next(pauses, None) if error.may_pass else None
            if pause is None:
                return ShardContents(path=path, batches=(), torn=str(error), unreadable=True)
        time.sleep(pause)


def _read(path: Path, *, in_memory: bool, known: ShardContents | None) -> ShardContents:
    batches: list[Batch] = []
    start = end = known.end if known else 0
    try:
        content, parts = read_content(path, in_memory=in_memory, start=start)
    except UnreadableError:
        raise
    except (FormatError, FileNotFoundError) as error:
        return ShardContents(path=path, batches=(), torn=str(error))
    gaps: list[tuple[int, int]] = []
    for message in find_messages(content, parts, lambda message: _has_records(content, message)):
        if start + message.start > end:
            gaps.append((end, start + message.start))
        end = start + message.stop
        try:
            if message.kind is MessageKind.SCHEMA:
                _check_format(message)
            else:
                batches.append(_columns(content, message))
        except _UnknownFormatError as error:
            return ShardContents(path=path, batches=(), torn=str(error))
        except UnreadableError:
            raise
        except (ValueError, LookupError, RecursionError, FormatError):
            gaps.append((start + message.start, end))
    if in_memory:
        batches = list(_joined(batches))
    batches = [*(known.batches if known else ()), *batches]
    only_tail = not gaps and bool(batches)
    size = start + len(content)
    if not is_end(content, end - start):
        gaps.append((end, size))
    if not size:
        return ShardContents(path=path, batches=(), torn="it is empty")
    torn = _describe_gaps(gaps, size) if gaps else None
    return ShardContents(
        path=path, batches=tuple(batches), torn=torn, only_tail=only_tail and torn is not None, end=end
    )


def _joined(batches: Sequence[Batch]) -> Iterator[Batch]:
    """Small neighbouring batches of one origin with the same layouts as one: whoever reads them does much for each."""
    waiting: list[Batch] = []
    for batch in batches:
        first = waiting[0] if waiting else batch
        same = (first.origin, first.layouts) == (batch.origin, batch.layouts)
        small = max(len(first.data), len(batch.data)) <= _SMALL_BATCH
        if waiting and not (same and small and len(waiting) < _MOST_JOINED):
            yield _join(waiting)
            waiting = []
        waiting.append(batch)
    if waiting:
        yield _join(waiting)


def _join(batches: Sequence[Batch]) -> Batch:
    first = batches[0]
    if len(batches) == 1:
        return first
    columns = {name: np.concatenate([batch.columns[name] for batch in batches]) for name in NUMERIC}
    parts = [batch.data[int(batch.offsets[0]) : int(batch.offsets[-1])] for batch in batches]
    begins = np.cumsum([0, *map(len, parts)])
    shifted = [
        batch.offsets[:-1] + (begin - batch.offsets[0]) for batch, begin in zip(batches, begins[:-1], strict=True)
    ]
    offsets = np.concatenate([*shifted, begins[-1:]])
    data = memoryview(b"".join(parts))
    return Batch(columns=columns, layouts=first.layouts, origin=first.origin, offsets=offsets, data=data)


def _has_records(content: Content, message: Message) -> bool:
    """Whether any record in a message is sound."""
    try:
        return message.kind is MessageKind.BATCH and bool(_columns(content, message).sound().any())
    except UnreadableError:
        raise
    except (ValueError, LookupError, RecursionError, FormatError):
        return False


def _describe_gaps(gaps: Sequence[tuple[int, int]], size: int) -> str:
    joined: list[tuple[int, int]] = []
    for start, stop in gaps:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    listed = ", ".join(f"{start}-{stop - 1}" for start, stop in joined[:_SHOWN_GAPS])
    more = f" and {len(joined) - _SHOWN_GAPS} more stretches" if len(joined) > _SHOWN_GAPS else ""
    return f"bytes {listed}{more} of its {size} can't be read"


def read_shards(directory: Path) -> Iterator[ShardContents]:
    """All shards of a run, by name. The payloads of a run that has many are not kept in memory.

    Raises
    ------
    FormatError
        If the directory is none of the run's own.
    """
    paths = list_files(directory, ".arrow")
    in_memory = fit_in_memory(paths)
    patient = True
    for path in paths:
        contents = read_shard(path, in_memory=in_memory, patient=patient)
        patient &= not contents.unreadable
        yield contents


def fit_in_memory(paths: Sequence[Path]) -> bool:
    """Whether some shards may be kept in memory together."""
    return sum(map(_size, paths)) <= _MOST_IN_MEMORY


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.lstat().st_size
    return 0


def _columns(content: Content, message: Message) -> Batch:
    """The batch of a message; every buffer is checked against its length before it is used."""
    rows = message.rows
    pairs = len(message.buffers) // 2  # of a column: the validity, which we never use, and the values
    if rows < 1 or pairs != len(NUMERIC) + 1:
        raise ValueError("its columns are not a shard's")
    columns = {}
    for place, (name, dtype) in enumerate(NUMERIC.items()):
        begin, end = message.buffers[2 * place + 1]
        columns[name] = np.frombuffer(content[begin:end], dtype, rows)
    begin, end = message.buffers[-2]
    offsets = np.frombuffer(content[begin:end], np.int64, rows + 1)
    begin, end = message.buffers[-1]
    data = content.part(begin, end) if isinstance(content, FileContent) else memoryview(content)[begin:end]
    if offsets[0] < 0 or offsets[-1] > len(data) or (offsets[1:] < offsets[:-1]).any():
        raise ValueError("its payloads overlap, or are not in it")
    layouts = _layouts(message.metadata[b"layouts"])
    origin = message.metadata.get(b"origin", b"").decode()
    return Batch(columns=columns, layouts=layouts, origin=origin, offsets=offsets, data=data)


@lru_cache(maxsize=16)  # most batches of a shard have the same
def _layouts(text: bytes) -> tuple[str, ...]:
    layouts = json.loads(text)
    if not isinstance(layouts, list) or not all(isinstance(layout, str) for layout in layouts):
        raise ValueError("its layouts are no texts")
    return tuple(layouts)


class _UnknownFormatError(Exception):
    """A shard says of itself that it is something else, or of another version."""


def _check_format(schema: Message) -> None:
    found, version = schema.metadata.get(b"format"), schema.metadata.get(b"version", b"?")
    if found != FORMAT:
        raise _UnknownFormatError(f"its format is {_shortened(found)}, not {FORMAT.decode()}")
    if version not in _READABLE_VERSIONS:
        raise _UnknownFormatError(f"of version {_shortened(version)}: damaged, or made by a newer sweeprun")
    if schema.fields != tuple(name.encode() for name in (*NUMERIC, PAYLOAD)):
        raise ValueError("its columns are not a shard's")


def _shortened(text: bytes | None) -> str:
    return "unknown" if text is None else text[:_SHOWN_BYTES].decode(errors="replace")
