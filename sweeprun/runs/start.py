"""The beginning of a new run: its last checks, its directory, and its first submissions."""

import sys
import time
from collections.abc import Sequence
from dataclasses import replace

from sweeprun.config.application import Application
from sweeprun.display.outcome import conclude
from sweeprun.display.progress import Notes
from sweeprun.errors import UsageError
from sweeprun.launchers.packing import plan_submissions
from sweeprun.runs.launch import launch
from sweeprun.runs.prepare import PreparedSweep, create_run
from sweeprun.store.directory import RunDirectory
from sweeprun.store.manifest import check_size
from sweeprun.worker.jobs import RecordedJob


def begin_sweep(
    application: Application, prepared: PreparedSweep, command: Sequence[str], *, begun: bool = False
) -> tuple[RunDirectory, int]:
    """Start a sweep: to its end, or into a queue; the run, and the exit code.

    Parameters
    ----------
    application, prepared, command
        What composed the sweep, the sweep, and the command line.
    begun
        Whether somebody made the run directory for it.

    Raises
    ------
    UsageError
        If it can't be started; nothing was made.
    """
    check_size(prepared.manifest)
    for group in prepared.groups:
        group.launcher.check(Notes())
    table = prepared.manifest.table
    if table.selection and not prepared.groups:
        raise UsageError(
            "a launcher of somebody else numbers its jobs itself, so no points can be left out; "
            "choose one of sweeprun's launchers, or leave out hydra.sweeper.exclude and only"
        )
    submissions = plan_submissions(prepared.groups) if prepared.groups else ()
    if table.selection:
        print(f"{len(table) - table.count_selected()} of {len(table)} points are left out", file=sys.stderr)
    started = time.monotonic()
    run, manifest = create_run(prepared, command, begun=begun)
    if submissions:
        return run, launch(run, [replace(submission, policy=manifest.policy) for submission in submissions])
    jobs = [manifest.override_texts(table.task(task_id)) for task_id in range(len(table))]
    job = RecordedJob(run.path, None if prepared.given is None else prepared.given.function)
    application.run_foreign_launcher(prepared.sweep.sweep_config, run.path, jobs, job)
    return run, conclude(run, time.monotonic() - started, interrupted=False)
