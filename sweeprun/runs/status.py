"""Where a run stands. Looking changes nothing."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sweeprun.store.directory import RunDirectory

if TYPE_CHECKING:
    from sweeprun.store.snapshot import Snapshot


def _status(run: RunDirectory, snapshot: "Snapshot") -> dict[str, Any]:
    from sweeprun.display.phrases import state_counts
    from sweeprun.results.throughput import pace_of
    from sweeprun.runs.observe import describe_submissions, ended_reasons, left_no_trace, missing_tasks, warnings_of
    from sweeprun.store.snapshot import live_beats

    beats = [beat for beat in live_beats(run, snapshot.activity) if beat.task_id is not None]
    missing = missing_tasks(snapshot)
    return {
        "run": str(run.path),
        "tasks": len(snapshot.states),
        "states": state_counts(snapshot),
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
        "warnings": warnings_of(snapshot),
    }
