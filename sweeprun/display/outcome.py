"""How a run ended, or into which queue it went, on a terminal."""

import sys
from collections.abc import Sequence

from sweeprun.display.failures import print_failures
from sweeprun.display.phrases import duration
from sweeprun.results.failures import failures_of
from sweeprun.results.left_out import returned_nothing
from sweeprun.runs.launch import Ended, Started
from sweeprun.runs.next_steps import next_steps
from sweeprun.runs.observe import counts_text, warnings_of
from sweeprun.runs.sampled_members import equal_at_one_point
from sweeprun.safe_text import plain_line, plain_message
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import Snapshot
from sweeprun.store.submissions import JobRole, Submission, read_jobs

INTERRUPTED = 130
"""The exit code of what Ctrl-C ended, as of shells."""


def conclude(started: Started) -> int:
    """Say what became of tasks that were to be started; the exit code."""
    if started.ended is not None:
        return conclude_ended(started.ended)
    if started.nothing:
        print(plain_message(started.nothing), file=sys.stderr)
    if started.submissions:
        _print_submitted(started.run, started.submissions)
    return 0


def conclude_ended(ended: Ended, *, waited: bool = False) -> int:
    """Say how a run ended, and what can be done next; the exit code.

    Parameters
    ----------
    ended
        How it stood then.
    waited
        Whether everything of the run was waited for, so that nothing will start what is left of it.
    """
    snapshot = ended.snapshot
    failures = failures_of(snapshot)
    _print_summary(snapshot, ended.seconds, interrupted=ended.interrupted)
    steps = list(map(str, next_steps(snapshot, failures, stopped=ended.interrupted or waited)))
    warnings = [*warnings_of(snapshot), *equal_at_one_point(snapshot)]
    print_failures(failures)
    all_is_well = snapshot.complete and not returned_nothing(snapshot)
    for line in (*steps, *warnings) if all_is_well else (*warnings, *steps):
        print(plain_line(line), file=sys.stderr, flush=True)
    if ended.interrupted:
        return INTERRUPTED
    return 0 if snapshot.complete else 1


def conclude_waiting(ended: Ended) -> int:
    """Say how a run ended that was waited for, and what is left to be resumed; the exit code."""
    return conclude_ended(ended, waited=True)


def _print_summary(snapshot: Snapshot, seconds: float | None, *, interrupted: bool) -> None:
    """Say how a run ended, and how long that took if it is known."""
    total = snapshot.total
    begin = "stopped" if interrupted else f"{total} {'task' if total == 1 else 'tasks'}"
    took = "" if seconds is None else f" in {duration(seconds)}"
    print(f"{begin}: {counts_text(snapshot)}{took}", file=sys.stderr, flush=True)


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
