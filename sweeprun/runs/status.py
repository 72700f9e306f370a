"""Where a run stands. Looking changes nothing."""

from dataclasses import asdict
from typing import Any

from sweeprun.results.throughput import pace_of
from sweeprun.runs.observe import (
    describe_submissions,
    ended_reasons,
    left_no_trace,
    missing_tasks,
    state_counts,
    warnings_of,
)
from sweeprun.store.snapshot import Snapshot, live_beats


def describe_status(snapshot: Snapshot) -> dict[str, Any]:
    """How many tasks are in each state, what waits and runs, and what the user should know, as JSON has it."""
    run = snapshot.run

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
    }
