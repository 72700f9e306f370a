"""Stopping what waits or runs of a run; what is recorded stays."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Timer
from typing import Any

import numpy as np

from sweeprun.design.policy import GRACE_SECONDS
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import FormatError, LaunchError, UsageError
from sweeprun.launchers.activity import activity_of
from sweeprun.launchers.registry import make_launcher
from sweeprun.runs.events import SILENT, Observer
from sweeprun.store.directory import RunDirectory
from sweeprun.store.manifest import read_manifest
from sweeprun.store.snapshot import STATE_ORDER, TaskState, take_snapshot
from sweeprun.store.submissions import Submission
from sweeprun.store.trust import check_trusted
from sweeprun.wording import Command, flag

_SILENT_SECONDS = 1.0
_DONE = (TaskState.SUCCEEDED, TaskState.EXCLUDED)
"""Tasks in these states are not tried again, as failed ones may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """What was stopped of a run.

    Attributes
    ----------
    run
        The run.
    stopped
        How many tasks waited or ran, and were stopped; 0 if none did.
    """

    run: RunDirectory
    stopped: int

    def __str__(self) -> str:
        if not self.stopped:
            return "nothing waits or runs"
        tasks = "1 task" if self.stopped == 1 else f"{self.stopped} tasks"
        return f"cancelled {tasks}; go on later with: {Command('resume', self.run.shown())}"


def cancel_run(
    run: RunDirectory,
    tasks: TaskIds | None = None,
    *,
    whole_elements: bool = False,
    trust: bool = False,
    observer: Observer = SILENT,
) -> Cancelled:
    """Stop what waits or runs of a run, or only some tasks.

    Parameters
    ----------
    run, tasks
        The run, and the tasks; None for all.
    whole_elements
        Whether other tasks of the same array elements may be stopped with them.
    trust
        Whether the run, or a file in it, may be another user's.
    observer
        Hears if tasks have a moment to end.

    Raises
    ------
    LaunchError
        If what waits and runs can't be told.
    UsageError
        If none of the tasks does, others would be stopped with them, or the run is another user's, and not trusted.
    """
    if whole_elements and tasks is None:
        raise UsageError(f"{flag('whole_elements')} goes with {flag('tasks')}; without both, everything is cancelled")
    check_trusted(run, trust=trust, doing="it names what would be stopped")
    activity = activity_of(run)
    if activity.problem:
        raise LaunchError(f"what waits and runs can't be told: {activity.problem}")
    if tasks is not None:
        _check_tasks(run, tasks)
    states = _states(run)
    active = {submission.number: submission for submission, _ in activity.active_elements()}
    if not active or (states is not None and _are(states, *_DONE).all()):  # then workers are on their way out
        return Cancelled(run=run, stopped=0)
    cancelled: list[int] = []
    for submission in active.values():
        elements = None
        if tasks is not None:
            elements = _elements(activity, submission, tasks, whole=whole_elements)
            if not elements:
                continue
        with _told_while_waiting(submission, observer):
            make_launcher(submission.launcher).cancel(run, [submission], elements)
        cancelled += [
            task_id
            for other, index in activity.active_elements()
            if other is submission and (elements is None or index in elements)
            for task_id in (submission.array.tasks if index is None else submission.array.chunk(index))
        ]
    if not cancelled:
        raise UsageError(f"none of the tasks {tasks} waits or runs; see `{Command('status', run.shown())}`")
    return Cancelled(run=run, stopped=_unended(cancelled, _states(run)))


@contextmanager
def _told_while_waiting(submission: Submission, observer: Observer) -> Iterator[None]:
    """Say how long tasks have to end, if that is waited for."""
    seconds = submission.launcher.get("warning_seconds", GRACE_SECONDS)
    timer = Timer(_SILENT_SECONDS, observer.note, [f"tasks that run have {seconds:g} s to end …"])
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _states(run: RunDirectory) -> np.ndarray | None:
    """The states of all tasks; None if the run can't be read, which keeps nobody from stopping it."""
    try:
        return take_snapshot(run).states
    except FormatError:
        return None


def _are(states: np.ndarray, *wanted: TaskState) -> np.ndarray:
    return np.isin(states, [STATE_ORDER.index(state) for state in wanted])


def _unended(task_ids: Iterable[int], states: np.ndarray | None) -> int:
    """How many of some tasks have not ended."""
    ids = np.fromiter(task_ids, int)
    if states is None:
        return len(ids)
    return int(np.count_nonzero(~_are(states[ids[ids < len(states)]], *_DONE, TaskState.FAILED)))


def _check_tasks(run: RunDirectory, tasks: TaskIds) -> None:
    count = len(read_manifest(run).table)
    wrong = [task_id for ids in tasks.ranges for task_id in (ids[0], ids[-1]) if task_id >= count]
    if wrong or not tasks:
        raise UsageError(f"{flag('tasks')} {tasks or repr('')}: this run has the tasks 0-{count - 1}")


def _elements(activity: Any, submission: Any, tasks: TaskIds, *, whole: bool) -> set[int]:
    """The waiting or running elements of some tasks.

    Raises
    ------
    UsageError
        If they hold other tasks as well, and that wasn't said to be right.
    """
    indices = {submission.array.element_of(task_id) for task_id in tasks} - {None}
    elements = {index for index in indices if activity.is_active(submission.number, index)}
    others = TaskIds.of(
        task_id for index in elements for task_id in submission.array.chunk(index) if task_id not in tasks
    )
    if others and not whole:
        raise UsageError(
            f"the same array elements run the tasks {others} as well, and an element is cancelled as a whole; "
            f"name all of them, or add {flag('whole_elements').to(True)}"
        )
    return elements
