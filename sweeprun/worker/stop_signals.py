"""The signals that a worker hears: to start no further task, to stop, and that a task has had its time."""

import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from math import inf
from types import FrameType

from sweeprun.store.workers import WARNING_SIGNAL
from sweeprun.worker.signals_in_children import Handler, put_back_in_children

_REPEAT_SECONDS = 0.2
"""Within so short a time a second signal is the same request: timeout(1) sends its signal twice."""


class Stop(BaseException):
    """The worker was told to end; no task function's ``except Exception`` catches it."""


class Overdue(BaseException):
    """The task has had its time; no task function's ``except Exception`` catches it."""


class StopSignals:
    """Asks the task that runs to stop, and ends it when it is time.

    Parameters
    ----------
    grace
        How long a task may go on after the first SIGTERM or SIGINT, in seconds; the second stops it at once.

    Attributes
    ----------
    overdue
        Whether the task has had its time limit.
    """

    def __init__(self, grace: float) -> None:
        self.overdue = False
        self._grace = grace
        self._pid = os.getpid()
        self._child: int | None = None
        self._in_task = False
        self._limited = False
        self._warned = False
        self._stopping = False
        self._asked = 0.0  # when it was asked by a signal that may come twice by accident; monotonic clock
        self._stop_at = inf

    def hear(self) -> None:
        """Hear signals from now on."""
        put_back_in_children(self._handle())

    def hear_in_child(self) -> None:
        """Hear signals in a process that goes on as this worker, for one task."""
        self._pid, self._child = os.getpid(), None
        self._handle()

    def forward_to(self, pid: int | None) -> None:
        """Let a child that runs the task hear of signals from now on, and of one that has just come; or none."""
        self._child = pid
        if self.is_asked():
            self._forward(WARNING_SIGNAL)

    def _forward(self, number: int) -> None:
        if self._child is not None:
            with suppress(ProcessLookupError):
                os.kill(self._child, number)

    def _handle(self) -> Mapping[signal.Signals, Handler]:
        handlers = {signal.SIGTERM: self._on_stop, signal.SIGINT: self._on_stop, WARNING_SIGNAL: self._on_warning}
        for number, handler in handlers.items():
            signal.signal(number, handler)
        return handlers

    def close(self) -> None:
        """Ignore signals from now on: the worker ends."""
        for number in (signal.SIGTERM, signal.SIGINT, WARNING_SIGNAL):
            signal.signal(number, signal.SIG_IGN)
        if self._stop_at < inf:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def is_asked(self) -> bool:
        """Whether no further task is to start, and the one that runs is to stop if it can."""
        return self._stopping or self._warned

    def ask(self) -> None:
        """Let no further task start."""
        self._warned = True

    def begin_task(self, limit: float) -> None:
        """A task function is called, which has so many seconds; 0 for as long as it takes."""
        self._in_task = True
        self._limited = bool(limit)
        if limit:
            signal.signal(signal.SIGALRM, self._on_alarm)  # for each task: the last one may have set its own
            signal.setitimer(signal.ITIMER_REAL, limit)

    def end_task(self) -> None:
        """The task function has ended."""
        self._in_task = False
        if self._limited:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _on_stop(self, number: int, _frame: FrameType | None) -> None:
        """Ask the task that runs to stop, and give it a moment; the second time end it now."""
        if os.getpid() != self._pid:  # a child that was forked without the interpreter's knowledge
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        self._forward(number)
        now = time.monotonic()
        if not self.is_asked() and self._grace:
            self._warned, self._asked, self._stop_at = True, now, now + self._grace
            self._give_time()
        elif now - self._asked > _REPEAT_SECONDS:
            self._stop()

    def _give_time(self) -> None:
        """Let an alarm stop the task when its moment is over. It has its time limit still, if that is earlier."""
        signal.signal(signal.SIGALRM, self._on_alarm)
        left, _ = signal.setitimer(signal.ITIMER_REAL, self._grace)
        if self._limited and self._in_task and 0 < left < self._grace:
            signal.setitimer(signal.ITIMER_REAL, left)

    def _stop(self) -> None:
        """End now if a task function runs, or else before the next task: a record is never half written."""
        self._stopping = True
        if self._in_task:
            self._in_task = False
            raise Stop

    def _on_alarm(self, _number: int, _frame: FrameType | None) -> None:
        """The running task has had its time, or the moment that it was given to stop."""
        if os.getpid() != self._pid:
            return
        if time.monotonic() >= self._stop_at:
            self._stop()
        elif self._in_task:
            self.overdue = True
            raise Overdue

    def _on_warning(self, _number: int, _frame: FrameType | None) -> None:
        """Start no further task; the one that runs is told if it asks. A signal to stop after this one means now."""
        self._forward(WARNING_SIGNAL)
        self._warned, self._asked = True, 0.0
