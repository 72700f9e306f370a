"""Logs: what tasks print, and where in a worker's log each one's part is.

Below its part a mark says whose it is. Tasks print anything, also the marks of other logs and of this one, so a mark
says which bytes of which log it is about, and is signed with the worker's nonce: text that was copied from another log
is no mark, and a mark of this log that is printed again claims nothing new.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import merge
from pathlib import Path

from sweeprun.errors import FormatError
from sweeprun.store.file_view import FileContent, read_content

_SIGNED = re.compile(
    rb"\n--- task (\d{1,18}), attempt (\d{1,18}): bytes (\d{1,18}) to (\d{1,18}) of this log, "
    rb"([0-9a-f]{16}) ([0-9a-f]{16}) ---\n"
)
_UNSIGNED = re.compile(rb"\n--- task (\d{1,18}), attempt (\d{1,18}): the (\d{1,18}) bytes above ---\n")
_LONGEST_MARK = 256
_LARGEST_SPARSE = 2**28
_PIECE_BYTES = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """A file that workers print to.

    Attributes
    ----------
    path
        The file.
    signed
        Whether its marks are signed; false for a log of a time when workers didn't sign them.
    """

    path: Path
    signed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What one attempt at a task printed: a stretch of a log, which is read when it is asked for.

    Attributes
    ----------
    content
        The log.
    begin, end
        Which of its bytes.
    task_id, attempt
        Whose it is; None for what nothing marks: of a worker that died, or is still at it.
    """

    content: FileContent
    begin: int
    end: int
    task_id: int | None = None
    attempt: int | None = None

    @property
    def path(self) -> Path:
        """The log that it is in."""
        return self.content.path

    @property
    def text(self) -> bytes:
        """All of it, as it was printed."""
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[bytes]:
        """The same piece by piece: an output may be larger than memory."""
        for begin in range(self.begin, self.end, _PIECE_BYTES):
            yield self.content[begin : min(begin + _PIECE_BYTES, self.end)]


@dataclass(frozen=True, slots=True)
class Signature:
    """What a worker signs the marks in its log with.

    Attributes
    ----------
    log
        The name of the log; empty if that isn't known.
    nonce
        The worker's.
    """

    log: str
    nonce: str = field(default_factory=lambda: os.urandom(8).hex())

    def mark(self, task_id: int, attempt: int, begin: int, end: int) -> bytes:
        """The mark below the output of a task, which is these bytes of the log."""
        digest = self.digest(task_id, attempt, begin, end)
        text = f"task {task_id}, attempt {attempt}: bytes {begin} to {end} of this log, {self.nonce} {digest}"
        return f"\n--- {text} ---\n".encode()

    def digest(self, *numbers: int) -> str:
        """What shows that a mark is this worker's, and about this log."""
        signed = repr((self.log, self.nonce, numbers)).encode(errors="backslashreplace")
        return hashlib.blake2b(signed, digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class _Mark:
    """A mark: where it stands, and whose are which bytes above it."""

    start: int
    stop: int
    task_id: int
    attempt: int
    begin: int
    end: int


def read_outputs(log: Log) -> Iterator[Output]:
    """The outputs in a log, in order, marked or not; nothing if there is no such log."""
    try:
        content, parts = read_content(log.path, in_memory=False)
    except FileNotFoundError:
        return
    assert isinstance(content, FileContent)
    if parts != [(0, len(content))] and len(content) > _LARGEST_SPARSE:
        raise FormatError(f"{log.path} is a sparse file of {len(content)} bytes, which no log is")
    end = 0
    for mark in _signed_marks(content) if log.signed else _all_marks(content):
        if not end <= mark.begin < mark.end <= mark.start:
            continue  # a task has printed it, and it is text
        yield from _unmarked(content, end, mark.begin)
        yield Output(content=content, begin=mark.begin, end=mark.end, task_id=mark.task_id, attempt=mark.attempt)
        yield from _unmarked(content, mark.end, mark.start)
        end = mark.stop
    yield from _unmarked(content, end, len(content))


def outputs_of(logs: Iterable[Log], task_id: int) -> Iterator[Output]:
    """What the attempts at a task printed."""
    for log in logs:
        yield from (output for output in read_outputs(log) if output.task_id == task_id)


def _unmarked(content: FileContent, begin: int, end: int) -> Iterator[Output]:
    if begin < end:
        yield Output(content=content, begin=begin, end=end)


def _signed_marks(content: FileContent) -> Iterator[_Mark]:
    for start, found in _matches(content, _SIGNED):
        task_id, attempt, begin, end = numbers = [int(group) for group in found.groups()[:4]]
        nonce, digest = found[5].decode(), found[6].decode()
        if any(Signature(log, nonce).digest(*numbers) == digest for log in (content.path.name, "")):
            yield _Mark(start, start + len(found[0]), task_id, attempt, begin, end)


def _all_marks(content: FileContent) -> Iterator[_Mark]:
    """Those of older workers, and of newer ones that took the run up from them."""
    return merge(_signed_marks(content), _unsigned_marks(content), key=lambda mark: mark.start)


def _unsigned_marks(content: FileContent) -> Iterator[_Mark]:
    stop = 0
    for start, found in _matches(content, _UNSIGNED):
        task_id, attempt, size = map(int, found.groups())
        begin, stop = max(stop, start - size), start + len(found[0])
        yield _Mark(start, stop, task_id, attempt, begin, start)


def _matches(content: FileContent, pattern: re.Pattern[bytes]) -> Iterator[tuple[int, re.Match[bytes]]]:
    """Where a pattern is found, and what; only a piece of the content is in memory."""
    place = 0
    while place < len(content):
        piece = content[place : place + _PIECE_BYTES]
        following = place + max(len(piece) - _LONGEST_MARK, 1)
        for found in pattern.finditer(piece):
            yield place + found.start(), found
            following = max(following, place + found.end())
        place = following
