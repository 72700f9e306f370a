"""What the user should know of results before concluding anything: NaN, infinite values, members that agree."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

import numpy as np
import xarray as xr

from sweeprun.design.axes import MEMBER_NAMES
from sweeprun.errors import SweeprunError
from sweeprun.statistics.dependence import Members
from sweeprun.statistics.equal_members import equal_members, told_equal
from sweeprun.statistics.equal_values import Suspicion
from sweeprun.statistics.not_finite import NanPolicy, all_finite, count_not_finite, told_not_finite
from sweeprun.statistics.points import grid_dims
from sweeprun.statistics.repeated_members import repeated_members
from sweeprun.statistics.repeated_values import told_repeated
from sweeprun.wording import Command

_NUMBERS = "biufc"
_MOST_NAMED = 5


def usual_members(dataset: xr.Dataset) -> Members:
    """The members along the dim that is named as usual, if there is one."""
    axes = grid_dims(dataset) or tuple(map(str, dataset.dims))
    over = next(((name,) for name in MEMBER_NAMES if name in axes), ())
    return Members(over=over, apart=over)


def doubts_of(
    dataset: xr.Dataset, members: Members, names: Sequence[str], policy: NanPolicy | None = None
) -> Iterator[str]:
    """What is to be said of some variables.

    Parameters
    ----------
    dataset
        What was collected.
    members
        The members; those that are independent should not be equal.
    names
        The variables.
    policy
        What statistics do with NaN; by default these aren't spoken of.
    """
    equal, repeated = [], []
    for name in [name for name in names if dataset[name].size]:
        with suppress(SweeprunError):  # that it can't be read is said elsewhere
            if not all_finite(dataset[name]):
                yield from told_not_finite(dataset, count_not_finite(dataset, name, members.over), policy)
            equal.append(equal_members(dataset, name, members.drawn))
            if repeats := repeated_members(dataset, name, members.drawn):
                repeated.append((name, *repeats))
    yield from told_equal(dataset, [one for one in equal if one is not None])
    yield from told_repeated(repeated)


def doubts_within(dataset: xr.Dataset, most_bytes: int) -> list[str]:
    """What is to be said of all variables of numbers, of which only so many bytes are read.

    The smallest variables are read; those that are not are named.
    """
    numbers = [str(name) for name, one in dataset.data_vars.items() if one.dtype.kind in _NUMBERS]
    read: list[str] = []
    left = most_bytes
    for name in sorted(numbers, key=lambda name: dataset[name].nbytes):
        left -= dataset[name].nbytes
        if left >= 0:
            read.append(name)
    lines = list(doubts_of(dataset, usual_members(dataset), [name for name in numbers if name in read]))
    if unread := [name for name in numbers if name not in read]:
        more = f" and {len(unread) - _MOST_NAMED} more" if len(unread) > _MOST_NAMED else ""
        told = f"{', '.join(unread[:_MOST_NAMED])}{more}"
        lines.append(f"not looked through for NaN and equal members, since large: {told}; {Command('stats')} does that")
    return lines


def undetermined_points(
    dataset: xr.Dataset, name: str, members: Members, policy: NanPolicy
) -> tuple[np.ndarray, np.ndarray]:
    """Why the precision of a variable can't be known at a point, however many members there are.

    That is so with infinite results, with NaN if these are to be propagated or there is nothing else, and with members
    that are equal although their streams differ.

    Returns
    -------
    tuple
        Texts, empty where it can be known; and whether members are equal by chance, so that it isn't known yet. Both of
        the shape of the points.
    """
    counted = count_not_finite(dataset, name, members.over)
    given, nan, infinite = counted.given, counted.nan, counted.infinite
    why, by_chance = np.full(given.shape, "", object), np.zeros(given.shape, bool)
    if not dataset[name].size:
        return why, by_chance
    if found := equal_members(dataset, name, members.drawn, least=Suspicion.UNLIKELY):
        nowhere = xr.zeros_like(given, bool)
        together = [dim for dim in found.where.dims if dim in members.over]  # which are averaged, or pooled
        certain = found.where.all(together)
        either = (found.where | found.by_chance).all(together)
        why[(nowhere | certain).transpose(*given.dims).values] = "all members are equal to the bit"
        by_chance = (nowhere | (either & ~certain)).transpose(*given.dims).values
    hopeless = (nan == given) & (given > 1) & counted.certain
    doubtful = (nan > 0) if policy is NanPolicy.PROPAGATE else hopeless
    for which, where, what in ((nan, doubtful, "NaN"), (infinite, infinite > 0, "infinite")):
        for place in map(tuple, np.argwhere(where.values)):
            count, total = which.values[place], given.values[place]
            why[place] = f"{count} of {total} results {'is' if count == 1 else 'are'} {what}"
    return why, by_chance
