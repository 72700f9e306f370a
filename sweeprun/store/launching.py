"""Which process launches a run's local workers: the one that holds a lock in the run, as the kernel says.

What a run says of a process is not enough to send it a signal: anybody can write any number into a run, and a copy of
a run names the launcher of the first one. No other process can be made to hold a lock in a run.
"""

import fcntl
import os
import struct
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from sweeprun.errors import FormatError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import opened
from sweeprun.store.submissions import Submission

_LINUX = sys.platform == "linux"
_FLOCK = "hhqqi" if _LINUX else "qqihh"
"""C's ``struct flock``: type, whence, start, length, process; BSD and macOS have start, length, process first."""


@contextmanager
def launching(run: RunDirectory, submissions: Sequence[Submission]) -> Iterator[None]:
    """Hold the lock of some submissions while this process launches them; where a file system has none, go on without.

    It is a byte for each submission, and goes with the process however that ends.
    """
    descriptor = -1
    try:
        with suppress(OSError):
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            descriptor = os.open(run.launchers, flags, 0o666)
            for submission in submissions:
                fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, submission.number)
        yield
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def is_launched_by(run: RunDirectory, number: int, pid: int) -> bool:
    """Whether a process of this host is the one that launches a submission.

    It holds the lock, or its command line says so: that of `sweeprun start`, which holds no lock before it may begin.
    """
    return _holder(run, number) == pid or _starts(_command_line(pid), run, number)


def _holder(run: RunDirectory, number: int) -> int | None:
    """The process that holds the lock of a submission; None if none does, or a file of another run is in its place."""
    try:
        with opened(run.launchers) as (descriptor, _):
            if os.fstat(descriptor).st_nlink != 1:
                return None
            fields = (fcntl.F_WRLCK, os.SEEK_SET, number, 1, 0)
            asked = fields if _LINUX else (*fields[2:], *fields[:2])
            found = struct.unpack(_FLOCK, fcntl.fcntl(descriptor, fcntl.F_GETLK, struct.pack(_FLOCK, *asked)))
    except (OSError, FormatError):
        return None
    kind, holder = (found[0], found[4]) if _LINUX else (found[3], found[2])
    return None if kind == fcntl.F_UNLCK else holder


def _command_line(pid: int) -> list[bytes]:
    """The words that a process was started with; none where that can't be told."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1]
    except OSError:
        return []


def _starts(words: Sequence[bytes], run: RunDirectory, number: int) -> bool:
    """Whether a command line is that of `sweeprun start` for a submission of a run."""
    if b"start" not in words:
        return False
    begin = words.index(b"start")
    return (
        words[begin - 1] == b"sweeprun"
        and words[begin + 1 : begin + 2] == [os.fsencode(run.path)]
        and (str(number).encode() in words[begin + 2 :])
    )
