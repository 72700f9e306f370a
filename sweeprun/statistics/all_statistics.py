"""The table of statistics, in the order in which files have them. Whoever adds one adds it here, and nowhere else."""

import numpy as np

from sweeprun.statistics.estimators import IntervalKind
from sweeprun.statistics.statistic import Ensemble, Statistic


def _successes(own: Ensemble) -> np.ndarray:
    """How many members are 1 or true, of proportions."""
    return (own.samples == 1).sum(axis=-1) if own.kind is IntervalKind.WILSON else own.unknown


def _effective(own: Ensemble) -> np.ndarray:
    """How many independent members would have the same error."""
    if own.kind is IntervalKind.BATCHES:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((own.moments.std / own.sem) ** 2)
    return own.moments.count.astype(float) if own.has_error else own.unknown


ALL_STATISTICS = (
    Statistic(name="n", of=lambda own: own.moments.count),
    Statistic(name="mean", of=lambda own: own.moments.mean),
    Statistic(name="std", of=lambda own: own.moments.std),
    Statistic(name="sem", of=lambda own: own.sem),
    Statistic(name="low", of=lambda own: own.interval[0]),
    Statistic(name="high", of=lambda own: own.interval[1]),
    Statistic(name="successes", of=_successes),
    Statistic(name="n_effective", of=_effective),
)
"""All but the numbers of results that are not finite (`sweeprun.statistics.not_finite`), which come last."""
