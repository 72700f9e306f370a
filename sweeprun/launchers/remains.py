"""What a worker leaves that did not end in order: what it recorded, and the task that it was on."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sweeprun.launchers.pool_worker import PoolWorker
from sweeprun.store.directory import RunDirectory
from sweeprun.store.workers import read_beat


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """What a worker leaves.

    Attributes
    ----------
    recorded
        The tasks in its shard: for each attempt whether it succeeded.
    task_id
        The task that it was on; None if it was on none.
    """

    recorded: Mapping[int, tuple[bool, ...]]
    task_id: int | None

    @property
    def attempts(self) -> tuple[bool, ...]:
        """Of the task that it was on: whether its attempts there succeeded."""
        return () if self.task_id is None else self.recorded.get(self.task_id, ())


def read_remains(run: RunDirectory, worker: PoolWorker, *, lost: bool = False) -> Remains:
    """What a worker leaves that has ended; if it could not write what it must, it has said what it was on.

    Parameters
    ----------
    run, worker
        The run and the worker.
    lost
        Whether nothing is known of its end. Then its beat may be old, and only a turn of one task says what it was on.
    """
    if worker.name is None:
        return Remains(recorded={}, task_id=None)
    recorded: dict[int, tuple[bool, ...]] = {}
    for task_id, succeeded in _outcomes(run.shard(worker.name)):
        recorded[task_id] = (*recorded.get(task_id, ()), succeeded)
    return Remains(recorded=recorded, task_id=_task_of(run, worker, worker.name, lost=lost))


def _task_of(run: RunDirectory, worker: PoolWorker, name: str, *, lost: bool) -> int | None:
    """The task that a worker was on."""
    if worker.broken is not None:
        return worker.broken.task_id
    if lost:
        return next(iter(worker.assigned)) if len(worker.assigned) == 1 else None
    beat = read_beat(run.beat(name))
    return None if beat is None else beat.task_id


def _outcomes(path: Path) -> list[tuple[int, bool]]:
    """The tasks in a shard, and whether they succeeded."""
    from sweeprun.store.shards import fit_in_memory, read_shard  # only now: it imports NumPy and pyarrow

    return list(read_shard(path, in_memory=fit_in_memory([path])).outcomes())
