"""Running again exactly the tasks of a run that have no result and are not queued."""

from collections.abc import Sequence

from sweeprun.config.launching import Changes
from sweeprun.errors import LaunchError
from sweeprun.launchers.activity import activity_of
from sweeprun.launchers.registry import is_launcher, make_launcher
from sweeprun.provenance.code import Code
from sweeprun.runs.drift import check_drift
from sweeprun.runs.events import SILENT, Observer
from sweeprun.runs.input_drift import check_new_tasks, paths_of, tell_changed
from sweeprun.runs.launch import Launch, Started, launch
from sweeprun.runs.observe import counts_text, missing_tasks
from sweeprun.runs.submit import last_policy, start_tasks
from sweeprun.store.activity import Activity
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import Snapshot, take_snapshot
from sweeprun.store.submissions import read_submissions
from sweeprun.store.trust import check_trusted


def resume_run(  # noqa: PLR0913  # what may be gone on with is a flag each
    snapshot: Snapshot,
    changes: Changes,
    command: Sequence[str],
    *,
    incomplete: bool = False,
    allow_drift: bool = False,
    trust: bool = False,
    launch: Launch = launch,
    code: Code | None = None,
    observer: Observer = SILENT,
) -> Started:
    """Launch what is missing of a run.

    Parameters
    ----------
    snapshot
        The run.
    changes
        What is changed of its launcher, and of its policy.
    command
        The command line.
    incomplete
        Whether tasks run again, too, whose results lack something that could not be stored.
    allow_drift
        Whether to go on with other code.
    trust
        Whether to go on with a run of another user, or with files of another in it.
    launch
        Writes and launches submissions; by default in the foreground.
    code
        The code that is to run, if it is that of another function.
    observer
        Hears how it goes on.

    Returns
    -------
    Started
        Without submissions if nothing was missing.

    Raises
    ------
    LaunchError
        If it isn't known what still waits or runs.
    UsageError
        If there are results, and the code or an input file is not what they were made with, and that isn't allowed;
        the run is another user's, and not trusted; or a change is wrong.
    """
    run = snapshot.run
    check_trusted(run, trust=trust, doing="its tasks would run what is in it")
    if snapshot.activity.problem:
        raise LaunchError(
            f"what still waits or runs can't be told, so nothing was started: {snapshot.activity.problem}"
        )
    if incomplete and not snapshot.activity.submissions:  # of a run that is complete nobody has asked yet
        snapshot = take_snapshot(run, activity_of(run))
    missing = missing_tasks(snapshot, incomplete=incomplete)
    if not missing:
        # what is wrong with the changes is told all the same
        options = changes.launcher(snapshot.manifest.launcher)
        if is_launcher(str(options.get("name"))):
            make_launcher(options)
        changes.policy(last_policy(snapshot))
        tell_changed(snapshot, observer)
        return Started(run=run, nothing=f"nothing to start: {counts_text(snapshot)}")
    doing = "results would be mixed that don't belong together"
    allowed = allow_drift or not snapshot.has_results  # then nothing can be mixed
    code = check_drift(run, snapshot.manifest, allowed=allowed, doing=doing, code=code, observer=observer)
    inputs = check_new_tasks(snapshot, paths_of(snapshot, missing), allowed=allow_drift, observer=observer)
    return start_tasks(snapshot, missing, changes, command, code, inputs=inputs, launch=launch, observer=observer)


def as_ended(run: RunDirectory) -> Snapshot:
    """The run, as it is if all that was started of it has ended."""
    submissions = read_submissions(run)
    asked = frozenset(submission.number for submission in submissions)
    return take_snapshot(run, Activity(submissions=submissions, asked=asked))
