"""Points at which all members are 0, or all are 1, of numbers that have other values elsewhere.

No option was ever in the money, no network made a mistake: the standard error of 0 says nothing of values that were too
rare to be among the members. Intervals of proportions and counts know that; others, and targets, are told by this.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sweeprun.errors import SweeprunError
from sweeprun.statistics.dependence import Members
from sweeprun.statistics.equal_members import drawn_along
from sweeprun.statistics.estimators import IntervalKind
from sweeprun.statistics.points import grid_dims, more_points, named_points

ENOUGH = 100
"""With as many members, other values are rarer than 3 in 100, or there are none: more members are not asked for."""

_EXTREMES = (0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlyOneValue:
    """Where the members of a variable are all 0, or all 1.

    Attributes
    ----------
    name
        The variable.
    zero, one
        Where they are 0, and 1; booleans with the dims of the points.
    members
        How many members have a value; with the same dims.
    """

    name: str
    zero: xr.DataArray
    one: xr.DataArray
    members: xr.DataArray

    @property
    def where(self) -> xr.DataArray:
        """Where either is the case."""
        return self.zero | self.one


def only_one_value(dataset: xr.Dataset, name: str, members: Members) -> OnlyOneValue | None:
    """The points at which at least two members have only zeros, or only ones, although their random streams differ.

    None if there is no such point, or it isn't known that streams differ. Of several values of one result, all have to
    be the same: curves may begin alike.
    """
    variable = dataset[name]
    over = drawn_along(dataset, members.drawn)
    if not over or variable.dtype.kind not in "iuf" or not set(over) <= set(variable.dims):
        return None
    points = [dim for dim in grid_dims(dataset) or () if dim in variable.dims and dim not in members.over]
    values = variable.values
    there = xr.Variable(variable.dims, np.isfinite(values))
    count = there.any([dim for dim in variable.dims if dim not in (*points, *over)]).sum(over)
    others = [dim for dim in variable.dims if dim not in points]
    zero, one = (
        (xr.Variable(variable.dims, values == value) | ~there).all(others) & (count > 1) for value in _EXTREMES
    )
    if not (zero | one).any():
        return None
    ordered = [xr.DataArray(each.transpose(*points)) for each in (zero, one, count)]
    return OnlyOneValue(name=name, zero=ordered[0], one=ordered[1], members=ordered[2])


def told_only_one_value(dataset: xr.Dataset, members: Members, kinds: Mapping[str, IntervalKind]) -> Iterator[str]:
    """What is to be said of such points, one line for the variables that have the same ones.

    Parameters
    ----------
    dataset, members
        What was collected, and its members.
    kinds
        Variable -> how its interval is made. Those that are open where all values agree need no word.
    """
    groups: dict[str, list[str]] = {}
    for name, kind in kinds.items():
        with suppress(SweeprunError):  # that it can't be read is said elsewhere
            found = None if kind.is_open_if_all_agree else only_one_value(dataset, name, members)
            for line in [] if found is None else _in_words(dataset, found):
                groups.setdefault(line, []).append(name)
    for line, names in groups.items():
        yield (
            f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} {line}: other values may be rare, so the error "
            "there is unknown, and not 0"
        )


def _in_words(dataset: xr.Dataset, found: OnlyOneValue) -> Iterator[str]:
    for value, where in zip(_EXTREMES, (found.zero, found.one), strict=True):
        if count := int(where.sum()):
            at = ""
            if where.ndim:
                points = named_points(dataset, list(map(str, where.dims)), where.values)
                named = f" ({', '.join(label for label, _ in points)}{more_points(count)})"
                at = f" at {count} of {where.size} points{named}" if count < where.size else " at every point"
            members = int(found.members.values[where.values].max())
            yield f"{value} in {'both' if members == 2 else f'all {members}'} members{at}"
