"""The state of every task, derived from what lies on disk. Looking never changes anything."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from sweeprun.errors import UnreadableError
from sweeprun.store.activity import Activity, ElementState
from sweeprun.store.directory import RunDirectory
from sweeprun.store.manifest import Manifest, read_manifest
from sweeprun.store.payloads import known_layout
from sweeprun.store.records import Outcome, Record
from sweeprun.store.shards import Batch, ShardContents, read_shards
from sweeprun.store.workers import Beat, read_beats, read_exits


class TaskState(Enum):
    """Where a task stands; derived, never stored."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    LOST = "lost"
    EXCLUDED = "excluded"


STATE_ORDER = tuple(TaskState)
"""The order in which states are counted and coded."""


_COMPLETE = 127
"""The grade of a success with all that its task returned; of others less by the number of what was left out."""

_SUBMISSION = re.compile("(0|[1-9][0-9]{0,8})[.]")
"""What the name of a shard begins with."""

_NOTHING = 1
"""The grade of a success whose task returned nothing at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BestRecords:
    """For every task the record that counts: a success before a failure, the most complete one, then the latest.

    Attributes
    ----------
    shard, batch, row
        Where it is, for each task; ``shard`` is -1 where a task has none. Shape ``(tasks,)`` each.
    outcome
        1 succeeded, 0 failed, -1 none. Shape ``(tasks,)``.
    incomplete
        Whether it succeeded, and something that it returned could not be stored. Shape ``(tasks,)``.
    empty
        Whether it succeeded, and returned nothing at all. Shape ``(tasks,)``.
    last_attempt
        The highest number of an attempt in a sound record; 0 if there is none.
    unsound
        ``(file name, task_id)`` of the records whose checksum is wrong, or of which nothing can be read.
    foreign
        How many sound records name a task that the run doesn't have.
    """

    shard: np.ndarray
    batch: np.ndarray
    row: np.ndarray
    outcome: np.ndarray
    incomplete: np.ndarray
    empty: np.ndarray
    last_attempt: int
    unsound: tuple[tuple[str, int], ...]
    foreign: int


def submission_of(shard: Path) -> int | None:
    """The number of the submission whose worker wrote a shard, as its name says; None if it doesn't."""
    match = _SUBMISSION.match(shard.name)
    return int(match[1]) if match else None


def choose_records(shards: Sequence[ShardContents], tasks: int) -> BestRecords:
    """Choose the record that counts for every task, out of everything that was read."""
    shard_of = np.full(tasks, -1, dtype=np.int32)
    batch_of = np.zeros(tasks, dtype=np.int32)
    row_of = np.zeros(tasks, dtype=np.int32)
    grade = np.full(tasks, -1, dtype=np.int8)
    attempt = np.zeros(tasks, dtype=np.int64)
    unsound: list[tuple[str, int]] = []
    foreign = last_attempt = 0
    for s, shard in enumerate(shards):
        for b, batch in enumerate(shard.batches):
            ids = batch.columns["task_id"]
            sound, grades = _looked_at(batch)
            unsound.extend((shard.path.name, int(task_id)) for task_id in ids[~sound])
            known = (ids >= 0) & (ids < tasks)
            foreign += int(np.count_nonzero(sound & ~known))
            rows = np.flatnonzero(sound & known)
            ids = ids[rows]
            last_attempt = max(last_attempt, int(batch.columns["attempt"][rows].max(initial=0)))
            grades = grades[rows]
            attempts = batch.columns["attempt"][rows].astype(np.int64)
            if (np.diff(ids) <= 0).any():  # where a task is there twice, the last assignment below must be the best
                order = np.lexsort((attempts, grades))
                rows, ids, grades, attempts = rows[order], ids[order], grades[order], attempts[order]
            better = (grades > grade[ids]) | ((grades == grade[ids]) & (attempts > attempt[ids]))
            ids, rows = ids[better], rows[better]
            shard_of[ids], batch_of[ids], row_of[ids] = s, b, rows
            grade[ids], attempt[ids] = grades[better], attempts[better]
    return BestRecords(
        shard=shard_of,
        batch=batch_of,
        row=row_of,
        outcome=np.sign(grade),
        incomplete=(grade > _NOTHING) & (grade < _COMPLETE),
        empty=grade == _NOTHING,
        last_attempt=last_attempt,
        unsound=tuple(unsound),
        foreign=foreign,
    )


