"""Logs: what tasks print, and where in a worker's log each one's part is."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sweeprun.errors import FormatError
from sweeprun.store.files import read_large_file

_MARK = re.compile(rb"\n--- task (\d{1,18}), attempt (\d{1,18}): the (\d{1,18}) bytes above ---\n")
_LARGEST_SPARSE = 2**28


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What one attempt at a task printed.

    Attributes
    ----------
    path
        The log that it is in.
    task_id, attempt
        Whose it is; None for what nobody marked: of a worker that died, or is still at it.
    text
        The output, as it was printed.
    """

    path: Path
    task_id: int | None
    attempt: int | None
    text: bytes


def mark(task_id: int, attempt: int, size: int) -> bytes:
    """The mark below the output of a task."""
    return b"\n--- task %d, attempt %d: the %d bytes above ---\n" % (task_id, attempt, size)


def read_outputs(path: Path) -> Iterator[Output]:
    """The outputs in a log, in order, marked or not; nothing if there is no such log."""
    try:
        content, parts = read_large_file(path)
    except FileNotFoundError:
        return
    if parts != [(0, len(content))] and len(content) > _LARGEST_SPARSE:
        raise FormatError(f"{path} is a sparse file of {len(content)} bytes, which no log is")
    end = 0
    for found in _MARK.finditer(content):
        task_id, attempt, size = map(int, found.groups())
        begin = max(end, found.start() - size)
        if begin > end:
            yield Output(path=path, task_id=None, attempt=None, text=bytes(content[end:begin]))
        yield Output(path=path, task_id=task_id, attempt=attempt, text=bytes(content[begin : found.start()]))
        end = found.end()
    if end < len(content):
        yield Output(path=path, task_id=None, attempt=None, text=bytes(content[end:]))


def outputs_of(paths: Iterable[Path], task_id: int) -> Iterator[Output]:
    """What the attempts at a task printed."""
    for path in paths:
        yield from (output for output in read_outputs(path) if output.task_id == task_id)
