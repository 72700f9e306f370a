"""Batches of further members until results are precise enough, or a limit is reached."""

import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial

import xarray as xr

from sweeprun.design.axes import Axis
from sweeprun.design.extension import whole_grid
from sweeprun.errors import UsageError
from sweeprun.results.collect import dataset_having
from sweeprun.runs.events import SILENT, Observer
from sweeprun.runs.observe import is_active, missing_tasks, observe
from sweeprun.runs.stopping_rule import MoreMembers, Reached, Stop, StoppingRule
from sweeprun.statistics.dependence import members_along
from sweeprun.statistics.doubts import doubts_of
from sweeprun.statistics.ensembles import members_of
from sweeprun.statistics.interim import Look, look_at
from sweeprun.statistics.points import more_points, named_points
from sweeprun.statistics.rare_values import told_only_one_value
from sweeprun.statistics.spans import spans_in_seconds
from sweeprun.store.directory import RunDirectory
from sweeprun.store.looks import LookRecord, keep_look
from sweeprun.store.snapshot import Snapshot, TaskState
from sweeprun.wording import Command, flag, sweeper

Extend = Callable[[MoreMembers, Callable[[], None]], bool]
"""Extends a run by members, calls what it is given when the tasks are in it, and waits; whether they ended so."""


def extend_until(
    run: RunDirectory,
    rule: StoppingRule,
    extend: Extend,
    observer: Observer = SILENT,
) -> Reached:
    """Add members until the rule says to stop.

    Parameters
    ----------
    run, rule
        The run, and the rule.
    extend
        Extends the run by the members that it is given, calls what it is given when the tasks are in the run, and
        waits for them; whether they ended by themselves.
    observer
        Hears each look at the results.

    Raises
    ------
    UsageError
        If tasks of the run wait, run or were lost; the axis of its members can't be extended; or a result isn't finite,
        and is to be.
    """
    before: Look | None = None
    began: int | None = None
    while True:
        snapshot = observe(run)
        _check_ended(snapshot)
        dataset = spans_in_seconds(dataset_having(snapshot, [rule.target.variable]))
        over = _members_axis(dataset, rule)
        drawn = members_along(dataset, (over,), independent=rule.independent)
        if drawn.fixed_note:
            raise UsageError(f"{rule.target} over {over}: {drawn.fixed_note}")
        look = look_at(dataset, rule.target, over, independent=rule.independent, nan=rule.nan)
        for line in filter(None, (look.taken_note, look.widened_note)) if before is None else ():
            observer.note(line)
        members = dataset.sizes[over]
        began = members if began is None else began
        done = not look.more
        added = 0 if done else max(0, min(_batch(rule, look, members), rule.limit - members))
        stuck = before is not None and not done and not look.has_more_than(before)
        if stuck:
            _keep(run, rule, look, over, members, 0)
            raise UsageError(
                f"the last members brought no value of {rule.target.variable} where {rule.target} is open "
                f"({look.open_points} of {look.reached.size} points); see `{Command('status', run.shown())}`"
            )
        before = look
        observer.note(_described(rule, look, members, added))
        if not added:
            _keep(run, rule, look, over, members, 0)
            doubts = doubts_of(dataset, drawn, [rule.target.variable], rule.nan)
            alike = told_only_one_value(dataset, drawn, look.kinds)
            for line in (*_undetermined(look, dataset), *doubts, *alike):
                observer.warn(line)
            unfinished = Stop.UNDETERMINED if done else Stop.LIMIT
            return _reached(rule, unfinished if look.open_points else Stop.HOLDS, look, members, began)
        keep = partial(_keep, run, rule, look, over, members)
        if not _extended(extend, _more_members(_axis(snapshot, over), over, members + added), keep, added):
            return _reached(rule, Stop.INTERRUPTED, look, members + added, began)


def _reached(rule: StoppingRule, stop: Stop, look: Look, members: int, began: int) -> Reached:
    return Reached(
        rule=rule,
        stop=stop,
        members=members,
        added=members - began,
        open_points=look.open_points,
        points=int(look.reached.size),
    )


def _extended(extend: Extend, more: MoreMembers, keep: Callable[[int], None], added: int) -> bool:
    """Add members; the look that led to it is kept as soon as they are there, or says that none were added."""
    kept = []

    def note() -> None:
        kept.append(added)
        keep(added)

    try:
        return extend(more, note)
    finally:
        if not kept:
            keep(0)


