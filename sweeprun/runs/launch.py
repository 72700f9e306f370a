"""Launching submissions: to their end, or into a queue."""

import signal
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import TypeAlias

from sweeprun.display.outcome import _print_submitted, conclude
from sweeprun.display.progress import Notes, make_progress
from sweeprun.errors import RunDirectoryError
from sweeprun.launchers.launcher import write_submissions
from sweeprun.launchers.registry import make_launcher
from sweeprun.store.directory import RunDirectory
from sweeprun.store.submissions import Submission

Launch: TypeAlias = Callable[[RunDirectory, Sequence[Submission]], int]
"""Writes submissions and launches them; the exit code."""


def launch(run: RunDirectory, submissions: Sequence[Submission]) -> int:
    """Write submissions and launch them: to their end, or into a queue; the exit code.

    Raises
    ------
    RunDirectoryError
        If somebody else has resumed the run meanwhile; nothing was launched.
    """
    write_new(run, submissions)
    return launch_written(run, submissions)


def write_new(run: RunDirectory, submissions: Sequence[Submission]) -> None:
    """Write submissions, whose numbers nobody else may have taken.

    Raises
    ------
    RunDirectoryError
        If somebody has.
    """
    try:
        write_submissions(run, submissions)
    except FileExistsError as error:
        raise RunDirectoryError(
            f"somebody else has just resumed {run.shown()}; see `sweeprun status {run.shown()}`"
        ) from error


def launch_written(run: RunDirectory, submissions: Sequence[Submission]) -> int:
    """Launch submissions that are written: to their end, or into a queue; the exit code."""
    launcher = make_launcher(submissions[0].launcher)
    tasks = sum(len(submission.array.tasks) for submission in submissions)
    at_once = min(sum(len(submission.array) for submission in submissions), submissions[0].array.throttle)
    started = time.monotonic()
    if not launcher.in_foreground:
        launcher.launch(run, submissions, Notes())
        _print_submitted(run, submissions)
        return 0
    interrupted = False
    _stop_on_signals()
    task, worker = "task" if tasks == 1 else "tasks", "worker" if at_once == 1 else "workers"
    heading = f"{tasks} {task} on {at_once} {worker}, recorded in {run.shown()}"
    with make_progress(tasks, heading) as progress:
        try:
            launcher.launch(run, submissions, progress)
        except KeyboardInterrupt:
            interrupted = True
    return conclude(run, time.monotonic() - started, interrupted=interrupted)


def _stop_on_signals() -> None:
    """Let SIGTERM and a lost terminal stop a sweep as Ctrl-C does; ``nohup`` still works."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _interrupt)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
