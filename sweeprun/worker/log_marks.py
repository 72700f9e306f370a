"""Which part of a log is whose: after a task that printed something, the log says how much of it was the task's.

The mark is written below, and only if there is something to mark, so a log of silent tasks stays empty, and marking
costs a task two system calls. A mark that can't be written is left out: no task has to suffer for that.
"""

import io
import os
import stat
import sys
from contextlib import suppress

from sweeprun.store.files import write_fully
from sweeprun.store.logs import Signature
from sweeprun.store.own_files import OwnDescriptor


class LogMarker:
    """Marks the output of a worker's tasks, if it goes to a file.

    Parameters
    ----------
    log
        The name of the file, if it is one of the run's.
    """

    def __init__(self, log: str = "") -> None:
        self._signature = Signature(log)
        self._log: OwnDescriptor | None = None
        self._begin = 0
        with suppress(OSError):  # there may be no standard error
            if stat.S_ISREG(os.fstat(2).st_mode):
                self._log = OwnDescriptor(os.dup(2))
        if self._log is not None and isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(line_buffering=True)  # a worker that is killed has said what it had to say

    def begin(self) -> None:
        """A task starts."""
        self._begin = self._size()

    def end(self, task_id: int, attempt: int) -> None:
        """The task has ended."""
        if self._log is None:
            return
        flush_output()
        end = self._size()
        if end > self._begin:
            with suppress(OSError):
                write_fully(self._log.number, self._signature.mark(task_id, attempt, self._begin, end))

    def close(self) -> None:
        """Nothing more is marked."""
        if self._log is not None:
            self._log.close()

    def _size(self) -> int:
        """How long the log is; once a task has closed it, nothing is marked any more."""
        if self._log is None or not self._log.is_ours():
            self._log = None
            return 0
        return os.fstat(self._log.number).st_size


def flush_output() -> None:
    """Write what waits of standard output and error, where a task left something that can be written to."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # a task may have closed or replaced it
            stream.flush()
