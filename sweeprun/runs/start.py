"""The beginning of a new run: its last checks, its directory, and its first submissions."""

import time
from collections.abc import Sequence
from dataclasses import replace

from sweeprun.errors import UsageError
from sweeprun.launchers.packing import plan_submissions
from sweeprun.runs.events import SILENT, Observer, Warnings
from sweeprun.runs.launch import Ended, Launch, Started, launch
from sweeprun.runs.prepared_run import PreparedRun, create_run
from sweeprun.runs.shared_members import told_shared
from sweeprun.store.manifest import check_size
from sweeprun.store.snapshot import take_snapshot
from sweeprun.wording import sweeper


def start_run(
    prepared: PreparedRun, command: Sequence[str], *, launch: Launch = launch, observer: Observer = SILENT
) -> Started:
    """Make a run, and start it: to its end, or into a queue.

    Parameters
    ----------
    prepared, command
        The run, and the command line or call that starts it.
    launch
        Writes and launches submissions; by default in the foreground, if the launcher is one of those.
    observer
        Hears how it goes on.

    Raises
    ------
    UsageError
        If it can't be started; nothing was made.
    """
    table = prepared.manifest.table
    check_size(prepared.manifest)
    for group in prepared.groups:
        group.launcher.check(Warnings(observer))
    if table.selection and prepared.other_launcher is not None:
        raise UsageError(
            "a launcher of somebody else numbers its jobs itself, so no points can be left out; "
            f"choose one of sweeprun's launchers, or leave out {sweeper('exclude')} and only"
        )
    if prepared.clash is not None:
        observer.warn(str(prepared.clash))
    if told := told_shared(table):
        observer.warn(told)
    for text in prepared.notes:
        observer.note(text)
    submissions = plan_submissions(prepared.groups) if prepared.groups else ()
    if table.selection:
        observer.note(f"{len(table) - table.count_selected()} of {len(table)} points are left out")
    began = time.monotonic()
    run, manifest = create_run(prepared, command, observer)
    if prepared.other_launcher is not None:
        prepared.other_launcher.run_tasks(run, manifest)
        return Started(run=run, ended=Ended(snapshot=take_snapshot(run), seconds=time.monotonic() - began))
    submissions = tuple(replace(submission, policy=manifest.policy) for submission in submissions)
    return Started(run=run, submissions=submissions, ended=launch(run, submissions, observer))