@lru_cache(maxsize=2**16)
def _form(text: str) -> tuple[int, int]:
    """How long the payloads of a layout are (`_ANY` if that differs), and what a success with it lacks in its grade."""
    layout = known_layout(text)
    if layout is None:
        return _UNREADABLE, 0
    if layout.is_empty:
        return 0, _COMPLETE - _NOTHING
    dtype = layout.dtype
    return _ANY if dtype is None else dtype.itemsize, min(len(layout.left_out), _COMPLETE - _NOTHING - 1)


_ANY, _UNREADABLE = -1, -2


def _looked_at(batch: Batch) -> tuple[np.ndarray, np.ndarray]:
    """Of each record whether it is what was written, and can be read; and its grade, which is 0 for a failure."""
    succeeded = batch.columns["outcome"] == Outcome.SUCCEEDED.value
    lengths, lacking = np.array([_form(text) for text in batch.layouts] or [(_UNREADABLE, 0)]).T
    numbers: Any = 0 if len(lengths) == 1 else np.clip(batch.columns["layout"], 0, len(lengths) - 1)
    expected = lengths[numbers]  # a number out of range is not sound
    readable = batch.sound() & (~succeeded | (expected == _ANY) | (expected == np.diff(batch.offsets)))
    grades = succeeded.astype(np.int8) * np.int8(_COMPLETE)
    if lacking.any():
        grades -= (succeeded * lacking[numbers]).astype(np.int8)
    return readable, grades


def task_states(
    run: RunDirectory, best: BestRecords, activity: Activity, selected: np.ndarray | None = None
) -> np.ndarray:
    """The state of every task as an index into `STATE_ORDER`; shape ``(tasks,)``.

    Parameters
    ----------
    run, best, activity
        The run, the records that count, and what launchers know.
    selected
        Which tasks are run, shape ``(tasks,)``; by default all.
    """
    written = tuple(read_beats(run))
    beats = _live(written, activity)
    lost = {
        noted.task_id
        for noted in read_exits(run)
        if noted.task_id is not None
        and not noted.retried
        and not activity.runs_again(noted.task_id, after=noted.place.submission)
    } | {
        beat.task_id
        for beat in written
        if beat not in beats
        and beat.task_id is not None
        and not activity.runs_again(beat.task_id, after=beat.place.submission - 1)
    }
    running = {beat.task_id for beat in beats if beat.task_id is not None}
    running |= {task.task_id for task in activity.running if 0 <= task.task_id < len(best.outcome)}
    states = np.full(len(best.outcome), STATE_ORDER.index(TaskState.PENDING), dtype=np.int8)
    _mark(states, lost, TaskState.LOST)
    if selected is not None:
        states[~selected] = STATE_ORDER.index(TaskState.EXCLUDED)
    states[best.outcome == 0] = STATE_ORDER.index(TaskState.FAILED)
    _mark(states, running, TaskState.RUNNING)
    states[best.outcome == 1] = STATE_ORDER.index(TaskState.SUCCEEDED)
    return states


def _mark(states: np.ndarray, task_ids: Iterable[int], state: TaskState) -> None:
    states[[task_id for task_id in task_ids if task_id < len(states)]] = STATE_ORDER.index(state)


def live_beats(run: RunDirectory, activity: Activity) -> tuple[Beat, ...]:
    """The beats of workers that run, as far as that can be told: those of hosts that can't be asked count as well."""
    return _live(tuple(read_beats(run)), activity)


def _live(beats: Sequence[Beat], activity: Activity) -> tuple[Beat, ...]:
    newest: dict[tuple[int, int | None], int] = {}
    for beat in beats:
        key = (beat.place.submission, beat.place.index)
        newest[key] = max(newest.get(key, 0), beat.place.attempt)
    return tuple(
        beat
        for beat in beats
        if _is_alive(beat, activity, newest=beat.place.attempt == newest[(beat.place.submission, beat.place.index)])
    )


def _is_alive(beat: Beat, activity: Activity, *, newest: bool) -> bool:
    """Whether a worker runs: its process is there, or its launcher says that its element runs."""
    alive = beat.process.is_alive()
    if alive is not None:
        return alive
    state = activity.state(beat.place.submission, beat.place.index)
    return state is None or (state is ElementState.RUNNING and newest)


