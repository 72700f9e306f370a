"""Processes of this and other hosts: whether one that was noted is still there."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path

from sweeprun.design.scalars import check_types


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process of some host.

    Attributes
    ----------
    host, pid, born
        Its host and id, and when it started, in clock ticks since boot.
    """

    host: str
    pid: int
    born: int

    def __post_init__(self) -> None:
        check_types(str, self.host)
        check_types(int, self.born, self.pid)
        if not 0 < self.pid < 2**31:  # 0 and below name groups of processes
            raise ValueError(f"no id of a process: {self.pid!r}")

    @classmethod
    def current(cls) -> "Process":
        """The process that asks."""
        return cls.of(os.getpid())

    @classmethod
    def of(cls, pid: int) -> "Process":
        """A process of this host."""
        return cls(host=socket.gethostname(), pid=pid, born=process_start(pid))

    def is_alive(self) -> bool | None:
        """Whether it exists; None if that can't be told from this host."""
        if self.host != socket.gethostname():
            return None
        start = process_start(self.pid)
        return None if start == 0 != self.born else start == self.born


def is_stopped(pid: int) -> bool:
    """Whether a process of this host was stopped by a signal; False where that can't be told."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
        return stat.rpartition(b")")[2].split()[0] == b"T"
    except (OSError, IndexError):
        return False


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
