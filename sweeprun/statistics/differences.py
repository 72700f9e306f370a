"""The difference of the means of two samples, of the same members or of independent ones, with its error.

References
----------
B. L. Welch, Biometrika 34 (1947) 28 (degrees of freedom of a difference).
R. G. Newcombe, Stat. Med. 17 (1998) 873 and 2635 (differences of proportions; see `sweeprun.statistics.proportions`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from scipy import stats

from sweeprun.errors import UsageError
from sweeprun.statistics.estimators import IntervalKind, are_zero_or_one, check_level, interval_of
from sweeprun.statistics.moments import Scaled, differences, moments
from sweeprun.statistics.proportions import Ends, independent_newcombe, paired_newcombe


class DifferenceKind(Enum):
    """How an interval of confidence of a difference is made: for numbers, or for proportions."""

    STUDENT = "student"
    NEWCOMBE = "newcombe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The difference of the means of pairs of samples; arrays of one shape.

    Attributes
    ----------
    count
        How many pairs there are, or, of independent samples, values of the smaller one.
    mean, sem, low, high
        The difference, its standard error, and its interval of confidence.
    correlation
        Of the two members of a pair; NaN of independent samples.
    variance_reduction
        By what factor the variance of the difference is smaller than that of independent samples; 1 of these.
    """

    count: np.ndarray
    mean: np.ndarray
    sem: np.ndarray
    low: np.ndarray
    high: np.ndarray
    correlation: np.ndarray
    variance_reduction: np.ndarray


def paired_difference(
    first: np.ndarray, second: np.ndarray, level: float = 0.95, kind: DifferenceKind = DifferenceKind.STUDENT
) -> Difference:
    """The mean of ``first - second``, member by member; pairs of which one is missing are left out.

    Parameters
    ----------
    first, second
        Shape ``(…, members)`` each; members at one place belong together.
    level, kind
        Of the interval.

    Raises
    ------
    UsageError
        If the level is no probability, or NEWCOMBE is asked of values that are not 0 or 1.
    """
    check_level(level)
    first, second = _one_type(first, second)
    if first.dtype.kind == "f":
        whole = ~(np.isnan(first) | np.isnan(second))
        first, second = np.where(whole, first, np.nan), np.where(whole, second, np.nan)
    found = moments(differences(first, second))
    low, high = interval_of(found, IntervalKind.STUDENT, level)
    one, other = Scaled.of(first), Scaled.of(second)
    with np.errstate(invalid="ignore", divide="ignore"):
        lengths = np.sqrt(np.nansum(one.values**2, axis=-1)) * np.sqrt(np.nansum(other.values**2, axis=-1))
        correlation = np.where(found.count > 1, np.nansum(one.values * other.values, axis=-1) / lengths, np.nan)
        apart = np.hypot(one.moments().std, other.moments().std) / found.std
    made = Difference(
        count=found.count,
        mean=found.mean,
        sem=found.sem,
        low=low,
        high=high,
        correlation=np.clip(correlation, -1, 1),
        variance_reduction=apart**2,
    )
    return made if kind is DifferenceKind.STUDENT else _of_proportions(made, first, second, level, paired_newcombe)


def independent_difference(
    first: np.ndarray, second: np.ndarray, level: float = 0.95, kind: DifferenceKind = DifferenceKind.STUDENT
) -> Difference:
    """The difference of the means of independent samples, with Welch's degrees of freedom; as of pairs."""
    check_level(level)
    first, second = np.asarray(first), np.asarray(second)
    both = Scaled.of(
        np.concatenate([first, second], axis=-1)
    )  # else near means would lose the digits in which they differ
    one, other = (moments(values) for values in np.split(both.values, [first.shape[-1]], axis=-1))
    with np.errstate(invalid="ignore", divide="ignore"):
        sem = np.hypot(one.sem, other.sem)
        share = (one.sem / sem) ** 2
        freedom = 1 / (share**2 / (one.count - 1) + (1 - share) ** 2 / (other.count - 1))
        half = both.lengths(np.where(sem == 0, 0.0, stats.t.ppf((1 + level) / 2, freedom) * sem))
        apart = moments(first), moments(second)  # of infinite results there is no common scale
        mean = np.where(np.isfinite(both.origin), both.lengths(one.mean - other.mean), apart[0].mean - apart[1].mean)
    made = Difference(
        count=np.minimum(apart[0].count, apart[1].count),
        mean=mean,
        sem=both.lengths(sem),
        low=mean - half,
        high=mean + half,
        correlation=np.full(mean.shape, np.nan),
        variance_reduction=np.ones(mean.shape),
    )
    return made if kind is DifferenceKind.STUDENT else _of_proportions(made, first, second, level, independent_newcombe)


def _of_proportions(
    made: Difference,
    first: np.ndarray,
    second: np.ndarray,
    level: float,
    ends: Callable[[np.ndarray, np.ndarray, float], Ends],
) -> Difference:
    """The same with an interval for proportions."""
    if not (are_zero_or_one(np.asarray(first)) and are_zero_or_one(np.asarray(second))):
        raise UsageError("an interval of a difference of proportions (newcombe) needs values that are 0 or 1")
    low, high = ends(np.asarray(first, float), np.asarray(second, float), level)
    return replace(made, low=low, high=high)


def _one_type(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays of one shape: of integers if both are, and else of floats."""
    one, other = np.broadcast_arrays(np.asarray(first), np.asarray(second))
    return (
        (one, other)
        if one.dtype.kind in "iu" and one.dtype == other.dtype
        else (one.astype(float), other.astype(float))
    )
