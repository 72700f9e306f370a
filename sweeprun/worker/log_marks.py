"""Which part of a log is whose: after a task that printed something, the log says how much of it was the task's.

The mark is written below, and only if there is something to mark, so a log of silent tasks stays empty, and marking
costs a task two system calls.
"""

import io
import os
import stat
import sys

from sweeprun.store.logs import Signature


class LogMarker:
    """Marks the output of a worker's tasks, if it goes to a file.

    Parameters
    ----------
    log
        The name of the file, if it is one of the run's.
    """

    def __init__(self, log: str = "") -> None:
        self._signature = Signature(log)
        self._marks = stat.S_ISREG(os.fstat(2).st_mode)
        self._begin = 0
        if self._marks and isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(line_buffering=True)  # a worker that is killed has said what it had to say

    def begin(self) -> None:
        """A task starts."""
        if self._marks:
            self._begin = os.fstat(2).st_size

    def end(self, task_id: int, attempt: int) -> None:
        """The task has ended."""
        if not self._marks:
            return
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError, AttributeError):  # a task may have closed or replaced it
                continue
        end = os.fstat(2).st_size
        if end > self._begin:
            os.write(2, self._signature.mark(task_id, attempt, self._begin, end))
