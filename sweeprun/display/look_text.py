"""How far the points of results are from a target, as text and as JSON."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sweeprun.display.stats_points import known, merged, points_of
from sweeprun.statistics.dependence import Members
from sweeprun.statistics.interim import Look
from sweeprun.wording import Command, Setting, flag

_SHOWN_POINTS = 40


def look_json(look: Look) -> dict[str, Any]:
    """A look at a target, with all points."""
    return {
        "target": str(look.target),
        "interval": None if look.target.interval is None else look.target.interval.value,
        "level": look.target.level,
        "open_points": look.open_points,
        "undetermined_points": look.undetermined_points,
        "worst": known(look.worst),
        "more": None if look.untold.any() else look.more,
        "points": [merged(label, told) for label, told in _look_points(look)],
    }


def look_text(
    look: Look, members: Members, options: Sequence[Setting] = (), run: str | None = None, rest: str = "--json"
) -> str:
    """A look at a target, for people: the points that have not reached it.

    Parameters
    ----------
    look, members
        The look, and the members.
    options
        Those that go with the target, to be given again.
    run
        How the user named the run; None for the newest.
    rest
        Where points are that are not shown.
    """
    rows = [(label, told) for label, told in _look_points(look) if not told["reached"]]
    unknown = [row for row in rows if "undetermined" in row[1]]
    waiting = [row for row in rows if "undetermined" not in row[1]]
    total = look.reached.size
    if not rows:
        return f"{look.target} holds at every point ({total})"
    measure = f"{look.target.measure.value}({look.target.variable})"
    lines = []
    if waiting:
        lines.append(f"{look.target} does not hold yet at {len(waiting)} of {total} points:")
    lines += _shown_rows(waiting, lambda row: _needs(measure, row, members.unit), rest)
    if unknown:
        lines.append(f"{look.target} is undetermined at {len(unknown)} of {total} points, with any number of members:")
    lines += _shown_rows(unknown, lambda row: str(row["undetermined"]), rest)
    if waiting and members.fixed_note:
        lines.append(members.fixed_note)
    if waiting and len(look.over) == 1 and not members.averaged_over:  # else it can't be told what is to be extended
        first = (flag("until").to(str(look.target)), flag("over").to(look.over[0]))
        lines.append(f"run them with: {Command('extend', run, options=(*first, *options))}")
    return "\n".join(lines)


def _shown_rows(
    rows: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]], told: Callable[[Mapping[str, Any]], str], rest: str
) -> Iterator[str]:
    """A line for each of the first points."""
    for label, row in rows[:_SHOWN_POINTS]:
        labels = " ".join(f"{key}={value}" for key, value in label.items())
        yield f"  {labels or 'the only point'}: {told(row)}"
    if len(rows) > _SHOWN_POINTS:
        yield f"  … and {len(rows) - _SHOWN_POINTS} more points; {rest} has all"


def _needs(measure: str, row: Mapping[str, Any], unit: str) -> str:
    value = "unknown" if row["value"] is None else f"{row['value']:.4g}"
    needed = f"{row['more']} more needed"
    if row["more"] is None:
        needed = "while their mean is 0 it can't be told how many more are needed"
    return f"{measure} = {value} with {row['n']} {unit}, {needed}"


def _look_points(look: Look) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The labels of each point, and what is known of it."""
    each = (look.count, look.value, look.reached, look.needed, look.undetermined)
    columns = [values.values.reshape(-1).tolist() for values in each]
    points = points_of(look.value.dims, look.value)
    untold = look.untold.reshape(-1).tolist()
    for label, is_untold, n, value, reached, more, why in zip(points, untold, *columns, strict=True):
        told = {"n": n, "value": known(value), "reached": reached, "more": None if is_untold else int(more)}
        yield label, told | ({"undetermined": why} if why else {})
