"""What workers are doing: *beats*, written by workers, and *exits*, what launchers saw of workers that died.

A beat is one small file a worker, overwritten in place as each task starts (some microseconds), and removed when the
worker ends in order. So a beat whose worker is gone names the task that the worker died on.
"""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from sweeprun.store.directory import RunDirectory

_BEAT_SIZE = 256
_NUMBERS_SIZE = 64
"""More than a task id and a time take in a beat; one with long names is larger."""

_IDLE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """What a worker is running.

    Attributes
    ----------
    worker, host, pid, born
        Who: its name, host, process id, and the start time of the process in clock ticks since boot.
    task_id
        The task, or None between tasks.
    since
        When it started (Unix time, seconds).
    """

    worker: str
    host: str
    pid: int
    born: int
    task_id: int | None
    since: float

    def __post_init__(self) -> None:
        _check_task_id(self.task_id)

    def is_alive(self) -> bool | None:
        """Whether the worker's process exists; None if that can't be told from this host."""
        if self.host != socket.gethostname():
            return None
        start = process_start(self.pid)
        return None if start == 0 != self.born else start == self.born


class BeatWriter:
    """Says which task a worker is running."""

    def __init__(self, run: RunDirectory, worker: str) -> None:
        self._path = run.beat(worker)
        pid = os.getpid()
        head = {"worker": worker, "host": socket.gethostname(), "pid": pid, "born": process_start(pid)}
        self._head = json.dumps(head)[:-1].replace("%", "%%").encode() + b', "task_id": %d, "since": %.6f}'
        self._size = max(_BEAT_SIZE, len(self._head) + _NUMBERS_SIZE)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._descriptor = os.open(self._path, flags, 0o666)
        self.idle()

    def start(self, task_id: int, since: float) -> None:
        """The worker starts a task."""
        os.pwrite(self._descriptor, (self._head % (task_id, since)).ljust(self._size), 0)

    def idle(self) -> None:
        """The worker is between tasks."""
        self.start(_IDLE, time.time())

    def close(self) -> None:
        """The worker ends in order."""
        os.close(self._descriptor)
        with suppress(FileNotFoundError):
            self._path.unlink()


def read_beat(path: Path) -> Beat | None:
    """A beat; None if it is gone or was being written."""
    try:
        data = json.loads(path.read_bytes())
        return Beat(**(data | {"task_id": None if data["task_id"] == _IDLE else data["task_id"]}))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read_beats(run: RunDirectory) -> Iterator[Beat]:
    """The beats of all workers that run, or that died."""
    for path in sorted(run.workers.glob("*.beat")):
        beat = read_beat(path)
        if beat is not None:
            yield beat


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """What a launcher saw of a worker that died.

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
    """

    worker: str
    task_id: int | None
    code: int
    when: float

    def __post_init__(self) -> None:
        _check_task_id(self.task_id)
        if not isinstance(self.code, int):
            raise TypeError(f"an exit code is a number, not {self.code!r}")

    def reason(self) -> str:
        """The exit code in words."""
        return describe_exit(self.code)


def append_exit(run: RunDirectory, launcher: str, noted: Exit) -> None:
    """Note that a worker died; ``launcher`` names the only writer of the file."""
    with run.exits(launcher).open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(noted)) + "\n")


def read_exits(run: RunDirectory) -> Iterator[Exit]:
    """All workers that launchers saw die; malformed lines are passed over."""
    for path in sorted(run.workers.glob("*.exits")):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            with suppress(ValueError, TypeError):
                yield Exit(**json.loads(line))


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


def process_start(pid: int) -> int:
    """When a process of this host started, in clock ticks since boot; -1 if it is gone or ended (a zombie).

    With the process id, this tells one process from a later one that was given the same id. Where there is no
    ``/proc``, or it hides other users' processes, 0 for any process that exists.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()  # it holds the process's name, of any bytes, in parentheses
        fields = stat.rpartition(b")")[2].split()
        return -1 if fields[0] == b"Z" else int(fields[19])
    except (FileNotFoundError, ProcessLookupError, PermissionError, IndexError):
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return -1
    except PermissionError:
        pass
    return 0
