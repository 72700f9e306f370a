"""Where a run stands. Looking changes nothing."""

from dataclasses import asdict
from typing import Any

from sweeprun.results.failures import Failures, failures_of
from sweeprun.results.throughput import pace_of
from sweeprun.runs.next_steps import next_steps
from sweeprun.runs.observe import (
    describe_submissions,
    ended_reasons,
    is_active,
    left_no_trace,
    missing_tasks,
    state_counts,
    warnings_of,
)
from sweeprun.store.snapshot import Snapshot, live_beats


def describe_status(snapshot: Snapshot, failures: Failures | None = None) -> dict[str, Any]:
    """How many tasks are in each state, what waits and runs, and what the user should know, as JSON has it.

    Parameters
    ----------
    snapshot, failures
        The run, and its failures, if they are at hand.
    """
    run = snapshot.run
    failures = failures_of(snapshot) if failures is None else failures

    beats = [beat for beat in live_beats(run, snapshot.activity) if beat.task_id is not None]
    missing = missing_tasks(snapshot)
    return {
        "run": str(run.path),
        "tasks": len(snapshot.states),
        "states": state_counts(snapshot),
        "incomplete": snapshot.incomplete,
        "returned_nothing": snapshot.empty,
        "submissions": describe_submissions(snapshot),
        "running": [
            {"task": beat.task_id, "host": beat.process.host, "pid": beat.process.pid, "since": beat.since}
            for beat in beats
        ],
        "pace": asdict(pace_of(snapshot)),
        "not_queued": str(missing),
        "not_queued_count": len(missing),
        "ended": ended_reasons(snapshot),
        "left_no_trace": left_no_trace(snapshot),
        "problem": snapshot.activity.problem,
        "warnings": warnings_of(snapshot, in_full=True),
        "failures": describe_failures(failures),
        "in_common": None if failures.common is None else str(failures.common),
        "next": [] if is_active(snapshot) else list(map(str, next_steps(snapshot, failures, stopped=True))),
    }


def describe_failures(failures: Failures) -> list[dict[str, Any]]:
    """The groups of failed tasks, the largest first, as JSON has them."""
    return [
        {
            "kind": group.kind,
            "what": group.what,
            "where": failures.where(group) or None,
            "file": None if group.where is None else group.where.file,
            "line": None if group.where is None else group.where.line,
            "function": None if group.where is None else group.where.function or None,
            "message": group.message,
            "messages": group.messages,
            "traceback": group.traceback,
            "count": group.count,
            "task_ids": list(group.task_ids),
            "tasks": [{"task_id": task.task_id, "coordinates": task.coordinates} for task in group.tasks],
            "in_common": None if group.common is None else str(group.common),
        }
        for group in failures.groups
    ]
