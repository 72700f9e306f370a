"""Files and pipes that are a worker's own, whatever its tasks do with descriptors.

A task may close descriptors that it didn't open, as programs do that become daemons, and the system gives their numbers
out again: to files of the task's own. So ours have high numbers, and before one is used it is looked at whether it is
still ours.
"""

import errno
import fcntl
import os
import resource
from contextlib import suppress
from pathlib import Path

_HIGHEST = 1024
"""Numbers above it cost memory, and `select` can't take them."""

_RESERVED = 24
"""Below the highest: more than we have, and all from 1000 on, where `os.closerange(3, 1000)` leaves them open."""


class OwnDescriptor:
    """A descriptor with a high number, and what it was opened for.

    Parameters
    ----------
    descriptor
        Is closed: another number takes its place.
    """

    def __init__(self, descriptor: int) -> None:
        self.number = _with_high_number(descriptor)
        self.identity = identity_of(self.number)

    def is_ours(self) -> bool:
        """Whether it is still open, and for the same file or pipe."""
        try:
            return identity_of(self.number) == self.identity
        except OSError:
            return False

    def close(self) -> None:
        """Close it, unless a task has done so."""
        if self.is_ours():
            os.close(self.number)


class OwnFile:
    """A file that is made here, and that nobody else writes.

    Raises
    ------
    FileExistsError
        If it is there already.
    OSError
        If it can't be made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own = OwnDescriptor(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))

    def descriptor(self) -> int:
        """Its descriptor, for one use: opened again if a task has closed it, or uses its number for something else.

        Raises
        ------
        OSError
            If it can't be opened again, or another file has taken its place.
        """
        if not self._own.is_ours():
            again = OwnDescriptor(os.open(self._path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC))
            if again.identity != self._own.identity:
                again.close()
                raise OSError(errno.ESTALE, "another file has taken its place", os.fspath(self._path))
            self._own = again
        return self._own.number

    def close(self) -> None:
        """Close it; it stays."""
        self._own.close()

    def remove(self) -> None:
        """Close and remove it, if it is there."""
        self.close()
        with suppress(FileNotFoundError):
            self._path.unlink()


def identity_of(descriptor: int) -> tuple[int, int]:
    """What tells an open file or pipe from all others: its device and inode."""
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino


def _with_high_number(descriptor: int) -> int:
    """The same under a high number, where one is free; the former is closed."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = _HIGHEST if soft == resource.RLIM_INFINITY else min(soft, _HIGHEST)
    try:
        high = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, max(3, highest - _RESERVED))
    except OSError:
        return descriptor
    os.close(descriptor)
    return high
