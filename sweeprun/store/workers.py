"""What workers are doing: *beats*, written by workers, and *exits*, what launchers saw of workers that died.

A beat is one small file a worker, overwritten in place as each task starts (some microseconds), and removed when the
worker ends in order. So a beat whose worker is gone names the task that the worker died on.
"""

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from math import isfinite
from pathlib import Path

from sweeprun.design.scalars import check_types
from sweeprun.errors import FormatError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import list_files, naming, read_file, undone_on_error
from sweeprun.store.own_files import OwnFile
from sweeprun.store.processes import Process

WARNING_SIGNAL = signal.SIGUSR2
"""Tells a worker to start no further task. Not the signal that Slurm warns with: that one may come much too early."""

_BEAT_SIZE = 384
_NUMBERS_SIZE = 64
"""More than a task id and a time take in a beat; one with long names is larger."""

_IDLE = -1

_MOST_BEAT = 2**16
_MOST_EXITS = 2**24
"""Bytes of a note; more is none of ours."""

_LARGEST_NUMBER = 2**30
"""Far above any number of a submission, element or attempt, and next to it there are more: records have 32 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a worker works.

    Attributes
    ----------
    submission
        The number of the submission.
    index
        The array index of its element; None for a worker that is handed elements one after the other.
    attempt
        The number of the attempt at every task that it runs.
    """

    submission: int = 0
    index: int | None = None
    attempt: int = 1

    def __post_init__(self) -> None:
        numbers = (self.submission, self.attempt, 0 if self.index is None else self.index)
        check_types(int, *numbers)
        for number in numbers:
            if not 0 <= number <= _LARGEST_NUMBER:
                raise ValueError(f"no place of a worker: {self}")

    @property
    def prefix(self) -> str:
        """What the names of the workers of this submission and element begin with."""
        return f"{self.submission}." if self.index is None else f"{self.submission}.{self.index}-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """What a worker is running.

    Attributes
    ----------
    worker
        Its name.
    process
        The process that it is.
    place
        Where in which submission it works.
    task_id
        The task, or None between tasks.
    since
        When it started (Unix time, seconds).
    resumable
        Whether the task can go on where it was stopped, as far as that can be told: it asked whether to stop, or for
        its directory.
    log
        The name of the log that its output goes to; empty if that is no file of the run's.
    due
        When the task should be done, by this machine's monotonic clock; 0 if it may take as long as it likes, and
        until its function is called.
    """

    worker: str
    process: Process
    place: "Place"
    task_id: int | None
    since: float
    resumable: bool = False
    log: str = ""
    due: float = 0.0

    def __post_init__(self) -> None:
        _check_task_id(self.task_id)
        check_types(str, self.worker, self.log)
        check_types(int | float, self.since)
        if not isfinite(self.since):
            raise ValueError(f"no time: {self.since}")


class BeatWriter:
    """Says which task a worker is running."""

    def __init__(self, run: RunDirectory, worker: str, place: Place) -> None:
        head = {"worker": worker, **asdict(Process.current()), **asdict(place), "log": own_log(run)}
        self._head = (
            json.dumps(head)[:-1].replace("%", "%%").encode()
            + b', "task_id": %d, "since": %.6f, "resumable": %d, "due": %.6f}'
        )
        self._now = (_IDLE, 0.0)
        self._due = 0.0
        self._size = max(_BEAT_SIZE, len(self._head) + _NUMBERS_SIZE)
        self._path = run.beat(worker)
        self._file = OwnFile(self._path)
        with undone_on_error(self._file.remove):
            self.idle()

    def start(self, task_id: int, since: float) -> None:
        """The worker starts a task."""
        self._now, self._due = (task_id, since), 0.0
        self._write(resumable=False)

    def limit(self, seconds: float) -> None:
        """The task's function is called now, and should be done after so many seconds."""
        self._due = time.monotonic() + seconds
        self._write(resumable=False)

    def resumable(self) -> None:
        """The task can go on where it is stopped."""
        self._write(resumable=True)

    def idle(self) -> None:
        """The worker is between tasks."""
        self.start(_IDLE, time.time())

    def _write(self, *, resumable: bool) -> None:
        with naming(self._path):
            os.pwrite(self._file.descriptor(), (self._head % (*self._now, resumable, self._due)).ljust(self._size), 0)

    def close(self) -> None:
        """The worker ends in order."""
        self._file.remove()


def read_beat(path: Path) -> Beat | None:
    """A beat; None if it is gone or was being written."""
    try:
        data = json.loads(read_file(path, _MOST_BEAT))
        return Beat(
            worker=data["worker"],
            process=Process(host=data["host"], pid=data["pid"], born=data["born"]),
            place=Place(submission=data["submission"], index=data["index"], attempt=data["attempt"]),
            task_id=None if data["task_id"] == _IDLE else data["task_id"],
            since=data["since"],
            resumable=bool(data["resumable"]),
            log=str(data["log"]),
            due=float(data.get("due", 0)),
        )
    except (OSError, FormatError, ValueError, KeyError, TypeError, RecursionError):
        return None


def read_beats(run: RunDirectory) -> Iterator[Beat]:
    """The beats of all workers that run, or that died."""
    for path in list_files(run.workers, ".beat"):
        beat = read_beat(path)
        if beat is not None:
            yield beat


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """What a launcher saw of a worker that died, or was stopped for good.

    Attributes
    ----------
    worker
        Its name.
    task_id
        The task that it was on, or None.
    code
        Its exit code, negative for the signal that killed it, as `subprocess` gives it.
    when
        Unix time, seconds.
    place
        Where it worked.
    why
        Why it was stopped; empty if it died by itself.
    log
        The name of the log that its output went to; empty if that was no file of the run's.
    retried
        Whether its task runs again, and so isn't lost.
    """

    worker: str
    task_id: int | None
    code: int
    when: float
    place: Place = field(default_factory=Place)
    why: str = ""
    log: str = ""
    retried: bool = False

    def __post_init__(self) -> None:
        _check_task_id(self.task_id)
        check_types(str, self.worker, self.why, self.log)
        check_types(int, self.code)
        check_types(int | float, self.when)

    def reason(self) -> str:
        """Why it ended, in words."""
        return self.why or describe_exit(self.code)


def append_exit(run: RunDirectory, launcher: str, noted: Exit) -> None:
    """Note that a worker died; ``launcher`` names the only writer of the file."""
    with run.exits(launcher).open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(noted)) + "\n")


def read_exits(run: RunDirectory) -> Iterator[Exit]:
    """All workers that launchers saw die; malformed lines are passed over."""
    for path in list_files(run.workers, ".exits"):
        content = b""
        with suppress(FileNotFoundError, FormatError):
            content = read_file(path, _MOST_EXITS)
        for line in content.splitlines():
            with suppress(ValueError, TypeError, KeyError, RecursionError):
                data = json.loads(line)
                yield Exit(**(data | {"place": Place(**data["place"])}))


def own_log(run: RunDirectory) -> str:
    """The name of this process's log, if its standard error is one of the run's; known where there is a ``/proc``."""
    with suppress(OSError):
        path = Path("/proc/self/fd/2").readlink()
        if path.parent == run.logs:
            return path.name
    return ""


def _check_task_id(task_id: object) -> None:
    """Notes may be damaged; readers pass over those that aren't what was written."""
    if task_id is not None and not (isinstance(task_id, int) and task_id >= 0):
        raise ValueError(f"no id of a task: {task_id!r}")


def describe_exit(code: int) -> str:
    """An exit code as `subprocess` gives it, in words: ``signal SIGKILL`` or ``exit code 3``."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
