"""Quantiles over the members of an ensemble, with their intervals of confidence and standard errors.

References
----------
W. R. Thompson, Ann. Math. Stat. 7 (1936) 122 (intervals between order statistics); H. Scheffé, J. W. Tukey, Ann. Math.
Stat. 16 (1945) 187 (that they hold at least as often for values of which some are equal).
J. S. Maritz, R. G. Jarrett, J. Am. Stat. Assoc. 73 (1978) 194 (standard error of a quantile).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from sweeprun.statistics.choices import check_probabilities
from sweeprun.statistics.estimators import check_level
from sweeprun.statistics.moments import Scaled


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantiles:
    """Quantiles of samples; arrays of the shape ``(…, probabilities)``.

    Attributes
    ----------
    value
        Linear between order statistics; of truth values, one that occurs.
    sem
        The standard error; NaN where there are fewer than two values.
    low, high
        The interval of confidence. Infinite where there are too few values for the level: what lies beyond the
        outermost one, they don't say. NaN without values.
    """

    value: np.ndarray
    sem: np.ndarray
    low: np.ndarray
    high: np.ndarray


def quantiles(
    samples: np.ndarray, probabilities: Sequence[float], level: float = 0.95, *, of_truth: bool = False
) -> Quantiles:
    """Quantiles of each sample.

    Parameters
    ----------
    samples
        Shape ``(…, members)``.
    probabilities
        Which quantiles.
    level
        Of the intervals.
    of_truth
        Whether there is nothing between two values, as between true and false.

    Raises
    ------
    UsageError
        If a probability or the level is not between 0 and 1.
    """
    check_probabilities(probabilities)
    check_level(level)
    samples = np.asarray(samples)
    if not samples.size:
        none = np.full((*samples.shape[:-1], len(probabilities)), np.nan)
        return Quantiles(value=none, sem=none, low=none, high=none)
    scaled = Scaled.of(samples)
    samples = samples.astype(float)
    ordered = np.sort(samples, axis=-1)
    low, high = _between_order_statistics(ordered, scaled.count, probabilities, level)
    values = _values(ordered, scaled.count, probabilities, "inverted_cdf" if of_truth else "linear")
    return Quantiles(value=values, sem=_errors(scaled, probabilities), low=low, high=high)


def _values(
    ordered: np.ndarray, count: np.ndarray, probabilities: Sequence[float], method: Literal["inverted_cdf", "linear"]
) -> np.ndarray:
    """The quantiles, all points with equally many values at once: `numpy.nanquantile` takes them one by one."""
    found = np.full((*count.shape, len(probabilities)), np.nan)
    for n in np.unique(count[count > 0]).tolist():
        own = ordered[count == n][:, :n]
        with np.errstate(invalid="ignore"):
            values = np.quantile(own, list(probabilities), axis=-1, method=method)
        if np.isinf(own).any():  # of which there are no differences, even between equal ones
            lower, higher = (
                np.quantile(own, list(probabilities), axis=-1, method=side) for side in ("lower", "higher")
            )
            values = np.where(lower == higher, lower, values)
        found[count == n] = values.T
    return found


def ranks(count: int, probabilities: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """The ranks, from 1, between which a quantile lies at least as often as the level says; each side misses it alike.

    How many of ``n`` values are below the quantile ``p`` is binomial. The ranks 0 and ``n + 1`` mean that no value is
    far enough out.
    """
    outside = (1 - level) / 2
    lower = stats.binom.ppf(outside, count, probabilities).astype(int)
    return lower, count + 1 - stats.binom.ppf(outside, count, 1 - probabilities).astype(int)


def _between_order_statistics(
    ordered: np.ndarray, count: np.ndarray, probabilities: Sequence[float], level: float
) -> tuple[np.ndarray, np.ndarray]:
    """Intervals between two of the values, all points with equally many of them at once."""
    shape = (*count.shape, len(probabilities))
    low, high = np.full(shape, np.nan), np.full(shape, np.nan)
    for n in np.unique(count[count > 0]).tolist():
        own = ordered[count == n][:, :n]
        beyond = np.full((len(own), 1), np.inf)
        framed = np.concatenate([-beyond, own, beyond], axis=1)
        lower, upper = ranks(n, np.array(probabilities), level)
        low[count == n], high[count == n] = framed[:, lower], framed[:, upper]
    return low, high


def _errors(scaled: Scaled, probabilities: Sequence[float]) -> np.ndarray:
    """Standard errors of quantiles, all points with equally many values at once.

    The order statistic of rank ``r`` of ``n`` resampled values is the one of rank ``i`` with the probability that
    ``Beta(r, n - r + 1)`` gives to the interval from ``(i - 1) / n`` to ``i / n``. A quantile ``p`` that is linear
    between order statistics has the rank ``1 + p (n - 1)``, which need not be whole. `scipy.stats.mstats.mjci` has
    other ranks: it isn't symmetric, and knows no error of outer quantiles of small samples.
    """
    ordered, count = np.sort(scaled.values, axis=-1), scaled.count
    errors = np.full((*count.shape, len(probabilities)), np.nan)
    for n in np.unique(count[count > 1]).tolist():
        own = ordered[count == n][:, :n]
        rank = 1 + np.array(probabilities) * (n - 1)
        weights = np.diff(stats.beta.cdf(np.linspace(0, 1, n + 1)[:, None], rank, n - rank + 1), axis=0)
        with np.errstate(invalid="ignore"):
            centred = own - own[:, [n // 2]]  # else squares of large values leave no digit of their differences
            error = np.sqrt(np.maximum(centred**2 @ weights - (centred @ weights) ** 2, 0))
        errors[count == n] = error
    with np.errstate(invalid="ignore"):
        known = np.where(np.isfinite(scaled.origin[..., None]), errors, np.nan)
        return np.asarray(np.ldexp(known, scaled.exponent[..., None]))
