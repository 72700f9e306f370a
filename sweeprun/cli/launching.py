"""From submissions to their end: what a first start, a resumption and ``wait`` have in common."""

import signal
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import TypeAlias

from sweeprun.cli.display import plain_message
from sweeprun.cli.progress import make_progress, print_failures, print_summary
from sweeprun.errors import RunDirectoryError
from sweeprun.launchers.launcher import write_submissions
from sweeprun.launchers.progress import Tally
from sweeprun.launchers.registry import make_launcher
from sweeprun.store.directory import RunDirectory
from sweeprun.store.states import Snapshot, take_snapshot
from sweeprun.store.submissions import JobRole, Submission, read_jobs

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


def conclude(run: RunDirectory, seconds: float, *, interrupted: bool) -> int:
    """Say how it went, from what lies on disk; the exit code."""
    return conclude_snapshot(take_snapshot(run), seconds, interrupted=interrupted)


def conclude_snapshot(snapshot: Snapshot, seconds: float | None, *, interrupted: bool) -> int:
    """Say how it went; the exit code."""
    from sweeprun.cli.observing import warnings_of
    from sweeprun.results.failures import failures_of

    print_summary(snapshot, seconds, interrupted=interrupted)
    print_failures(failures_of(snapshot))
    for line in warnings_of(snapshot):
        print(plain_message(line), file=sys.stderr, flush=True)
    if interrupted:
        return 130
    return 0 if snapshot.complete else 1


class Notes:
    """Progress of which only notes are shown."""

    def update(self, tally: Tally) -> None:
        pass

    def note(self, text: str) -> None:
        print(f"sweeprun: {text}", file=sys.stderr, flush=True)


def _print_submitted(run: RunDirectory, submissions: Sequence[Submission]) -> None:
    for submission in submissions:
        array = submission.array
        jobs = read_jobs(run, submission.number)
        ids = ", ".join(job.job_id for job in jobs if job.role is not JobRole.COLLECT)
        each = "" if array.tasks_per_job == 1 else f", {array.tasks_per_job} tasks each"
        count = f"{len(array.tasks)} {'task' if len(array.tasks) == 1 else 'tasks'}"
        print(f"job {ids}: {count} as array {array}{each}", file=sys.stderr)
        for job in jobs:
            if job.role is JobRole.COLLECT:
                print(f"job {job.job_id}: collects when they have ended", file=sys.stderr)
    shown = run.shown()
    print(f"recorded in {shown}; follow it with: sweeprun wait {shown}, sweeprun status {shown}", file=sys.stderr)


def _stop_on_signals() -> None:
    """Let SIGTERM and a lost terminal stop a sweep as Ctrl-C does; ``nohup`` still works."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _interrupt)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
