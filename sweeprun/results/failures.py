"""Failed and lost tasks: where each stands and what went wrong, grouped by that, with what they have in common."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, islice
from typing import Any

import numpy as np

from sweeprun.errors import FormatError
from sweeprun.results.circumstances import circumstances_of
from sweeprun.results.coordinates import axis_columns, coordinates_text
from sweeprun.results.failed_task import FailedTask, FailureTexts
from sweeprun.results.failure_lines import SourceLine, told_of
from sweeprun.results.in_common import Column, Common, Population
from sweeprun.results.layout_groups import chosen_rows
from sweeprun.store.records import Failure, lost_failure
from sweeprun.store.snapshot import STATE_ORDER, Snapshot, TaskState
from sweeprun.store.workers import Beat, read_beats, read_exits

_KEPT_IDS = 20
_KEPT_TASKS = 5
_MOST_COMPARED = 20
_MOST_MESSAGES = 5
"""So many ids and tasks of a group are kept; so many groups are compared with other tasks; more different messages than
the last, of one exception on one line, make one group."""

MOST_COUNTED = 1000
"""So many different messages of one group are counted."""

_MOST_TASKS = 10**7
"""Of more tasks it isn't found out what failed ones have in common: that would take gigabytes."""

_NUMBER = re.compile(r"(?P<code>\bexit (?:code|status) -?\d+)|0x[0-9a-fA-F]+|[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureGroup:
    """Tasks that failed in the same way: with the same exception, on the same line.

    Attributes
    ----------
    kind, what, where, message, traceback
        Those of the first.
    count
        How many tasks.
    messages
        How many different messages they have; no more than `MOST_COUNTED` are counted.
    task_ids, tasks
        The first of them.
    common
        What they have in common that others don't; None if there is nothing to say.
    """

    kind: str
    what: str
    where: SourceLine | None = None
    message: str = ""
    traceback: str = ""
    count: int
    messages: int = 1
    task_ids: tuple[int, ...] = ()
    tasks: tuple[FailedTask, ...] = ()
    common: Common | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """The failed and lost tasks of a run.

    Attributes
    ----------
    count
        How many.
    groups
        By what went wrong, the largest first.
    common
        What all of them have in common, if they failed in several ways; None if there is nothing to say.
    axes
        The axes that tell tasks apart: those with more than one value.
    base
        The directory that the run was started in, which names of files are relative to.
    """

    count: int = 0
    groups: tuple[FailureGroup, ...] = ()
    common: Common | None = None
    axes: tuple[str, ...] = ()
    base: str = ""

    def __bool__(self) -> bool:
        return bool(self.groups)

    def coordinates(self, task: FailedTask) -> str:
        """Where a task stands, in one line."""
        return coordinates_text(task.coordinates, self.axes)

    def where(self, failure: FailedTask | FailureGroup) -> str:
        """The line where it failed, in short; an empty text if that isn't known."""
        return "" if failure.where is None else failure.where.shown(self.base)


@dataclass(slots=True)
class _Gathered:
    """Tasks that failed in one way, as they are found."""

    messages: set[str] = field(default_factory=set)
    task_ids: list[int] = field(default_factory=list)

    def add(self, said: str) -> None:
        """One of them said so."""
        if len(self.messages) < MOST_COUNTED:
            self.messages.add(said)


@dataclass(frozen=True, slots=True)
class _Compared:
    """The tasks that have ended, and what is known of them: the first kind that explains something counts."""

    task_ids: np.ndarray
    kinds: list[Population]

    def common(self, task_ids: np.ndarray) -> Common | None:
        """What some of them have in common."""
        places = np.searchsorted(self.task_ids, task_ids)
        return next((found for each in self.kinds if (found := each.common(places)) is not None), None)


class FailureReader:
    """Reads the failed and lost tasks of a run; what is secret in their texts and coordinates is masked.

    Parameters
    ----------
    snapshot
        The run, as it was when somebody looked.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._texts = FailureTexts(snapshot.run, snapshot.manifest, snapshot.revealed)
        self._lost = np.flatnonzero(snapshot.states == STATE_ORDER.index(TaskState.LOST))
        self._failed = snapshot.states == STATE_ORDER.index(TaskState.FAILED)

    @property
    def base(self) -> str:
        """The directory that the run was started in."""
        return self._texts.base

    @cached_property
    def task_ids(self) -> np.ndarray:
        """The failed and lost tasks, ascending."""
        return np.sort(np.concatenate([np.flatnonzero(self._failed), self._lost]))

    @cached_property
    def _reasons(self) -> dict[int, str]:
        return lost_reasons(self._snapshot)

    def failure(self, task_id: int) -> Failure:
        """What is kept of the failure of one of the tasks."""
        record = self._snapshot.record(task_id) if self._failed[task_id] else None
        return lost_failure(self._reasons.get(task_id, "")) if record is None else _failure(record.payload)

    def task(self, task_id: int) -> FailedTask:
        """One of the tasks."""
        return self._texts.task(task_id, self.failure(task_id))

    def read(self) -> Failures:
        """All of them, grouped, with what they have in common."""
        if not len(self.task_ids):
            return Failures()
        gathered = sorted(self._gathered().values(), key=lambda each: (-len(each.task_ids), min(each.task_ids)))
        compared = self._comparisons()
        groups = [self._group(each, compared if i < _MOST_COMPARED else None) for i, each in enumerate(gathered)]
        return Failures(
            count=len(self.task_ids),
            groups=tuple(groups),
            common=compared.common(self.task_ids) if len(groups) > 1 else None,
            axes=self._texts.axes,
            base=self._texts.base,
        )

    def _gathered(self) -> dict[Any, _Gathered]:
        """The tasks by how they failed."""
        ways: dict[tuple[str, SourceLine | None, str], _Gathered] = {}
        known: dict[bytes, _Gathered] = {}
        best = self._snapshot.best
        for batch, task_ids, rows in chosen_rows(self._snapshot.shards, best, self._failed):
            for task_id, row in zip(task_ids.tolist(), rows.tolist(), strict=True):
                payload = batch.payload(row)
                way = known.get(payload)
                if way is None:
                    failure = _failure(payload)
                    told = told_of(failure.type, failure.message, failure.traceback)
                    way = ways.setdefault((failure.type, told.where, _pattern(told.what)), _Gathered())
                    known = known if len(known) < 1000 else {}
                    known[payload] = way
                    way.add(told.what)
                way.task_ids.append(task_id)
        for task_id in self._lost.tolist():
            lost = self.failure(task_id)
            ways.setdefault((lost.type, None, ""), _Gathered()).task_ids.append(task_id)
        return _with_messages_joined(ways)

    def _group(self, gathered: _Gathered, compared: _Compared | None) -> FailureGroup:
        task_ids = sorted(gathered.task_ids)
        tasks = tuple(self.task(task_id) for task_id in task_ids[:_KEPT_TASKS])
        first = tasks[0]
        return FailureGroup(
            kind=first.kind,
            what=first.what,
            where=first.where,
            message=first.message,
            traceback=first.traceback,
            count=len(task_ids),
            messages=max(1, len(gathered.messages)),
            task_ids=tuple(task_ids[:_KEPT_IDS]),
            tasks=tasks,
            common=None if compared is None else compared.common(np.array(task_ids)),
        )

    def _comparisons(self) -> _Compared:
        """The tasks that have ended by their coordinates; and, if that explains nothing, by where and when they ran."""
        states = self._snapshot.states
        if len(states) > _MOST_TASKS:
            return _Compared(np.arange(0), [])
        succeeded = states == STATE_ORDER.index(TaskState.SUCCEEDED)
        ended = succeeded.copy()
        ended[self.task_ids] = True
        so_far = bool(np.count_nonzero(~ended) > np.count_nonzero(states == STATE_ORDER.index(TaskState.EXCLUDED)))
        task_ids = np.flatnonzero(ended)
        good = succeeded[task_ids]
        kinds: list[list[Column]] = [
            axis_columns(self._texts.masking.manifest.table, task_ids),
            circumstances_of(self._snapshot, task_ids),
        ]
        return _Compared(task_ids, [Population(columns, good, so_far=so_far) for columns in kinds])


def failures_of(snapshot: Snapshot) -> Failures:
    """The failed and lost tasks of a run."""
    return FailureReader(snapshot).read()


def _with_messages_joined(ways: dict[tuple[str, SourceLine | None, str], _Gathered]) -> dict[Any, _Gathered]:
    """One group for one exception on one line, if its messages are too many to be told apart."""
    lines: dict[Any, list[_Gathered]] = {}
    for (kind, where, _), gathered in ways.items():
        lines.setdefault((kind, where), []).append(gathered)
    joined: dict[Any, _Gathered] = {}
    for line, own in lines.items():
        if len(own) <= _MOST_MESSAGES:
            joined |= {(line, number): each for number, each in enumerate(own)}
        else:
            task_ids = [task_id for each in own for task_id in each.task_ids]
            said = set(islice(chain.from_iterable(each.messages for each in own), MOST_COUNTED))
            joined[line] = _Gathered(messages=said, task_ids=task_ids)
    return joined


def _pattern(what: str) -> str:
    """What messages of one way have in common: all but numbers that don't say what failed, as exit codes do."""
    return _NUMBER.sub(lambda found: found["code"] or "#", what)


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


def _element_reason(snapshot: Snapshot, beat: Beat) -> str:
    """How the element of a worker ended that left its beat behind, as far as its launcher says."""
    element = snapshot.activity.element(beat.place.submission, beat.place.index)
    return element.reason if element is not None else ""
