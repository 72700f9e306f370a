"""Watching for a job's time limit."""

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from sweeprun.launchers.arrays.commands import SchedulerError
from sweeprun.launchers.arrays.element_job import ElementJob
from sweeprun.store.workers import WARNING_SIGNAL

_WARNINGS = {signal.SIGUSR1}
"""How schedulers warn: by the signal that they are asked for (`scheduler.WARNING`)."""

_MARGIN_SECONDS = 15.0
"""So long before the limit an element queues itself again, whatever still runs."""


class Warden:
    """Watches for the scheduler's warning, and for the time limit after it, in a thread: a busy task can't delay it.

    Parameters
    ----------
    job
        Whose limit it is.
    warning_seconds
        How long before the limit to warn; the scheduler may send its signal up to a minute earlier. Not more than a
        quarter of the job's time, or short jobs would never start a task.
    on_warning
        Called with the warning.
    on_deadline
        Called shortly before the limit, with when the job began and when it ends (Unix time, seconds).
    """

    def __init__(
        self,
        job: ElementJob,
        warning_seconds: float,
        on_warning: Callable[[], None],
        on_deadline: Callable[[float, float], None],
    ) -> None:
        self.warned = False
        self._job = job
        self._warning_seconds = warning_seconds
        self._on_warning = on_warning
        self._on_deadline = on_deadline
        self._began = time.time()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="sweeprun-warden", daemon=True)

    def __enter__(self) -> "Warden":
        # Blocked before any other thread starts, and so in all of them, the scheduler's signal is the warden's to take.
        signal.pthread_sigmask(signal.SIG_BLOCK, _WARNINGS)
        os.register_at_fork(after_in_child=_unblock)
        signal.signal(signal.SIGUSR1, signal.SIG_DFL)
        signal.signal(WARNING_SIGNAL, _pass)
        self._thread.start()
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._ended.set()
        if self._thread.is_alive() and self._thread.ident is not None:
            signal.pthread_kill(self._thread.ident, signal.SIGUSR1)
        self._thread.join()

    def _watch(self) -> None:
        signal.sigwait(_WARNINGS)
        if self._ended.is_set():
            return
        end = time.time() + self._warning_seconds
        while True:
            end = self._asked_end() or end
            window = min(self._warning_seconds, (end - self._began) / 4)
            if self._ended.wait(max(0.0, end - window - time.time())):
                return
            if not self.warned:
                self.warned = True
                self._on_warning()
            margin = min(_MARGIN_SECONDS, window / 4)
            if self._ended.wait(max(0.0, end - margin - time.time())):
                return
            if (self._asked_end() or end) <= end + margin:  # nobody gave it more time meanwhile
                self._on_deadline(self._began, end)
                return

    def _asked_end(self) -> float | None:
        """When the job's time is up; None if the scheduler can't say."""
        with suppress(SchedulerError):
            return self._job.end()
        return None


def _unblock() -> None:
    """In what a task forks the signal is free again; not in what is started without a fork of the interpreter."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _WARNINGS)


def _pass(_number: int, _frame: FrameType | None) -> None:
    """A warning that comes before there is a worker to take it."""
