"""How a run ended, or into which queue it went, on a terminal."""

import sys
from collections.abc import Sequence

from sweeprun.display.progress import print_failures, print_summary
from sweeprun.runs.wait import looks, tally_of
from sweeprun.safe_text import plain_message
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import Snapshot, take_snapshot
from sweeprun.store.submissions import JobRole, Submission, read_jobs


def conclude(run: RunDirectory, seconds: float, *, interrupted: bool) -> int:
    """Say how it went, from what lies on disk; the exit code."""
    return conclude_snapshot(take_snapshot(run), seconds, interrupted=interrupted)


def conclude_snapshot(snapshot: Snapshot, seconds: float | None, *, interrupted: bool) -> int:
    """Say how it went; the exit code."""
    from sweeprun.results.failures import failures_of
    from sweeprun.runs.observe import warnings_of

    print_summary(snapshot, seconds, interrupted=interrupted)
    print_failures(failures_of(snapshot))
    for line in warnings_of(snapshot):
        print(plain_message(line), file=sys.stderr, flush=True)
    if interrupted:
        return 130
    return 0 if snapshot.complete else 1


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


def wait_for(run: RunDirectory) -> int:
    """Wait for a run, and say how it ended; the exit code."""
    from sweeprun.display.outcome import conclude_snapshot
    from sweeprun.display.progress import make_progress, print_missing
    from sweeprun.runs.observe import missing_tasks, observe

    problem = ""
    snapshot = observe(run)
    total = snapshot.total
    heading = f"waiting for {total} {'task' if total == 1 else 'tasks'} of {run.shown()}"
    with make_progress(total, heading, done=tally_of(snapshot).done) as progress:
        for snapshot in looks(snapshot, lambda: observe(run)):  # noqa: B020  # the last one is what is told
            progress.update(tally_of(snapshot))
            if snapshot.activity.problem != problem:
                problem = snapshot.activity.problem
                progress.note(f"what waits and runs is not known: {problem}" if problem else "Slurm answers again")
    code = conclude_snapshot(snapshot, None, interrupted=False)
    print_missing(missing_tasks(snapshot), run)
    return code
