"""The state of every task, derived from what lies on disk. Looking never changes anything."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from sweeprun.store.directory import RunDirectory
from sweeprun.store.manifest import Manifest, read_manifest
from sweeprun.store.records import Outcome
from sweeprun.store.shards import ShardContents, read_shards
from sweeprun.store.workers import read_beats, read_exits


class TaskState(Enum):
    """Where a task stands; derived, never stored."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    LOST = "lost"


STATE_ORDER = tuple(TaskState)
"""The order in which states are counted and coded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BestRecords:
    """For every task the record that counts: a success before a failure, then the latest attempt.

    Attributes
    ----------
    shard, batch, row
        Where it is, for each task; ``shard`` is -1 where a task has none. Shape ``(tasks,)`` each.
    outcome
        1 succeeded, 0 failed, -1 none. Shape ``(tasks,)``.
    unsound
        ``(file name, task_id)`` of the records whose checksum is wrong.
    foreign
        How many sound records name a task that the run doesn't have.
    """

    shard: np.ndarray
    batch: np.ndarray
    row: np.ndarray
    outcome: np.ndarray
    unsound: tuple[tuple[str, int], ...]
    foreign: int


def choose_records(shards: Sequence[ShardContents], tasks: int) -> BestRecords:
    """Choose the record that counts for every task, out of everything that was read."""
    shard_of = np.full(tasks, -1, dtype=np.int32)
    batch_of = np.zeros(tasks, dtype=np.int32)
    row_of = np.zeros(tasks, dtype=np.int32)
    outcome = np.full(tasks, -1, dtype=np.int8)
    attempt = np.zeros(tasks, dtype=np.int64)
    unsound: list[tuple[str, int]] = []
    foreign = 0
    for s, shard in enumerate(shards):
        for b, batch in enumerate(shard.batches):
            ids = batch.columns["task_id"]
            sound = batch.sound()
            unsound.extend((shard.path.name, int(task_id)) for task_id in ids[~sound])
            known = (ids >= 0) & (ids < tasks)
            foreign += int(np.count_nonzero(sound & ~known))
            rows = np.flatnonzero(sound & known)
            ids = ids[rows]
            if (np.diff(ids) <= 0).any():  # where a task is there twice, the last assignment below must be the best
                rows = rows[np.lexsort((batch.columns["attempt"][rows], -batch.columns["outcome"][rows]))]
                ids = batch.columns["task_id"][rows]
            success = (batch.columns["outcome"][rows] == Outcome.SUCCEEDED.value).astype(np.int8)
            attempts = batch.columns["attempt"][rows].astype(np.int64)
            better = (success > outcome[ids]) | ((success == outcome[ids]) & (attempts > attempt[ids]))
            ids, rows = ids[better], rows[better]
            shard_of[ids], batch_of[ids], row_of[ids] = s, b, rows
            outcome[ids], attempt[ids] = success[better], attempts[better]
    return BestRecords(
        shard=shard_of, batch=batch_of, row=row_of, outcome=outcome, unsound=tuple(unsound), foreign=foreign
    )


def task_states(run: RunDirectory, best: BestRecords) -> np.ndarray:
    """The state of every task as an index into `STATE_ORDER`; shape ``(tasks,)``."""
    states = np.full(len(best.outcome), STATE_ORDER.index(TaskState.PENDING), dtype=np.int8)
    beats = [(beat.task_id, beat.is_alive()) for beat in read_beats(run)]
    lost = {noted.task_id for noted in read_exits(run)} | {task_id for task_id, alive in beats if alive is False}
    running = {task_id for task_id, alive in beats if alive is not False}
    for task_ids, state in ((lost, TaskState.LOST), (running, TaskState.RUNNING)):
        known = [task_id for task_id in task_ids if task_id is not None and task_id < len(states)]
        states[known] = STATE_ORDER.index(state)
    states[best.outcome == 1] = STATE_ORDER.index(TaskState.SUCCEEDED)
    states[best.outcome == 0] = STATE_ORDER.index(TaskState.FAILED)
    return states


def count_states(states: Iterable[int]) -> dict[TaskState, int]:
    """How many tasks are in each state, in the order of the states."""
    counts = Counter(int(state) for state in states)
    return {state: counts[i] for i, state in enumerate(STATE_ORDER)}


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
    """

    run: RunDirectory
    manifest: Manifest
    shards: tuple[ShardContents, ...]
    best: BestRecords
    states: np.ndarray

    def counts(self) -> dict[TaskState, int]:
        """How many tasks are in each state."""
        return count_states(self.states)


def take_snapshot(run: RunDirectory) -> Snapshot:
    """Read a run, once for all that is asked of it.

    Raises
    ------
    FormatError
        If it can't be read.
    """
    manifest = read_manifest(run)
    shards = tuple(read_shards(run.shards))
    best = choose_records(shards, len(manifest.table))
    return Snapshot(run=run, manifest=manifest, shards=shards, best=best, states=task_states(run, best))
