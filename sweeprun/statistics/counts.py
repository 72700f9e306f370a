"""Intervals of confidence of the mean of counts: whole numbers of events, of which there may be few, or none.

References
----------
F. Garwood, Biometrika 28 (1936) 437 (exact interval of the mean of a Poisson distribution).
"""

import numpy as np
from scipy import stats

from sweeprun.statistics.proportions import Ends

FEW = 30
"""With fewer events at a point, Student's interval holds the mean of rare events less often than it says."""


def poisson(mean: np.ndarray, count: np.ndarray, level: float) -> Ends:
    """Garwood's exact interval of the mean of ``count`` Poisson numbers; NaN without values.

    Of 0 events in ``n`` members it is ``[0, 3.69 / n]`` at the level 0.95. It holds the mean at least as often as the
    level says if numbers vary no more than those of a Poisson distribution; and less often if they come in bursts.
    """
    outside = (1 - level) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        events = mean * count
        low = np.where(events > 0, stats.chi2.ppf(outside, 2 * events) / 2, 0.0) / count
        high = stats.chi2.isf(outside, 2 * events + 2) / 2 / count
    known = (count > 0) & np.isfinite(events)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def counts(mean: np.ndarray, count: np.ndarray, student: Ends, level: float) -> Ends:
    """Student's interval, made as wide as the exact one of Poisson numbers where there are fewer than 30 events.

    Where events are rare, members often show none of them, or none of the rarer large numbers: their spread is too
    small. Both intervals together hold the mean of Poisson numbers; that of bursts more often than either.
    """
    low, high = poisson(mean, count, level)
    with np.errstate(invalid="ignore"):
        few = ~(mean * count >= FEW)
        lower, higher = np.minimum(student[0], low), np.maximum(student[1], high)
    return np.where(few, np.maximum(lower, 0.0), student[0]), np.where(few, higher, student[1])
