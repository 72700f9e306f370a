"""The mean over several points of a grid, with an error that comes from the members of the ensemble alone.

Points differ because the axes do, so how far they lie apart says nothing of how sure their mean is. Members differ by
chance: each is taken as one draw, whatever it has at the points together, so it doesn't matter whether random streams
are shared along an axis. Over one point these are the statistics of `sweeprun.statistics.estimators`.

References
----------
J. G. MacKinnon, M. O. Nielsen, M. D. Webb, J. Econometrics 232 (2023) 272 (errors from clusters, here members).
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from sweeprun.statistics.counts import counts
from sweeprun.statistics.estimators import IntervalKind
from sweeprun.statistics.moments import Scaled, moments
from sweeprun.statistics.proportions import Ends, wilson

_LEAST_EXPONENT = -1074
"""Of the smallest float."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Average:
    """Means over points and members; arrays of one shape, NaN where there are too few values.

    Attributes
    ----------
    count
        How many values there are.
    mean
        The mean of the points' means.
    std
        The standard deviation among the members of a point, of all points together.
    sem, low, high
        The standard error of the mean, and its interval.
    """

    count: np.ndarray
    mean: np.ndarray
    std: np.ndarray
    sem: np.ndarray
    low: np.ndarray
    high: np.ndarray


def average_of(samples: np.ndarray, level: float, kind: IntervalKind) -> Average:
    """The average of each set of points and members.

    Parameters
    ----------
    samples
        Integers, truth values or floats, of the shape ``(…, points, members)``; NaN is a member that has no value at a
        point.
    level
        Of the interval.
    kind
        How it is made: Student's; Wilson's if values are true or false, or that of counts. The latter two are of as
        many values as a point has, since members may do the same at all points.
    """
    scaled = Scaled.of(samples)
    there = ~np.isnan(scaled.values)
    number, origin = scaled.count, np.where(scaled.count > 0, scaled.origin, np.nan)
    points = (number > 0).sum(axis=-1)
    with np.errstate(all="ignore"):
        mean = moments(origin).mean
        apart = np.where(there, scaled.values, 0.0)
        exponent = np.where((apart != 0).any(axis=-1), scaled.exponent, _LEAST_EXPONENT)  # a point may be constant
        common = exponent.max(axis=-1, initial=_LEAST_EXPONENT)
        deviations = np.ldexp(apart, (exponent - common[..., None])[..., None])
        known = ~np.isinf(origin).any(axis=-1)
        freedom = np.maximum(number - 1, 0).sum(axis=-1)
        variance = (deviations**2).sum(axis=(-2, -1)) / np.where(known & (freedom > 0), freedom, np.nan)
        std = np.ldexp(np.sqrt(variance), common)
        share = 1 / np.where(number > 0, number, np.inf)
        moved = (deviations * share[..., None]).sum(axis=-2) / points[..., None]  # the mean, by each member
        members = there.any(axis=-2).sum(axis=-1)
        known &= (members > 1) & (number != 1).all(axis=-1)  # a point of one value doesn't say how far it may be off
        error = (moved**2).sum(axis=-1) * members / np.where(known, members - 1, np.nan)
        sem = np.ldexp(np.sqrt(error), common)
        half = stats.t.ppf((1 + level) / 2, np.maximum(members - 1, 1)) * sem
        low, high = _ends(kind, mean, points / share.sum(axis=-1), (mean - half, mean + half), level)
    return Average(count=number.sum(axis=-1), mean=mean, std=std, sem=sem, low=low, high=high)


def _ends(kind: IntervalKind, mean: np.ndarray, count: np.ndarray, student: Ends, level: float) -> Ends:
    """The interval of a mean; that of proportions and counts follows from it and from how many values it is of."""
    match kind:
        case IntervalKind.WILSON:
            return wilson(mean, count, level)
        case IntervalKind.COUNTS:
            return counts(mean, count, student, level)
    return student
