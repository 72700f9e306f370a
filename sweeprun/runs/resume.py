"""Running again exactly the tasks of a run that have no result and are in no queue."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sweeprun.errors import LaunchError
from sweeprun.runs.drift import check_drift, check_inputs
from sweeprun.runs.submit import start_tasks
from sweeprun.store.directory import RunDirectory

if TYPE_CHECKING:
    from sweeprun.config.launching import Changes
    from sweeprun.provenance.code import Code
    from sweeprun.runs.launch import Launch
    from sweeprun.store.snapshot import Snapshot


def resume_run(
    snapshot: "Snapshot",
    changes: "Changes",
    command: Sequence[str],
    *,
    allow_drift: bool,
    launch: "Launch | None" = None,
    code: "Code | None" = None,
) -> int:
    """Launch what is missing of a run; the exit code.

    Parameters
    ----------
    snapshot
        The run.
    changes
        What is changed of its launcher, and of its policy.
    command
        The command line.
    allow_drift
        Whether to go on with other code.
    launch
        Writes and launches submissions; by default in the foreground.
    code
        The code that is to run, if it is that of another function.
    """
    from sweeprun.display.phrases import counts_text
    from sweeprun.runs.observe import missing_tasks
    from sweeprun.runs.submit import last_policy

    run = snapshot.run
    if snapshot.activity.problem:
        raise LaunchError(
            f"what still waits or runs can't be told, so nothing was started: {snapshot.activity.problem}"
        )
    missing = missing_tasks(snapshot)
    if not missing:
        # what is wrong with them is told all the same
        changes.launcher(snapshot.manifest.launcher)
        changes.policy(last_policy(snapshot))
        print(f"nothing to start: {counts_text(snapshot)}", file=sys.stderr)
        check_inputs(run, snapshot.manifest, allowed=True)
        return 0
    doing = "results would be mixed that don't belong together"
    code = check_drift(run, snapshot.manifest, allowed=allow_drift, doing=doing, code=code)
    return start_tasks(snapshot, missing, changes, command, code, launch)


def _as_ended(run: RunDirectory) -> "Snapshot":
    """The run, as it is if all that was started of it has ended."""
    from sweeprun.store.activity import Activity
    from sweeprun.store.snapshot import take_snapshot
    from sweeprun.store.submissions import read_submissions

    submissions = read_submissions(run)
    asked = frozenset(submission.number for submission in submissions)
    return take_snapshot(run, Activity(submissions=submissions, asked=asked))
