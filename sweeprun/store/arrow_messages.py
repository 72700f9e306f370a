"""The messages of an Arrow IPC stream, found in bytes that may be damaged, or made to do harm.

Arrow's own reader stops at the first damage, decompresses what it is told to, and allocates what lengths in the file
say. This one reads the few fields that a shard has, each within its bounds, and can start anywhere.

References
----------
Apache Arrow, "Serialization and Interprocess Communication (IPC)", and its ``Message.fbs`` and ``Schema.fbs``;
FlatBuffers, "Internals": a table begins with the distance back to its vtable, which tells where each field is.
"""

import re
import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from operator import itemgetter

from sweeprun.store.file_view import FileContent

Bytes = bytes | memoryview
Content = bytes | memoryview | FileContent

_CONTINUATION = b"\xff\xff\xff\xff"
_BEGINNING = re.compile(rb"\xff\xff\xff\xff[\x00-\xff]{3}[\x00-\x07]", re.DOTALL)
"""A continuation mark, and a length that metadata may have."""

_END = _CONTINUATION + bytes(4)
_SHORT, _INT, _UNSIGNED, _LONG = struct.Struct("<H"), struct.Struct("<i"), struct.Struct("<I"), struct.Struct("<q")
_PREFIX = struct.Struct("<4si")
_ALIGNMENT = 64
_COMPRESSION = 3
_MOST_FIELDS = 1000
_MOST_TRIES = 100_000
"""After so many places that look like a message, the rest of a damaged file is given up: it was made to be slow."""

_MOST_READ = 4
"""So many times the size of a file is read at most to find out which of them are."""


