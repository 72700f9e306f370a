"""Input files that changed: whether results of one file would come from two contents of it.

A file counts for the tasks that are made of it alone: one that was mended after its tasks had failed mixes nothing.
"""

from collections.abc import Collection, Iterable, Sequence

import numpy as np

from sweeprun.design.input_paths import input_paths_of
from sweeprun.errors import UsageError
from sweeprun.provenance.inputs import ChangedInput, InputFile, changed_inputs
from sweeprun.runs.defaults import ALLOW_DRIFT
from sweeprun.runs.events import SILENT, Observer
from sweeprun.store.snapshot import Snapshot

_SHOWN_FILES = 20


def check_new_tasks(
    snapshot: Snapshot, paths: Collection[str], *, allowed: bool, observer: Observer = SILENT
) -> tuple[InputFile, ...]:
    """Refuse to start tasks of files of which there are results already, and that have changed since.

    Parameters
    ----------
    snapshot
        The run.
    paths
        The files that the tasks are made of.
    allowed
        Whether to say what differs and go on.
    observer
        Hears what differs.

    Returns
    -------
    tuple of InputFile
        The changed ones among these files, as they are now: the submission remembers them.

    Raises
    ------
    UsageError
        If one did change, has results, and that isn't allowed.
    """
    changed = _changed(snapshot)
    recorded = input_paths_of(snapshot.manifest.table, snapshot.best.outcome == 1) if changed else ()
    mixed = [file for file in changed if file.path in recorded and file.path in paths]
    others = [file for file in changed if file.path in recorded and file.path not in paths]
    fresh = [file for file in changed if file.path not in recorded and file.path in paths]
    if mixed:
        _refuse_or_tell(snapshot, mixed, allowed=allowed, observer=observer)
    if others:
        observer.warn(f"results of {snapshot.run.shown()} were made of other input files:{_listed(others)}")
    if fresh:
        observer.note(f"input files that have no result yet were changed:{_listed(fresh)}")
    return tuple(file.now for file in (*mixed, *fresh) if file.now is not None)


def check_recorded(snapshot: Snapshot, task_ids: Iterable[int], *, allowed: bool, observer: Observer = SILENT) -> None:
    """Refuse to compare tasks with their records if their files have changed since these were made.

    Raises
    ------
    UsageError
        If one did, and that isn't allowed.
    """
    by_submission: dict[int, list[int]] = {}
    for task_id in task_ids:
        if snapshot.best.outcome[task_id] == 1:
            by_submission.setdefault(snapshot.submission_of(task_id), []).append(task_id)
    changed = {
        file.path: file
        for submission, own in by_submission.items()
        for file in _changed(snapshot, paths_of(snapshot, own), submission)
    }
    if changed:
        _refuse_or_tell(snapshot, list(changed.values()), allowed=allowed, observer=observer)


def tell_changed(snapshot: Snapshot, observer: Observer) -> None:
    """Say which results were made of files that have changed since."""
    check_new_tasks(snapshot, (), allowed=True, observer=observer)


def paths_of(snapshot: Snapshot, task_ids: Iterable[int]) -> frozenset[str]:
    """The files that some tasks of a run are made of."""
    mask = np.zeros(len(snapshot.states), bool)
    mask[list(task_ids)] = True
    return input_paths_of(snapshot.manifest.table, mask)


def _changed(snapshot: Snapshot, only: Collection[str] | None = None, until: int | None = None) -> list[ChangedInput]:
    return list(changed_inputs(snapshot.run, snapshot.manifest.job.base, only=only, until=until))


def _refuse_or_tell(snapshot: Snapshot, changed: Sequence[ChangedInput], *, allowed: bool, observer: Observer) -> None:
    message = f"input files are not what results of {snapshot.run.shown()} were made of:{_listed(changed)}"
    if not allowed:
        raise UsageError(f"{message}\nRestore them, start a new sweep, or add {ALLOW_DRIFT}")
    observer.warn(message)


def _listed(changed: Sequence[ChangedInput]) -> str:
    more = [f"… and {len(changed) - _SHOWN_FILES} more"] if len(changed) > _SHOWN_FILES else []
    return "".join(f"\n  {line}" for line in [*changed[:_SHOWN_FILES], *more])
