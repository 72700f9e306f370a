"""Collect: the records of a run as one labelled Dataset, also while the run is going."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
import xarray as xr

from sweeprun.errors import FormatError, SweeprunError, UsageError
from sweeprun.results.layout_groups import chosen_rows
from sweeprun.results.notes import Note
from sweeprun.results.plan import Plan, plan_of
from sweeprun.results.variables import VariableError, disagreement
from sweeprun.store.directory import RunDirectory
from sweeprun.store.payloads import Layout
from sweeprun.store.snapshot import Snapshot, TaskState, take_snapshot
from sweeprun.wording import Command

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
        ``(shard, task_id)`` of records that were left out: their checksum is wrong, or nothing can read them.
    torn
        ``(shard, what)`` of shards of which not everything can be read.
    ends_torn
        Those of them that only end in the middle of something, as while a worker writes.
    refused
        Results that were left out because they can't be one variable: name -> why.
    notes
        What else is to be said of them.
    """

    dataset: xr.Dataset
    states: dict[TaskState, int]
    unsound: tuple[tuple[str, int], ...]
    torn: tuple[tuple[str, str], ...]
    ends_torn: frozenset[str]
    refused: dict[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


def collect_run(run: RunDirectory) -> Collected:
    """Merge all that a run has recorded so far, as `collect_snapshot` does."""
    return collect_snapshot(take_snapshot(run))


def collect_snapshot(
    snapshot: Snapshot, only: Collection[str] | None = None, *, again: Command | None = None, tolerance: float = 0.0
) -> Collected:
    """Merge all that a run had recorded when somebody looked.

    Tasks that failed, were lost or are pending are NaN, NaT or ``""``; the coordinates ``task_id``, ``state`` and
    ``seconds`` say so. Integers and booleans become floats only if something is missing.

    Parameters
    ----------
    snapshot
        The run.
    only
        The results that are wanted, which come with their coordinates; by default all.
    again
        What was called, and can be called again for those that can be collected; by default to collect.
    tolerance
        How far apart labels of dimensions that results have of their own may be that are one: that of the first task.

    Raises
    ------
    FormatError
        If the run can't be read.
    ResultError
        If two tasks returned what can't be one variable.
    UsageError
        If there is no such result; or if it would be huge, and next to nothing of it is there yet.
    """
    with _telling(snapshot):
        plan = plan_of(snapshot, only, tolerance=tolerance)
        with _agreeing(plan, again):
            check_padding(plan)
            return _collected(plan, plan.dataset())


def open_snapshot(
    snapshot: Snapshot,
    only: Collection[str] | None = None,
    *,
    all_is_read: bool = False,
    in_part: bool = False,
    again: Command | None = None,
) -> Collected:
    """The same, but values are read when they are indexed or computed with.

    Parameters
    ----------
    snapshot, only, again
        As of `collect_snapshot`.
    all_is_read
        Whether all values are going to be read, so that a huge Dataset of next to nothing is refused.
    in_part
        Whether results that can't be one variable are left out, and told, rather than an error.

    Raises
    ------
    FormatError, ResultError, UsageError
        As `collect_snapshot`.
    """
    with _telling(snapshot):
        plan = plan_of(snapshot, only)
        if not in_part:
            _check_agreement(plan, again)
        if all_is_read:
            check_padding(plan)
        return _collected(plan, plan.lazy_dataset())


def dataset_having(snapshot: Snapshot, names: Collection[str] | None, command: str = "collect") -> xr.Dataset:
    """The Dataset of a run; where some results are named, these are there whatever becomes of the others.

    Parameters
    ----------
    snapshot
        The run.
    names
        The results that are going to be read; None if all are.
    command
        The subcommand that has ``--variables``, for the message.

    Raises
    ------
    FormatError, ResultError, UsageError
        As `collect_snapshot`.
    """
    if names is not None:
        opened = open_snapshot(snapshot, in_part=True)
        if opened.refused.keys().isdisjoint(names):
            return opened.dataset
    return collect_snapshot(snapshot, names, again=Command(command, snapshot.run.shown())).dataset


def collect_compatible(snapshot: Snapshot, again: Command | None = None) -> Collected:
    """Merge each result that can be one variable; ``refused`` says why others can't, as integers that no float holds.

    Raises
    ------
    FormatError, UsageError
        As `collect_snapshot`.
    ResultError
        If no result can.
    """
    refused: dict[str, str] = {}
    names: list[str] | None = None
    with _telling(snapshot):
        while True:
            plan = plan_of(snapshot, names)
            refused |= plan.results.refused
            check_padding(plan)
            if refused and not plan.collectable:
                raise disagreement(refused, (), again or _collect(snapshot))
            try:
                return replace(_collected(plan, plan.dataset()), refused=refused)
            except VariableError as error:  # which is seen only when values are read
                refused[error.name] = error.why
                names = [name for name in plan.collectable if name not in refused]


def stream_snapshot(
    snapshot: Snapshot,
    write: Callable[[Plan], None],
    only: Collection[str] | None = None,
    *,
    again: Command | None = None,
    tolerance: float = 0.0,
) -> Collected:
    """The same, written stretch by stretch as it is read; the Dataset is that of `open_snapshot`.

    Parameters
    ----------
    snapshot, only, again, tolerance
        As of `collect_snapshot`.
    write
        Writes what a plan describes, with no more in memory than a stretch of it.

    Raises
    ------
    FormatError, ResultError, UsageError
        As `collect_snapshot`; or what writing raises.
    """
    with _telling(snapshot):
        plan = plan_of(snapshot, only, tolerance=tolerance)
        with _agreeing(plan, again):
            check_padding(plan)
            write(plan)
            return _collected(plan, plan.lazy_dataset())


def _collect(snapshot: Snapshot) -> Command:
    return Command("collect", snapshot.run.shown())


def _check_agreement(plan: Plan, again: Command | None) -> None:
    """Refuse what can't be collected whole."""
    if plan.refused:
        raise disagreement(plan.refused, plan.collectable, again or _collect(plan.snapshot))


@contextmanager
def _agreeing(plan: Plan, again: Command | None) -> Iterator[None]:
    """The same, also if it is seen only when values are read."""
    _check_agreement(plan, again)
    try:
        yield
    except VariableError as error:
        others = [name for name in plan.collectable if name != error.name]
        raise disagreement({error.name: error.why}, others, again or _collect(plan.snapshot)) from error


def _collected(plan: Plan, dataset: xr.Dataset) -> Collected:
    """A Dataset, with what could not be read of the run, or not be one variable."""
    snapshot = plan.snapshot
    return Collected(
        dataset=dataset,
        states=snapshot.counts(),
        unsound=snapshot.best.unsound,
        torn=tuple((shard.path.name, shard.torn) for shard in snapshot.shards if shard.torn is not None),
        ends_torn=frozenset(shard.path.name for shard in snapshot.shards if shard.only_tail),
        refused=plan.results.refused,
        notes=plan.notes,
    )


def has_results(snapshot: Snapshot) -> bool:
    """Whether any task returned anything."""
    batches = chosen_rows(snapshot.shards, snapshot.best, snapshot.best.outcome == 1)
    texts = (batch.layouts[number] for batch, _, rows in batches for number in np.unique(batch.columns["layout"][rows]))
    return any(Layout.from_json(text).variables for text in texts)


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
            f"missing values. {_what_works(plan)} a table, which pads nothing: results.parquet"
        )


def _what_works(plan: Plan) -> str:
    """What can be done about a Dataset that is too large."""
    counts, dimensions = plan.snapshot.counts(), plan.results.dimensions
    if counts[TaskState.PENDING] or counts[TaskState.RUNNING] or not dimensions:
        return "Collect when more tasks have ended, or into"
    dim, longest = max(dimensions.items(), key=lambda item: item[1].length)
    if longest.aligned:
        return (
            f"Tasks have {longest.length} different labels of {dim!r}: return values on a common grid, or collect into"
        )
    return f"Of {dim!r}, one task has {longest.length} values: collect into"


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
