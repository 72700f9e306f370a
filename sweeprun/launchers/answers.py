"""What workers answer, line by line (`sweeprun.worker.serve` says when). Pure.

A task shares its worker's process, so it may write to where the worker answers, by mistake or not. So a line that no
worker would write is an error, and one that doesn't fit what its worker was asked is noticed (`PoolWorker.expects`).
"""

from collections.abc import Callable
from dataclasses import dataclass

from sweeprun.errors import FormatError
from sweeprun.store.records import Failure


@dataclass(frozen=True, slots=True)
class Ready:
    """It waits for its first tasks; its shard and its beat have this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Done:
    """All tasks that it was handed are recorded: how many ended in each way since it began."""

    succeeded: int
    failed: int


@dataclass(frozen=True, slots=True)
class Failed:
    """A task failed as none did before it."""

    task_id: int
    failure: Failure


@dataclass(frozen=True, slots=True)
class Note:
    """Something holds for all of its tasks so far that the user should know at once."""

    text: str


@dataclass(frozen=True, slots=True)
class Warn:
    """Something that the user should know, whatever other workers say."""

    text: str


@dataclass(frozen=True, slots=True)
class Broken:
    """It can't write what it must, and ends.

    Attributes
    ----------
    task_id
        The task that it was on, if any.
    why
        What the system said.
    """

    task_id: int | None
    why: str


Answer = Ready | Done | Failed | Note | Warn | Broken


def parse_answer(line: str) -> Answer:
    """The answer in a line.

    Raises
    ------
    FormatError
        If there is none in it.
    """
    verb, _, rest = line.partition(" ")
    try:
        return _PARSERS[verb](rest)
    except (KeyError, ValueError) as error:
        raise FormatError(f"no answer of a worker: {line!r}") from error


def _ready(rest: str) -> Ready:
    if not rest or "/" in rest or rest.startswith("."):
        raise ValueError(rest)
    return Ready(rest)


def _done(rest: str) -> Done:
    succeeded, failed = rest.split()
    return Done(_count(succeeded), _count(failed))


def _failed(rest: str) -> Failed:
    task_id, _, failure = rest.partition(" ")
    return Failed(_count(task_id), Failure.decode(failure.encode()))


def _broken(rest: str) -> Broken:
    task_id, _, why = rest.partition(" ")
    return Broken(None if task_id == "-" else _count(task_id), why)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


_PARSERS: dict[str, Callable[[str], Answer]] = {
    "ready": _ready,
    "done": _done,
    "failed": _failed,
    "note": Note,
    "warn": Warn,
    "broken": _broken,
}
