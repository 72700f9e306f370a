"""Members that are all equal although their random streams differ: their standard error of 0 means nothing.

A generator that is seeded with a fixed number when a module is imported, or an ``rng`` that isn't used, looks like a
perfectly precise result.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sweeprun.errors import SweeprunError
from sweeprun.statistics.dependence import streams_of
from sweeprun.statistics.equal_values import Suspicion, agreeing, equal_text, suspicion_of
from sweeprun.statistics.not_finite import is_truth
from sweeprun.statistics.points import grid_dims, more_points, named_points

_MOST_BYTES = 2**24
"""Of a variable at one point, to see whether it differs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualMembers:
    """Where the members of a variable are all equal, and should not be.

    Attributes
    ----------
    name
        The variable.
    where
        Booleans with the dims of the points.
    by_chance
        Where they are equal, too, and may be so by chance.
    members
        How many members have a value where they are equal; with the same dims.
    """

    name: str
    where: xr.DataArray
    by_chance: xr.DataArray
    members: xr.DataArray


def drawn_along(dataset: xr.Dataset, over: Sequence[str]) -> list[str]:
    """The dims of members along which random streams are known to differ: the attribute ``streams`` says so."""
    axes, streams = grid_dims(dataset), streams_of(dataset)
    if axes is None or not streams:
        return []
    telling = axes if streams["shared_by"] is None else streams["shared_by"]
    return [name for name in over if name in axes and name in telling]


def equal_members(
    dataset: xr.Dataset, name: str, over: Sequence[str], *, least: Suspicion = Suspicion.CERTAIN
) -> EqualMembers | None:
    """The points at which a variable is equal in all members, although each has a random stream of its own.

    None if there is no such point, or streams don't differ. Truth values, zeros and ones are never among them. Dims of
    members along which streams don't differ are among those of the points.

    Parameters
    ----------
    dataset
        What was collected.
    name
        The variable.
    over
        The dims of the members.
    least
        How suspicious values must be if anything else differs among the members; else POSSIBLE is enough.
    """
    variable = dataset[name]
    is_number = variable.dtype.kind in "iufc" and not is_truth(variable)
    over = drawn_along(dataset, over)
    if not (is_number and over and set(over) <= set(variable.dims)):
        return None
    points = [dim for dim in grid_dims(dataset) or () if dim in variable.dims and dim not in over]
    samples = samples_of_points(variable, points, over)
    agree, count, values = agreeing(samples)
    found = np.full(len(agree), Suspicion.NONE, int)
    for number in np.flatnonzero(agree):
        found[number] = suspicion_of(values[number], int(count[number]))
    doubtful = np.flatnonzero((found > 0) & (found < least))
    if len(doubtful):
        elsewhere = bool(((count > 1) & ~agree).any())
        if elsewhere or _others_differ(dataset, name, points, over, int(doubtful[0])):
            found[doubtful] = Suspicion.NONE
    by_chance = agree & (found == Suspicion.NONE) & ~np.isin(values, (0, 1)).all(axis=-1)
    if not (found.any() or by_chance.any()):
        return None

    def over_points(values: np.ndarray) -> xr.DataArray:
        return xr.DataArray(values.reshape([variable.sizes[dim] for dim in points]), dims=points)

    return EqualMembers(
        name=name, where=over_points(found > 0), by_chance=over_points(by_chance), members=over_points(count)
    )


def samples_of_points(variable: xr.DataArray, points: Sequence[str], over: Sequence[str]) -> np.ndarray:
    """Shape ``(points, members, values)``."""
    ordered = variable.transpose(*points, *over, ...).values
    members = int(np.prod([variable.sizes[dim] for dim in over]))
    count = int(np.prod([variable.sizes[dim] for dim in points]))
    return ordered.reshape(count, members, -1)


def _others_differ(dataset: xr.Dataset, name: str, points: Sequence[str], over: Sequence[str], number: int) -> bool:
    """Whether any other variable of numbers differs among the members of one point."""
    places = np.unravel_index(number, [dataset.sizes[dim] for dim in points]) if points else ()
    place = dict(zip(points, map(int, places), strict=True))
    for other in _numbers(dataset, over):
        if other != name and set(points) <= set(dataset[other].dims):
            at = dataset[other].isel(place)
            with suppress(SweeprunError):  # that it can't be read is said elsewhere
                if at.size and at.nbytes <= _MOST_BYTES and _differs(samples_of_points(at, (), over)):
                    return True
    return False


def _differs(samples: np.ndarray) -> bool:
    """Whether the members of one point differ."""
    agree, count, _ = agreeing(samples)
    return bool(count[0] > 1 and not agree[0])


def _numbers(dataset: xr.Dataset, over: Sequence[str]) -> Iterator[str]:
    for name, variable in dataset.data_vars.items():
        if variable.dtype.kind in "biufc" and set(over) <= set(variable.dims):
            yield str(name)


def told_equal(dataset: xr.Dataset, found: Sequence[EqualMembers]) -> list[str]:
    """What is to be said of equal members: a sentence for the variables that are equal at the same points."""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in found:
        if one.where.any():
            groups.setdefault(_in_words(dataset, one), []).append(one.name)
    return [equal_text(names, members, where) for (members, where), names in groups.items()]


def _in_words(dataset: xr.Dataset, found: EqualMembers) -> tuple[str, str]:
    """Which members, and the first of the points."""
    count, total = int(found.where.sum()), found.where.size
    (members,) = np.unique(found.members.values[found.where.values])[-1:]
    where = ""
    if found.where.ndim and count == total:
        where = " at every point"
    elif found.where.ndim:
        points = named_points(dataset, list(map(str, found.where.dims)), found.where.values)
        where = f" at {count} of {total} points ({', '.join(label for label, _ in points)}{more_points(count)})"
    return "both members" if members == 2 else f"all {members} members", where
