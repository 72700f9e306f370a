"""What ``sweeprun stats --target`` prints: how far the points are from a target, as text and as JSON."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import xarray as xr

from sweeprun.cli.stats_points import known, merged, points_of
from sweeprun.safe_text import plain_line
from sweeprun.statistics.dependence import Members
from sweeprun.statistics.doubts import doubts_of
from sweeprun.statistics.interim import Look
from sweeprun.statistics.not_finite import NanPolicy
from sweeprun.statistics.rare_values import told_only_one_value

_SHOWN_POINTS = 40


def print_look_notes(dataset: xr.Dataset, look: Look, members: Members, policy: NanPolicy = NanPolicy.OMIT) -> None:
    """Say what the values of a target were taken for, whether members are independent, and what is to be doubted."""
    doubts = doubts_of(dataset, members, [look.target.variable], policy)
    alike = told_only_one_value(dataset, members, look.kinds)
    for line in (look.taken_note, look.widened_note, members.note, *doubts, *alike):
        if line:
            print(plain_line(line), file=sys.stderr)


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


def look_text(look: Look, members: Members, options: str = "", run: str = "") -> str:
    """A look at a target, for people: the points that have not reached it.

    Parameters
    ----------
    look, members
        The look, and the members.
    options
        Those that go with the target, to be typed again.
    run
        The run, to be typed again; by default the newest.
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
    lines += _shown_rows(waiting, lambda row: _needs(measure, row, members.unit))
    if unknown:
        lines.append(f"{look.target} is undetermined at {len(unknown)} of {total} points, with any number of members:")
    lines += _shown_rows(unknown, lambda row: str(row["undetermined"]))
    if waiting and members.fixed_note:
        lines.append(members.fixed_note)
    if waiting and len(look.over) == 1 and not members.averaged_over:  # else it can't be told what is to be extended
        extend = f"sweeprun extend {run}".rstrip()
        lines.append(f"run them with: {extend} --until '{look.target}' --over {look.over[0]}{options}")
    return "\n".join(lines)


def _shown_rows(
    rows: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]], told: Callable[[Mapping[str, Any]], str]
) -> Iterator[str]:
    """A line for each of the first points."""
    for label, row in rows[:_SHOWN_POINTS]:
        labels = " ".join(f"{key}={value}" for key, value in label.items())
        yield f"  {labels or 'the only point'}: {told(row)}"
    if len(rows) > _SHOWN_POINTS:
        yield f"  … and {len(rows) - _SHOWN_POINTS} more points; --json has all"


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
