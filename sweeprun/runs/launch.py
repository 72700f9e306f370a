"""Launching submissions: to their end, or into a queue."""

import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import RunDirectoryError
from sweeprun.launchers.interrupts import raise_interrupt
from sweeprun.launchers.launcher import write_submissions
from sweeprun.launchers.packing import launched_together
from sweeprun.launchers.progress import TaskProgress
from sweeprun.launchers.registry import make_launcher
from sweeprun.runs.events import Observer, Warnings
from sweeprun.runs.failure_notes import NotedProgress
from sweeprun.store.directory import RunDirectory
from sweeprun.store.launching import launching
from sweeprun.store.snapshot import Snapshot, take_snapshot
from sweeprun.store.submissions import Submission
from sweeprun.wording import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run stood when what was launched or waited for had ended.

    Attributes
    ----------
    snapshot
        The run as it was then.
    seconds
        How long it took; None if that isn't known.
    interrupted
        Whether the user stopped it.
    """

    snapshot: Snapshot
    seconds: float | None = None
    interrupted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What became of tasks that were to be started.

    Attributes
    ----------
    run
        The run that they are of.
    submissions
        What was launched; empty if there was nothing to start, or a launcher of another package ran the tasks.
    ended
        How it ended, if this process waited for that; None if the tasks wait or run elsewhere.
    nothing
        Why nothing was started; empty if something was.
    """

    run: RunDirectory
    submissions: tuple[Submission, ...] = ()
    ended: Ended | None = None
    nothing: str = ""

    @property
    def tasks(self) -> TaskIds:
        """The tasks that were launched."""
        if len(self.submissions) == 1:
            return self.submissions[0].array.tasks
        return TaskIds.of(task_id for submission in self.submissions for task_id in submission.array.tasks)


Launch: TypeAlias = Callable[[RunDirectory, Sequence[Submission], Observer], Ended | None]
"""Writes submissions and launches them; how they ended, if it waits for that."""


def launch(run: RunDirectory, submissions: Sequence[Submission], observer: Observer) -> Ended | None:
    """Write submissions and launch them: to their end, or into a queue.

    Raises
    ------
    RunDirectoryError
        If another process has resumed the run meanwhile; nothing was launched.
    """
    write_new(run, submissions)
    return launch_written(run, submissions, observer)


def write_new(run: RunDirectory, submissions: Sequence[Submission]) -> None:
    """Write submissions, whose numbers no other process may have taken.

    Raises
    ------
    RunDirectoryError
        If one has.
    """
    try:
        write_submissions(run, submissions)
    except FileExistsError as error:
        raise RunDirectoryError(
            f"another process has just resumed {run.shown()}; see `{Command('status', run.shown())}`"
        ) from error


def launch_written(run: RunDirectory, submissions: Sequence[Submission], observer: Observer) -> Ended | None:
    """Launch submissions that are written: to their end, or into a queue."""
    launcher = make_launcher(submissions[0].launcher)
    if not launcher.in_foreground:
        launch_all(run, submissions, Warnings(observer))
        return None
    tasks = sum(len(submission.array.tasks) for submission in submissions)
    at_once = min(sum(len(submission.array) for submission in submissions), submissions[0].array.throttle)
    started = time.monotonic()
    interrupted = False
    _stop_on_signals()
    task, worker = "task" if tasks == 1 else "tasks", "worker" if at_once == 1 else "workers"
    heading = f"{tasks} {task} on {at_once} {worker}, recorded in {run.shown()}"
    with launching(run, submissions), observer.progress(tasks, heading) as progress:
        try:
            launch_all(run, submissions, NotedProgress(run, progress))
        except KeyboardInterrupt:
            interrupted = True
    return Ended(snapshot=take_snapshot(run), seconds=seconds_since(started), interrupted=interrupted)


def launch_all(run: RunDirectory, submissions: Sequence[Submission], progress: TaskProgress) -> None:
    """Hand submissions to their launcher, whose options need not be the same for all of them."""
    for together in launched_together(submissions):
        make_launcher(together[0].launcher).launch(run, together, progress)


def seconds_since(began: float) -> float | None:
    """Seconds by the monotonic clock; None if it went back, as it does under tools that fake the time."""
    seconds = time.monotonic() - began
    return seconds if seconds >= 0 else None


def _stop_on_signals() -> None:
    """Let SIGTERM and a lost terminal stop a sweep as Ctrl-C does; ``nohup`` still works."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, raise_interrupt)