def _members_axis(dataset: xr.Dataset, rule: StoppingRule) -> str:
    """The one axis that members are added to.

    Raises
    ------
    UsageError
        If there are several, or none.
    """
    names = [] if rule.over is None else [part for part in rule.over.split(",") if part]
    if len(names) > 1 and rule.over not in dataset.dims:
        raise UsageError(
            f"{flag('over')} is {rule.over}; {flag('until')} takes one axis, that of the members that are added, such "
            f"as {names[0]}"
        )
    (over,) = members_of(dataset, rule.over)
    return over


def _check_ended(snapshot: Snapshot) -> None:
    counts = snapshot.counts()
    waiting = counts[TaskState.PENDING] + counts[TaskState.LOST] + counts[TaskState.RUNNING]
    shown = snapshot.run.shown()
    if is_active(snapshot):
        raise UsageError(f"tasks of {shown} still wait or run; wait for them first: {Command('wait', shown)}")
    if waiting and missing_tasks(snapshot):
        raise UsageError(f"{waiting} tasks of {shown} have no result; run them first: {Command('resume', shown)}")


def _batch(rule: StoppingRule, look: Look, members: int) -> int:
    """How many members to add: as an early guess of what is needed may be far off, at most as many as there are."""
    return rule.batch if rule.batch is not None else min(look.more, max(members, 2))


def _axis(snapshot: Snapshot, over: str) -> Axis:
    for dimension in whole_grid(snapshot.manifest.table).dimensions:
        if dimension.name == over and dimension.joint is None:
            return dimension.axes[0]
    raise UsageError(f"{over!r} is no axis of this sweep that more members can be added to")


def _more_members(axis: Axis, over: str, count: int) -> MoreMembers:
    """So many members on an axis.

    Raises
    ------
    UsageError
        If it can't be told which values come next.
    """
    if over == "member":
        return MoreMembers(over=over, count=count)
    values = axis.values.continued(count)
    if values is None:
        raise UsageError(
            f"how {over}={axis.values.written()} goes on can't be told; only a range of whole numbers can be extended "
            f"until a target is reached, or {sweeper('members')}"
        )
    return MoreMembers(over=over, count=count, values=values)


def _keep(run: RunDirectory, rule: StoppingRule, look: Look, over: str, members: int, added: int) -> None:
    worst = look.worst
    keep_look(
        run,
        LookRecord(
            rule=str(rule.target),
            over=over,
            time=datetime.now(UTC).isoformat(timespec="seconds"),
            members=members,
            open_points=look.open_points,
            points=int(look.reached.size),
            worst=None if worst != worst else worst,  # noqa: PLR0124  # NaN
            added=added,
            interval=None if look.target.interval is None else look.target.interval.value,
            level=look.target.level,
            nan=rule.nan.value,
            independent=bool(rule.independent),
            undetermined_points=look.undetermined_points,
        ),
    )


def _undetermined(look: Look, dataset: xr.Dataset) -> Iterator[str]:
    """Which points more members would say nothing of, and why."""
    why = look.undetermined
    where = why.values != ""
    if where.any():
        points = named_points(dataset, list(map(str, why.dims)), where)
        named = "; ".join(f"{label or 'the only point'}: {why.values[place]}" for label, place in points)
        yield f"undetermined, so no members are added for it: {named}{more_points(int(where.sum()))}"


def _described(rule: StoppingRule, look: Look, members: int, added: int) -> str:
    total = int(look.reached.size)
    measure = f"{rule.target.measure.value}({rule.target.variable})"
    if not look.open_points:
        counts = look.count.values
        fewest = int(counts[counts > 0].min(initial=members))
        told = "" if fewest == members else f" (of {fewest} values where these are fewest)"
        held = f"{rule.target} holds at every point ({total}) with {members} members{told}"
        return f"{held}; the largest is {look.worst:.4g}"
    unknown = look.undetermined_points
    if unknown == look.open_points:
        others = "" if unknown == total else ", and holds at the others"
        return f"{members} members: {rule.target} is undetermined at {unknown} of {total} points{others}"
    open_points = look.open_points - unknown
    state = f"{members} members: {measure} is {_worst(look)}, {open_points} of {total} points are open"
    state += f" and {unknown} undetermined" if unknown else ""
    if not added:
        return f"{state}; stopped at the limit of {rule.limit} members ({flag('limit')})"
    return f"{state}; {added} more {'member' if added == 1 else 'members'}"


def _worst(look: Look) -> str:
    """The largest value of the measure, in words; at open points it may not be known yet."""
    if math.isnan(look.worst):
        return "unknown"
    is_waited_for = ~look.reached & (look.undetermined == "")
    where = " where it is known" if bool((look.value.isnull() & is_waited_for).any()) else ""
    return f"{look.worst:.4g} at worst{where}"