def count_states(states: Sequence[int] | np.ndarray) -> dict[TaskState, int]:
    """How many tasks are in each state, in the order of the states."""
    return {state: int(np.count_nonzero(np.asarray(states) == i)) for i, state in enumerate(STATE_ORDER)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All that a run had on disk when somebody looked.

    Attributes
    ----------
    run, manifest, shards
        The run, and what was read of it.
    best
        The record that counts for each task.
    states
        The state of each task as an index into `STATE_ORDER`; shape ``(tasks,)``.
    activity
        What launchers know of the run's elements.
    revealed
        Keys and results that are written and shown although their names say that they are secret.
    """

    run: RunDirectory
    manifest: Manifest
    shards: tuple[ShardContents, ...]
    best: BestRecords
    states: np.ndarray
    activity: Activity
    revealed: frozenset[str] = frozenset()

    def record(self, task_id: int) -> Record | None:
        """The record of a task that counts; None if there is none."""
        best = self.best
        if best.shard[task_id] < 0:
            return None
        batch = self.shards[int(best.shard[task_id])].batches[int(best.batch[task_id])]
        return batch.record(int(best.row[task_id]))

    def submission_of(self, task_id: int) -> int:
        """The number of the submission whose worker made the record of a task that counts; 0 if that isn't known."""
        shard = int(self.best.shard[task_id])
        return 0 if shard < 0 else submission_of(self.shards[shard].path) or 0

    def ended(self) -> float | None:
        """When the last attempt ended of which there is a record (Unix time, seconds); None if there is no record."""
        columns = [batch.columns for shard in self.shards for batch in shard.batches if len(batch)]
        return max((float((column["started"] + column["seconds"]).max()) for column in columns), default=None)

    @property
    def total(self) -> int:
        """How many tasks are to be run: all but those that are excluded."""
        return len(self.states) - self.counts()[TaskState.EXCLUDED]

    @property
    def complete(self) -> bool:
        """Whether all of them succeeded."""
        return self.counts()[TaskState.SUCCEEDED] == self.total

    @property
    def has_results(self) -> bool:
        """Whether any of them succeeded."""
        return bool((self.best.outcome == 1).any())

    @property
    def incomplete(self) -> int:
        """How many of those that succeeded returned something that could not be stored."""
        return int(np.count_nonzero(self.best.incomplete))

    @property
    def empty(self) -> int:
        """How many of them returned nothing, if others of the run returned something."""
        count = int(np.count_nonzero(self.best.empty))
        return count if count < np.count_nonzero(self.best.outcome == 1) else 0

    @property
    def lacks_something(self) -> bool:
        """Whether tasks that succeeded should have returned more, as far as can be told."""
        return bool(self.incomplete or self.empty)

    def counts(self) -> dict[TaskState, int]:
        """How many tasks are in each state."""
        return count_states(self.states)


def take_snapshot(
    run: RunDirectory, activity: Activity | None = None, read: Callable[[Path], Iterable[ShardContents]] = read_shards
) -> Snapshot:
    """Read a run, once for all that is asked of it.

    Parameters
    ----------
    run
        The run.
    activity
        What launchers know of its elements; by default nothing.
    read
        Reads all shards in a directory.

    Raises
    ------
    FormatError
        If it can't be read, or one of its shards can't: whatever was said of the run would be wrong.
    """
    activity = activity or Activity()
    manifest = read_manifest(run)
    shards = tuple(read(run.shards))
    _check_readable(shards)
    best = choose_records(shards, len(manifest.table))
    table = manifest.table
    states = task_states(run, best, activity, table.selected_mask() if table.selection else None)
    return Snapshot(run=run, manifest=manifest, shards=shards, best=best, states=states, activity=activity)


def _check_readable(shards: Sequence[ShardContents]) -> None:
    unreadable = [shard for shard in shards if shard.unreadable]
    if not unreadable:
        return
    first = unreadable[0]
    others = f" (nor can {len(unreadable) - 1} more files of records)" if unreadable[1:] else ""
    raise UnreadableError(
        f"{first.torn}{others}, so it is not known which tasks are done; if it is lost for good, move it out of "
        f"{first.path.parent}: what no other file has then counts as not run"
    )
