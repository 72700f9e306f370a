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

from sweeprun.statistics.moments import moments
from sweeprun.statistics.proportions import wilson_halfwidth


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


def average_of(samples: np.ndarray, level: float, *, proportion: bool) -> Average:
    """The average of each set of points and members.

    Parameters
    ----------
    samples
        Shape ``(…, points, members)``; NaN is a member that has no value at a point.
    level
        Of the interval.
    proportion
        Whether values are true or false: then the interval is Wilson's, of as many values as a point has, since members
        may do the same at all points. Else it is Student's.
    """
    there = ~np.isnan(samples)
    at = moments(samples)
    points = (at.count > 0).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        deviations = np.where(there, samples - at.mean[..., None], 0.0)
        mean = np.where(at.count > 0, at.mean, 0.0).sum(axis=-1) / points
        freedom = np.maximum(at.count - 1, 0).sum(axis=-1)
        std = np.sqrt((deviations**2).sum(axis=(-2, -1)) / np.where(freedom > 0, freedom, np.nan))
        share = 1 / np.where(at.count > 0, at.count, np.inf)
        moved = (deviations * share[..., None]).sum(axis=-2) / points[..., None]  # the mean, by each member
        members = there.any(axis=-2).sum(axis=-1)
        known = (members > 1) & (at.count != 1).all(axis=-1)  # a point of one value doesn't say how far it may be off
        sem = np.sqrt((moved**2).sum(axis=-1) * members / np.where(known, members - 1, np.nan))
        if proportion:
            low, high = _wilson(mean, points / share.sum(axis=-1), level)
        else:
            half = stats.t.ppf((1 + level) / 2, np.maximum(members - 1, 1)) * sem
            low, high = mean - half, mean + half
    return Average(count=at.count.sum(axis=-1), mean=mean, std=std, sem=sem, low=low, high=high)


def _wilson(mean: np.ndarray, count: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Wilson's interval of a proportion, which is told by its mean and by how many values it is of."""
    z = stats.norm.ppf((1 + level) / 2)
    centre = (mean + z**2 / (2 * count)) / (1 + z**2 / count)
    half = wilson_halfwidth(mean, count, level)
    return np.where(mean == 0, 0.0, centre - half), np.where(mean == 1, 1.0, centre + half)
