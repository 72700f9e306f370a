"""Intervals of confidence of proportions and of their differences, which hold also where all members agree.

References
----------
E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209 (interval of a proportion).
R. G. Newcombe, Stat. Med. 17 (1998) 873 (difference of independent proportions, method 10).
R. G. Newcombe, Stat. Med. 17 (1998) 2635 (difference of paired proportions, method 10).
"""

from typing import TypeAlias

import numpy as np
from scipy import stats

from sweeprun.statistics.moments import moments

Ends: TypeAlias = tuple[np.ndarray, np.ndarray]
"""The lower and the upper ends of intervals."""


def wilson_halfwidth(proportion: np.ndarray, count: np.ndarray, level: float) -> np.ndarray:
    """Half the width of Wilson's score interval (1927); it isn't 0 where all values are the same."""
    z = stats.norm.ppf((1 + level) / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt(proportion * (1 - proportion) / count + z**2 / (4 * count**2))
        half: np.ndarray = z / (1 + z**2 / count) * spread
        return half


def wilson(proportion: np.ndarray, count: np.ndarray, level: float) -> Ends:
    """Wilson's score interval: the proportions that a test would not refuse; NaN without values."""
    z = stats.norm.ppf((1 + level) / 2)
    half = wilson_halfwidth(proportion, count, level)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = (proportion + z**2 / (2 * count)) / (1 + z**2 / count)
        low = np.where(proportion == 0, 0.0, centre - half)
        high = np.where(proportion == 1, 1.0, centre + half)
    return np.where(count > 0, low, np.nan), np.where(count > 0, high, np.nan)


def independent_newcombe(first: np.ndarray, second: np.ndarray, level: float) -> Ends:
    """Newcombe's interval (873, method 10) of the difference of two independent proportions.

    Parameters
    ----------
    first, second
        Zeros and ones, NaN where there is no value; shape ``(…, members)`` each.
    level
        Of the interval.
    """
    one, other = moments(first), moments(second)
    return _square_and_add((one.mean, one.count), (other.mean, other.count), np.zeros(one.mean.shape), level)


def paired_newcombe(first: np.ndarray, second: np.ndarray, level: float) -> Ends:
    """Newcombe's interval (2635, method 10) of the difference of two proportions of the same members.

    Wilson's intervals of both are put together with the correlation of the pairs, which is taken smaller than it looks
    by a correction for continuity; so pairs that all agree leave the difference open by more than nothing.

    Parameters
    ----------
    first, second
        Zeros and ones, NaN where the pair is incomplete; shape ``(…, members)`` each.
    level
        Of the interval.
    """
    whole = ~np.isnan(first)
    count = whole.sum(axis=-1)
    both, only_first, only_second, neither = (
        (whole & (first == one) & (second == other)).sum(axis=-1).astype(float)
        for one, other in ((1, 1), (1, 0), (0, 1), (0, 0))
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        excess = both * neither - only_first * only_second
        excess = np.where(excess > 0, np.maximum(excess - count / 2, 0), excess)
        margins = (both + only_first) * (only_second + neither) * (both + only_second) * (only_first + neither)
        correlation = np.where(margins > 0, excess / np.sqrt(margins), 0.0)
        one, other = (both + only_first) / count, (both + only_second) / count
    return _square_and_add((one, count), (other, count), correlation, level)


def _square_and_add(
    first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray], correlation: np.ndarray, level: float
) -> Ends:
    """The interval of a difference, of the distances from each proportion to the ends of its own interval."""
    one, other = first[0], second[0]
    (low_one, high_one), (low_other, high_other) = wilson(*first, level), wilson(*second, level)

    def length(side: np.ndarray, opposite: np.ndarray) -> np.ndarray:
        square: np.ndarray = side**2 - 2 * correlation * side * opposite + opposite**2
        return np.asarray(np.sqrt(np.maximum(square, 0.0)))

    with np.errstate(invalid="ignore"):  # of infinite results nothing is known
        difference = one - other
        below, above = length(one - low_one, high_other - other), length(high_one - one, other - low_other)
        return difference - below, difference + above
