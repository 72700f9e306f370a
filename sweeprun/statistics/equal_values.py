"""Values that agree although they were drawn from different random streams: by chance, or since no stream was used.

Two continuous numbers from different streams don't agree to the bit. Truth values, small counts and shares of few cases
do, so these are suspicious only if that is unlikely, or nothing else differs either. Pure, and without heavy imports:
the end of every run asks.
"""

import math
from collections.abc import Sequence
from enum import IntEnum
from fractions import Fraction
from functools import lru_cache

import numpy as np

_UNLIKELY = 1e-6
_RARE = 1e-3
_LARGEST_DENOMINATOR = {True: 1_000, False: 10_000}
"""Of fractions that numbers in single and in double precision are hardly ever equal to by chance."""

_LARGEST_PLAIN = 10**6
_FEWEST_SHARES = 3
_MOST_NAMED = 5
_LOOKED_AT = 16
"""Of the values of one result, the first are looked at."""


class Suspicion(IntEnum):
    """Whether the values in which all members agree can come from different random streams.

    POSSIBLE: counts and shares of few cases do, now and then. UNLIKELY: whole numbers or shares that hardly do, but may
    be meant to be constant. CERTAIN: continuous numbers don't.
    """

    NONE = 0
    POSSIBLE = 1
    UNLIKELY = 2
    CERTAIN = 3


def suspicion_of(values: np.ndarray, members: int) -> Suspicion:
    """How suspicious it is that all members have the same values.

    Parameters
    ----------
    values
        Those of one member, of any shape.
    members
        How many have them.
    """
    if members < 2 or values.dtype.kind not in "iufc":
        return Suspicion.NONE
    flat = values.ravel()
    if flat.dtype.kind == "c":
        flat = np.concatenate([flat.real, flat.imag])
    worst = Suspicion.NONE
    for one in flat[np.isfinite(flat)][:_LOOKED_AT].tolist():
        worst = max(worst, _suspicion(one, members))
        if worst is Suspicion.CERTAIN:
            break
    return worst


@lru_cache(maxsize=2**10, typed=True)  # what is constant is so at all points
def _suspicion(value: float, members: int) -> Suspicion:
    if value in (0, 1):
        return Suspicion.NONE
    share = as_share(value)
    if share is None:
        return Suspicion.CERTAIN
    chance = _chance(share, members)
    if chance < _UNLIKELY:
        return Suspicion.UNLIKELY
    is_likely = chance > _RARE if isinstance(value, int) else members < _FEWEST_SHARES
    return Suspicion.NONE if is_likely else Suspicion.POSSIBLE


def as_share(value: float) -> Fraction | None:
    """The whole number, or the fraction with a small denominator, that a value is; None if it is neither."""
    if isinstance(value, int):
        return Fraction(value)
    if abs(value) > _LARGEST_PLAIN:
        return None
    in_single = float(np.float32(value)) == value
    near = Fraction(value).limit_denominator(_LARGEST_DENOMINATOR[in_single])
    ratio = near.numerator / near.denominator
    return near if (float(np.float32(ratio)) if in_single else ratio) == value else None


def _chance(share: Fraction, members: int) -> float:
    """About how likely all members count the same: ``p`` of ``q`` cases, or, if there are more than cases, ``p``.

    Two counts of variance ``v`` agree with a chance of about ``1 / (2 sqrt(pi v))``, and each further one agrees with
    them with one of about ``1 / sqrt(2 pi v)``.
    """
    count = abs(share.numerator)
    variance = count * (1 - abs(share)) if abs(share) < 1 else count
    return math.exp(-0.5 * (members - 1) * math.log(max(2 * math.pi * float(variance), 1)))


def agreeing(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where all members have the same values.

    Parameters
    ----------
    samples
        Shape ``(points, members, values)``; NaN where there is no value.

    Returns
    -------
    tuple
        For each point whether they agree, at least two of them; how many have any value, or 2 where the first two
        differ; and the values of the first that has, shape ``(points, values)``.
    """
    if samples.shape[1] < 2:
        return _agreeing(samples)
    alike = ~_first_two_differ(samples)  # so nearly all samples are told apart by two members each
    agree, count, values = np.zeros(len(samples), bool), np.full(len(samples), 2), samples[:, 0].copy()
    if alike.any():
        agree[alike], count[alike], values[alike] = _agreeing(samples[alike])
    return agree, count, values


def _first_two_differ(samples: np.ndarray) -> np.ndarray:
    """Whether the first two members of each point both have a value somewhere, and not the same."""
    one, other = samples[:, 0], samples[:, 1]
    differ = one != other
    if samples.dtype.kind in "fc":
        differ &= np.isfinite(one) & np.isfinite(other)
    anywhere: np.ndarray = differ.any(axis=-1)
    return anywhere


def _agreeing(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    known = np.isfinite(samples) if samples.dtype.kind in "fc" else np.ones(samples.shape, bool)
    there = known.any(axis=-1)
    count = there.sum(axis=-1)
    first = np.take_along_axis(samples, there.argmax(axis=-1)[:, None, None], axis=1)
    same = samples == first
    if samples.dtype.kind in "fc":
        same |= np.isnan(samples) & np.isnan(first)
    return (same.all(axis=-1) | ~there).all(axis=-1) & (count > 1), count, first[:, 0]


def equal_text(names: Sequence[str], members: str, where: str = "") -> str:
    """The sentence that every door says of equal members.

    Parameters
    ----------
    names
        The variables.
    members, where
        Which members, and at which points, in words.
    """
    named = f"{names[0]} is"
    if len(names) > 1:
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        named = f"{', '.join(names[:_MOST_NAMED])}{more} are"
    return (
        f"{named} equal to the bit in {members}{where}, although their random streams differ, so the error is "
        "unknown, and not 0. Does the task draw from its stream (rng, {seed} of a command), or from a generator with a "
        "fixed seed?"
    )