class MessageKind(Enum):
    """What a message of a shard is."""

    SCHEMA = 1
    BATCH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message of a stream.

    Attributes
    ----------
    kind
        What it is.
    start, stop
        Where it begins and ends in the file.
    metadata
        Its custom metadata; of a schema, that of the schema.
    rows
        Of a batch: how many it has.
    buffers
        Of a batch: where each buffer begins and ends in the file; within ``start … stop``.
    fields
        Of a schema: the names of its fields.
    """

    kind: MessageKind
    start: int
    stop: int
    metadata: dict[bytes, bytes]
    rows: int = 0
    buffers: tuple[tuple[int, int], ...] = ()
    fields: tuple[bytes, ...] = ()


def find_messages(
    content: Content, parts: Sequence[tuple[int, int]], is_sound: Callable[[Message], bool]
) -> Iterator[Message]:
    """The sound messages in some bytes, in order; what is between them is not readable.

    Parameters
    ----------
    content
        The bytes.
    parts
        Where there are any, as ``(start, stop)``: in the holes of a sparse file nothing is looked for.
    is_sound
        Whether a message is what was written; asked of one that nothing follows, since its length may be wrong.
    """
    place, tries, budget = 0, 0, _MOST_READ * len(content)
    message = read_message(content, place)
    while tries < _MOST_TRIES and budget > 0:
        search_from = place + 1
        if message is not None:
            following = read_message(content, message.stop)
            if following is None and not is_end(content, message.stop):
                budget -= message.stop - message.start
            if following is not None or is_end(content, message.stop) or is_sound(message):
                yield message
                place = search_from = message.stop
                if following is not None:
                    message = following
                    continue
        found = None if is_end(content, place) else _search(content, parts, search_from)
        if found is None:
            return
        tries += 1
        place, message = found, read_message(content, found)


def _search(content: Content, parts: Sequence[tuple[int, int]], place: int) -> int | None:
    """Where the next message may begin."""
    for start, stop in parts[bisect_right(parts, place, key=itemgetter(1)) :]:
        if isinstance(content, FileContent):
            begins = content.search(_BEGINNING, max(start, place), stop, _PREFIX.size)
        else:
            found = _BEGINNING.search(content, max(start, place), stop)
            begins = found and found.start()
        if begins is not None:
            return begins
    return None


def is_end(content: Content, place: int) -> bool:
    """Whether a stream was ended there in order; nothing of it comes after."""
    return place == len(content) or (place == len(content) - len(_END) and content[place:] == _END)


def read_message(content: Content, start: int) -> Message | None:
    """The message that begins at a place; None if none does."""
    try:
        mark, length = _PREFIX.unpack(content[start : start + _PREFIX.size])
        body = start + _PREFIX.size + length
        if mark != _CONTINUATION or length <= 0 or body > len(content):
            return None
        metadata = _Table.root(content[start + _PREFIX.size : body])
        kind = MessageKind(metadata.byte(1))
        header = metadata.table(2)
        stop = body + metadata.long(3)
        if not body <= stop <= len(content):
            return None
        if kind is MessageKind.SCHEMA:
            names = tuple(field.text(0) for field in header.tables(1))
            return Message(kind=kind, start=start, stop=stop, metadata=header.texts(2), fields=names)
        rows = header.long(0)
        buffers = tuple([(body + offset, body + offset + size) for offset, size in header.pairs(2)])
        if header.has(_COMPRESSION):
            raise ValueError("compressed, which we never do")
        if any(length != rows for length, _ in header.pairs(1)):
            raise ValueError("columns of different lengths")
        _check_buffers(body, stop, buffers)
        return Message(kind=kind, start=start, stop=stop, metadata=metadata.texts(4), rows=rows, buffers=buffers)
    except (struct.error, ValueError):
        return None


def _check_buffers(body: int, stop: int, buffers: tuple[tuple[int, int], ...]) -> None:
    last = body
    for begin, end in buffers:
        if not body <= begin <= end <= stop:
            raise ValueError("a buffer that lies elsewhere")
        last = max(last, end)
    if stop - last >= _ALIGNMENT:
        raise ValueError("longer than its buffers: it may swallow what comes next")


class _Table:
    """A FlatBuffers table. What lies outside of its buffer raises `struct.error` or `ValueError`."""

    __slots__ = ("_data", "_fields", "_place")

    def __init__(self, data: Bytes, place: int) -> None:
        vtable = place - _INT.unpack_from(data, place)[0]
        if place < 0 or vtable < 0:
            raise ValueError("before the beginning")
        size = _SHORT.unpack_from(data, vtable)[0]
        self._data = data
        self._place = place
        self._fields = struct.unpack_from(f"<{(size - 4) // 2}H", data, vtable + 4) if size >= 4 else ()

    @classmethod
    def root(cls, data: Bytes) -> "_Table":
        return cls(data, _UNSIGNED.unpack_from(data, 0)[0])

    def _at(self, number: int) -> int:
        """Where a field is; 0 if it has its default."""
        offset = self._fields[number] if number < len(self._fields) else 0
        return self._place + offset if offset else 0

    def has(self, number: int) -> bool:
        return bool(self._at(number))

    def byte(self, number: int) -> int:
        place = self._at(number)
        return struct.unpack_from("B", self._data, place)[0] if place else 0

    def long(self, number: int) -> int:
        place = self._at(number)
        return _LONG.unpack_from(self._data, place)[0] if place else 0

    def _follow(self, place: int) -> int:
        return place + int(_UNSIGNED.unpack_from(self._data, place)[0])

    def table(self, number: int) -> "_Table":
        place = self._at(number)
        if not place:
            raise ValueError("no such table")
        return _Table(self._data, self._follow(place))

    def _vector(self, number: int) -> tuple[int, int]:
        """Where a vector's items begin, and how many there are."""
        place = self._at(number)
        if not place:
            return 0, 0
        begin = self._follow(place)
        count = _UNSIGNED.unpack_from(self._data, begin)[0]
        if count > _MOST_FIELDS:
            raise ValueError("more than a shard has")
        return begin + 4, count

    def tables(self, number: int) -> "Iterator[_Table]":
        begin, count = self._vector(number)
        for place in range(begin, begin + 4 * count, 4):
            yield _Table(self._data, self._follow(place))

    def pairs(self, number: int) -> list[tuple[int, int]]:
        """A vector of structs of two longs."""
        begin, count = self._vector(number)
        flat = struct.unpack_from(f"<{2 * count}q", self._data, begin)
        return list(zip(flat[::2], flat[1::2], strict=True))

    def text(self, number: int) -> bytes:
        place = self._at(number)
        if not place:
            return b""
        begin = self._follow(place)
        size = _UNSIGNED.unpack_from(self._data, begin)[0]
        if begin + 4 + size > len(self._data):
            raise ValueError("beyond the end")
        return bytes(self._data[begin + 4 : begin + 4 + size])

    def texts(self, number: int) -> dict[bytes, bytes]:
        """A vector of pairs of a key and a value."""
        return {pair.text(0): pair.text(1) for pair in self.tables(number)}
