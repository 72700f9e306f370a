"""Continuous values that members repeat of each other although their random streams differ.

A child process that is forked has a copy of its parent's generator, and a generator that a module seeds draws the same
numbers in each worker: members then come in groups that are equal to the bit, and their standard error is too small.
Values of few kinds repeat by chance; so what repeats must be continuous, no step of a lattice, and no limit that values
are clipped to. Pure, and without heavy imports: the end of every run asks.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sweeprun.statistics.equal_values import as_share

MOST_VALUES = 16
"""Of one member: of longer results nothing is asked."""

_FEWEST_MEMBERS = 4
_ROUNDED_DIGITS = {True: 6, False: 12}
"""Of numbers in single and in double precision that were rounded: random ones have more."""

_SINGLE = 2.0**22
"""About how many different numbers of single precision a result is one of."""

_LARGEST_COUNT = 1e15
_LARGEST_CHANCE = 1e-6
_MOST_COMPARED = 64
_LARGEST_STEP, _NEAR, _NOISE = 1_000, 1e-7, 1e-9


@dataclass(frozen=True, slots=True)
class Repeats:
    """How many members of one point there are, and how many of them differ."""

    distinct: int
    members: int


def may_repeat(samples: np.ndarray) -> np.ndarray:
    """Where a value that is not whole is there twice: one boolean for each point of ``(points, members, values)``."""
    last = np.sort(samples[..., -1], axis=1)
    with np.errstate(invalid="ignore"):
        twice = (last[:, 1:] == last[:, :-1]) & (last[:, 1:] != np.rint(last[:, 1:]))
    found: np.ndarray = twice.any(axis=1)
    return found


def repeats_of(sample: np.ndarray) -> Repeats | None:
    """Whether members of one point repeat each other, and should not.

    Parameters
    ----------
    sample
        Floats of the shape ``(members, values)``; NaN where there is no value. The last value of each member tells
        whether it is continuous: curves often begin alike.

    Returns
    -------
    Repeats or None
        None if all differ, all are equal (which is told otherwise), or they may repeat by chance.
    """
    there = sample[np.isfinite(sample).all(axis=-1)]
    if len(there) < _FEWEST_MEMBERS or not 0 < there.shape[-1] <= MOST_VALUES:
        return None
    last, count = np.unique(there[:, -1], return_counts=True)
    if len(last) in (1, len(there)):
        return None
    single = bool((last.astype(np.float32) == last).all())
    if single and _chance(len(there), len(there) - len(last)) > _LARGEST_CHANCE:
        return None
    again = count > 1
    if (count == 1).sum() > 1:  # then one value may be a limit, or what some event gives
        again[[0, -1]] = False
    elif len(last) == 2:  # all of one process, and one of another
        again[:] = True
    continuous = [value for value in last[again].tolist()[:_MOST_COMPARED] if _is_continuous(value, single=single)]
    if len(continuous) < 2 or _on_lattice(continuous):
        return None
    if there.shape[-1] > 1 and len(np.unique(there, axis=0)) > len(last):
        return None
    return Repeats(distinct=len(last), members=len(there))


def _chance(members: int, repeated: int) -> float:
    """About how likely so many numbers in single precision are there again."""
    expected = members**2 / (2 * _SINGLE)
    return math.exp(repeated * math.log(expected) - math.lgamma(repeated + 1)) if expected < repeated else 1.0


def _is_continuous(value: float, *, single: bool) -> bool:
    """Whether a value is neither a count, nor a share of few cases, nor rounded."""
    if as_share(value) is not None or (value.is_integer() and abs(value) < _LARGEST_COUNT):
        return False
    written = str(np.float32(value)) if single else repr(value)
    digits = written.lower().partition("e")[0].replace(".", "").replace("-", "").strip("0")
    return len(digits) > _ROUNDED_DIGITS[single]


def _on_lattice(values: Sequence[float]) -> bool:
    """Whether values are steps of one length, or factors, apart, as positions of walks and nodes of trees are."""
    if _are_steps(values):
        return True
    positive = all(value > 0 for value in values) or all(value < 0 for value in values)
    return positive and _are_steps([math.log(abs(value)) for value in values])


def _are_steps(values: Sequence[float]) -> bool:
    """Whether all distances are multiples of one; two values have theirs to 0, too."""
    ordered = sorted(values if len(values) > 2 else [0.0, *values])
    apart = np.array([after - before for before, after in pairwise(ordered)])
    apart = apart[apart > _NOISE * (ordered[-1] - ordered[0])]
    if len(apart) < 2:
        return True
    multiples = np.arange(1, _LARGEST_STEP + 1)[:, None] * (apart / apart.min())
    return bool((np.abs(multiples - np.rint(multiples)) < _NEAR).all(axis=1).any())


def told_repeated(found: Sequence[tuple[str, Repeats, str]]) -> list[str]:
    """What every door says of members that repeat each other: a sentence for the variables of which it is the same.

    Parameters
    ----------
    found
        For each variable its name, how many members differ, and at which points, in words.
    """
    groups: dict[tuple[Repeats, str], list[str]] = {}
    for name, repeats, where in found:
        groups.setdefault((repeats, where), []).append(name)
    return [
        f"{', '.join(names)} {'has' if len(names) == 1 else 'have'} only {repeats.distinct} distinct values in "
        f"{repeats.members} members{where}, equal to the bit although their random streams differ, so the error is "
        "larger than it looks, unless only few values are possible. Does the task draw in child processes, which copy "
        "the generators of their parent (np.random, random), or from a generator that its module seeds? Give each "
        "child a generator of its own: rng.spawn(n)"
        for (repeats, where), names in groups.items()
    ]
