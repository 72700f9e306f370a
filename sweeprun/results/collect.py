"""Collect: the records of a run as one labelled Dataset, also while the run is going."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from sweeprun.errors import FormatError, SweeprunError, UsageError
from sweeprun.results.plan import Plan, plan_of
from sweeprun.store.directory import RunDirectory
from sweeprun.store.states import Snapshot, TaskState, take_snapshot

_MOST_BYTES = 2**30
_MOST_PADDING = 1000
"""So many times what was returned may a Dataset have, if it is larger than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """A collected run.

    Attributes
    ----------
    dataset
        Dims: the axes in their order, then those of the outputs.
    states
        How many tasks are in each state.
    unsound
        ``(shard, task_id)`` of records that were left out because their checksum is wrong.
    torn
        ``(shard, what)`` of shards of which not everything can be read.
    ends_torn
        Those of them that only end in the middle of something, as while a worker writes.
    """

    dataset: xr.Dataset
    states: dict[TaskState, int]
    unsound: tuple[tuple[str, int], ...]
    torn: tuple[tuple[str, str], ...]
    ends_torn: frozenset[str]


def collect_run(run: RunDirectory) -> Collected:
    """Merge all that a run has recorded so far, as `collect_snapshot` does."""
    return collect_snapshot(take_snapshot(run))


def collect_snapshot(snapshot: Snapshot) -> Collected:
    """Merge all that a run had recorded when somebody looked.

    Tasks that failed, were lost or are pending are NaN, NaT or ``""``; the coordinates ``task_id``, ``state`` and
    ``seconds`` say so. Integers and booleans become floats only if something is missing.

    Raises
    ------
    FormatError
        If the run can't be read.
    ResultError
        If two tasks returned what can't be one variable.
    UsageError
        If it would be huge, and next to nothing of it is there yet.
    """
    with _telling(snapshot):
        plan = plan_of(snapshot)
        check_padding(plan)
        return collected(snapshot, plan.dataset())


def open_snapshot(snapshot: Snapshot, *, all_is_read: bool = False) -> Collected:
    """The same, but values are read when they are indexed or computed with.

    Parameters
    ----------
    snapshot
        The run.
    all_is_read
        Whether all values are going to be read, so that a huge Dataset of next to nothing is refused.

    Raises
    ------
    FormatError, ResultError, UsageError
        As `collect_snapshot`.
    """
    with _telling(snapshot):
        plan = plan_of(snapshot)
        if all_is_read:
            check_padding(plan)
        return collected(snapshot, plan.lazy_dataset())


def stream_snapshot(snapshot: Snapshot, path: Path) -> Collected:
    """The same as a Zarr store, with no more in memory than a stretch of it; the Dataset is that of `open_snapshot`.

    Raises
    ------
    FormatError, ResultError, UsageError
        As `collect_snapshot`; or the store can't be written.
    """
    from sweeprun.results.zarr_store import write_store

    with _telling(snapshot):
        plan = plan_of(snapshot)
        check_padding(plan)
        write_store(plan, path)
        return collected(snapshot, plan.lazy_dataset())


def collected(snapshot: Snapshot, dataset: xr.Dataset) -> Collected:
    """A Dataset, with what could not be read of the run."""
    shards = snapshot.shards
    return Collected(
        dataset=dataset,
        states=snapshot.counts(),
        unsound=snapshot.best.unsound,
        torn=tuple((shard.path.name, shard.torn) for shard in shards if shard.torn is not None),
        ends_torn=frozenset(shard.path.name for shard in shards if shard.only_tail),
    )


def check_padding(plan: Plan) -> None:
    """Refuse a Dataset of next to nothing but missing values that needs more memory than most machines have.

    Raises
    ------
    UsageError
        If it would be one.
    """
    given = sum(len(batch.data) for shard in plan.snapshot.shards for batch in shard.batches)
    if plan.nbytes > max(_MOST_BYTES, _MOST_PADDING * given):
        raise UsageError(
            f"the Dataset would have {plan.nbytes} bytes, and the results so far {given}: next to all of it would be "
            "missing values. Collect when more tasks have ended"
        )


@contextmanager
def _telling(snapshot: Snapshot) -> Iterator[None]:
    """Whatever a run directory of somebody else's makes fail is told as its fault."""
    try:
        yield
    except SweeprunError:
        raise
    except (ArithmeticError, LookupError, MemoryError, RecursionError, TypeError, ValueError) as error:
        raise FormatError(
            f"the records of {snapshot.run.path} can't be put together: {type(error).__name__}: {error}"
        ) from error
