"""Failed and lost tasks, grouped by what went wrong."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sweeprun.errors import FormatError
from sweeprun.results.dtypes import encodable_text
from sweeprun.results.layout_groups import chosen_rows
from sweeprun.store.records import Failure
from sweeprun.store.snapshot import STATE_ORDER, Snapshot, TaskState
from sweeprun.store.workers import Beat, read_beats, read_exits

if TYPE_CHECKING:
    import pandas as pd

_KEPT_IDS = 20
_NUMBER = re.compile(r"0x[0-9a-fA-F]+|[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedTask:
    """One task that has no result.

    Attributes
    ----------
    kind
        The name of its exception, or how its worker ended.
    message
        What the exception said.
    traceback
        As Python prints it; empty for a lost task.
    """

    task_id: int
    kind: str
    message: str
    traceback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureGroup:
    """Tasks that failed in the same way.

    Attributes
    ----------
    kind, message, traceback
        Those of the first.
    count
        How many tasks.
    task_ids
        The first of them.
    """

    kind: str
    message: str
    traceback: str
    count: int
    task_ids: tuple[int, ...]


def failures_of(snapshot: Snapshot) -> list[FailureGroup]:
    """The failed and lost tasks of a run, the largest group first."""
    return group_failures(failed_tasks(snapshot))


def failure_table(snapshot: Snapshot) -> "pd.DataFrame":
    """The failed and lost tasks of a run by their ids: their coordinates, and the error, message and traceback."""
    import pandas as pd

    failed = sorted(failed_tasks(snapshot), key=lambda task: task.task_id)
    table = snapshot.manifest.table
    columns: dict[str, list[Any]] = {encodable_text(axis.name): [] for axis in table.blocks[0].design.axes}
    for task in failed:
        labels = table.task(task.task_id).coordinates.values()
        for column, label in zip(columns.values(), labels, strict=True):
            column.append(encodable_text(label) if isinstance(label, str) else label)
    told = {"error": [task.kind for task in failed], "message": [task.message for task in failed]}
    for name, texts in (told | {"traceback": [task.traceback for task in failed]}).items():
        columns[name if name not in columns else f"{name}_"] = list(map(encodable_text, texts))
    return pd.DataFrame(columns, index=pd.Index([task.task_id for task in failed], name="task_id", dtype="int64"))


def group_failures(failed: Iterable[FailedTask]) -> list[FailureGroup]:
    """Group tasks by kind and the first line of the message, whose numbers don't count; the largest group first."""
    groups: dict[tuple[str, str], list[FailedTask]] = {}
    for task in sorted(failed, key=lambda task: task.task_id):
        groups.setdefault((task.kind, _pattern(task.message)), []).append(task)
    found = [
        FailureGroup(
            kind=tasks[0].kind,
            message=tasks[0].message,
            traceback=tasks[0].traceback,
            count=len(tasks),
            task_ids=tuple(task.task_id for task in tasks[:_KEPT_IDS]),
        )
        for tasks in groups.values()
    ]
    return sorted(found, key=lambda group: (-group.count, group.task_ids))


def _pattern(message: str) -> str:
    first, _, _ = message.partition("\n")
    return _NUMBER.sub("#", first)


def failed_tasks(snapshot: Snapshot) -> Iterator[FailedTask]:
    """All failed and lost tasks of a run."""
    best = snapshot.best
    for batch, task_ids, rows in chosen_rows(snapshot.shards, best, best.outcome == 0):
        for task_id, row in zip(task_ids, rows, strict=True):
            failure = _failure(batch.payload(row))
            yield FailedTask(
                task_id=int(task_id), kind=failure.type, message=failure.message, traceback=failure.traceback
            )
    yield from _lost_tasks(snapshot)


def _failure(payload: bytes) -> Failure:
    try:
        return Failure.decode(payload)
    except FormatError as error:
        return Failure(type="unknown", message=str(error), traceback="")


def lost_reasons(snapshot: Snapshot) -> dict[int, str]:
    """Why tasks were lost, and with which worker, as far as anybody saw it; empty if nobody did."""
    found = {beat.task_id: _element_reason(snapshot, beat) for beat in read_beats(snapshot.run)}
    found |= {noted.task_id: noted.reason() for noted in read_exits(snapshot.run)}
    return {task_id: reason for task_id, reason in found.items() if task_id is not None}


def lost_with(snapshot: Snapshot, task_id: int) -> str:
    """The worker that a task was last lost with; its name has the host and the process."""
    workers = [beat.worker for beat in read_beats(snapshot.run) if beat.task_id == task_id]
    workers += [noted.worker for noted in read_exits(snapshot.run) if noted.task_id == task_id]
    return workers[-1] if workers else ""


def _lost_tasks(snapshot: Snapshot) -> Iterator[FailedTask]:
    reasons = lost_reasons(snapshot)
    lost = np.flatnonzero(snapshot.states == STATE_ORDER.index(TaskState.LOST))
    for task_id in map(int, lost):
        reason = reasons.get(task_id)
        kind = f"lost: {reason}" if reason else "lost"
        message = "its worker ended before it did" if reason else "its worker is gone, and nobody saw it end"
        yield FailedTask(task_id=task_id, kind=kind, message=message, traceback="")


def _element_reason(snapshot: Snapshot, beat: Beat) -> str:
    """How the element of a worker ended that left its beat behind, as far as its launcher says."""
    element = snapshot.activity.element(beat.place.submission, beat.place.index)
    return element.reason if element is not None else ""
