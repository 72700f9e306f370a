"""What goes over the stream between a pool and the node of a worker: words, and pieces of files. Pure.

A frame is a line of JSON, and behind that of a piece its bytes. The first word of a node is its greeting; whatever
comes before that, a shell that it was started by has printed.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sweeprun.errors import FormatError

HELLO = "hello"
"""The verb of a node's greeting, whose text is its version of sweeprun."""

_MOST_LINE = 2**24
_MOST_PIECE = 2**31


@dataclass(frozen=True, slots=True)
class Word:
    """Something that is said: what to do, or what happened.

    Attributes
    ----------
    verb, text
        Which of the things that can be said, and what there is to say about it.
    """

    verb: str
    text: str = ""

    def encode(self) -> bytes:
        return json.dumps({"verb": self.verb, "text": self.text}).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a file of the run.

    Attributes
    ----------
    name
        The path in the run directory.
    offset
        Where in the file it begins; None if it is all of the file, in the place of what was there.
    content
        The bytes.
    """

    name: str
    offset: int | None
    content: bytes

    def encode(self) -> bytes:
        head = {"file": self.name, "offset": self.offset, "size": len(self.content)}
        return json.dumps(head).encode() + b"\n" + self.content


Frame = Word | Piece


class FrameReader:
    """Puts frames together from bytes as they come.

    Parameters
    ----------
    greeted
        Whether frames begin at once; if not, all before a greeting is passed over.
    """

    def __init__(self, *, greeted: bool) -> None:
        self._greeted = greeted
        self._buffer = bytearray()

    def feed(self, content: bytes) -> Iterator[Frame]:
        """The frames that are complete with further bytes.

        Raises
        ------
        FormatError
            If they are none.
        """
        self._buffer += content
        while (frame := self._next()) is not None:
            if self._greeted or (isinstance(frame, Word) and frame.verb == HELLO):
                self._greeted = True
                yield frame

    def _next(self) -> Frame | None:
        while True:
            end = self._buffer.find(b"\n")
            if end < 0:
                if len(self._buffer) > _MOST_LINE:
                    raise FormatError("a line of a node is too long")
                return None
            try:
                head = json.loads(self._buffer[:end])
                size = head.get("size", 0)
                if not (isinstance(size, int) and 0 <= size <= _MOST_PIECE):
                    raise ValueError(f"no size: {size!r}")
                if len(self._buffer) < end + 1 + size:
                    return None
                frame = _frame(head, bytes(self._buffer[end + 1 : end + 1 + size]))
            except (ValueError, KeyError, AttributeError, RecursionError) as error:
                if self._greeted:
                    raise FormatError(f"no frame: {bytes(self._buffer[:end][:80])!r}") from error
                del self._buffer[: end + 1]
                continue
            del self._buffer[: end + 1 + size]
            return frame


def _frame(head: dict[str, object], content: bytes) -> Frame:
    if "verb" in head:
        return Word(_text(head["verb"]), _text(head["text"]))
    offset = head["offset"]
    if offset is not None and not (isinstance(offset, int) and offset >= 0):
        raise ValueError(f"no offset: {offset!r}")
    return Piece(_text(head["file"]), offset, content)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"no text: {value!r}")  # what is malformed, all in one
    return value
