"""How a run ended, or into which queue it went, on a terminal."""

import sys
from collections.abc import Sequence
from typing import Any

from sweeprun.design.task_ids import TaskIds
from sweeprun.display.phrases import duration, missing_text
from sweeprun.results.failures import failures_of
from sweeprun.runs.launch import Ended, Started
from sweeprun.runs.observe import counts_text, missing_tasks, warnings_of
from sweeprun.runs.sampled_members import equal_at_one_point
from sweeprun.safe_text import plain_line, plain_message
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import Snapshot
from sweeprun.store.submissions import JobRole, Submission, read_jobs

INTERRUPTED = 130
"""The exit code of what Ctrl-C ended, as of shells."""

_SHOWN_GROUPS = 12
_SHOWN_MESSAGE = 500


def conclude(started: Started) -> int:
    """Say what became of tasks that were to be started; the exit code."""
    if started.ended is not None:
        return conclude_ended(started.ended)
    if started.nothing:
        print(plain_message(started.nothing), file=sys.stderr)
    if started.submissions:
        _print_submitted(started.run, started.submissions)
    return 0


def conclude_ended(ended: Ended) -> int:
    """Say how a run ended; the exit code."""
    snapshot = ended.snapshot
    print_summary(snapshot, ended.seconds, interrupted=ended.interrupted)
    print_failures(failures_of(snapshot))
    for line in (*warnings_of(snapshot), *equal_at_one_point(snapshot)):
        print(plain_line(line), file=sys.stderr, flush=True)
    if ended.interrupted:
        return INTERRUPTED
    return 0 if snapshot.complete else 1


def conclude_waiting(ended: Ended) -> int:
    """Say how a run ended that was waited for, and what is left to be resumed; the exit code."""
    code = conclude_ended(ended)
    print_missing(missing_tasks(ended.snapshot), ended.snapshot.run)
    return code


def print_summary(snapshot: Snapshot, seconds: float | None, *, interrupted: bool) -> None:
    """Say how a run ended, and how long that took if it is known."""
    total = snapshot.total
    begin = "stopped" if interrupted else f"{total} {'task' if total == 1 else 'tasks'}"
    took = "" if seconds is None else f" in {duration(seconds)}"
    print(f"{begin}: {counts_text(snapshot)}{took}", file=sys.stderr)
    print(f"collect with: sweeprun collect {snapshot.run.shown()}", file=sys.stderr, flush=True)


def print_missing(missing: TaskIds, run: RunDirectory) -> None:
    """Say what is left to be resumed; nothing if nothing is."""
    if missing:
        print(
            f"{missing_text(len(missing))}; go on with: sweeprun resume {run.shown()}",
            file=sys.stderr,
        )


def print_failures(groups: Sequence[Any]) -> None:
    """A table of failures, grouped; nothing if there are none."""
    if not groups:
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title="failures", title_justify="left")
    for column in ("what", "tasks", "ids", "message"):
        table.add_column(column, justify="right" if column == "tasks" else "left")
    for group in groups[:_SHOWN_GROUPS]:
        ids = ", ".join(map(str, group.task_ids[:5])) + (", …" if group.count > 5 else "")
        kind, message = plain_line(group.kind), plain_message(group.message[:_SHOWN_MESSAGE])
        table.add_row(Text(kind), str(group.count), ids, Text(message))
    if len(groups) > _SHOWN_GROUPS:
        rest = groups[_SHOWN_GROUPS:]
        table.add_row(
            f"… {len(rest)} more kinds", str(sum(group.count for group in rest)), "", "sweeprun status --json"
        )
    Console(stderr=True).print(table)


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
