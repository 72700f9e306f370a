"""Statistics over the members of an ensemble: means with their errors, intervals of confidence, quantiles, differences.

Samples lie along the last axis of an array; NaN is a member that has no value, and is left out.

References
----------
E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209 (interval of a proportion).
J. S. Maritz, R. G. Jarrett, J. Am. Stat. Assoc. 73 (1978) 194 (standard error of a quantile).
B. Efron, J. Am. Stat. Assoc. 82 (1987) 171 (bias-corrected and accelerated bootstrap).
B. L. Welch, Biometrika 34 (1947) 28 (degrees of freedom of a difference).
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from scipy import stats

from sweeprun.errors import UsageError

RESAMPLES = 9999
"""Of a bootstrap, for each point."""

_BATCH = 2**22
"""How many values are resampled at once: 32 MB."""


class IntervalKind(Enum):
    """How an interval of confidence of a mean is made."""

    STUDENT = "student"
    NORMAL = "normal"
    BOOTSTRAP = "bootstrap"
    WILSON = "wilson"

    @classmethod
    def parse(cls, text: str) -> "IntervalKind":
        """The kind of a name.

        Raises
        ------
        UsageError
            If there is none.
        """
        try:
            return cls(text)
        except ValueError:
            names = ", ".join(kind.value for kind in cls)
            raise UsageError(f"an interval is not made as {text!r}; take one of {names}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """The mean of samples and its error; arrays of one shape.

    Attributes
    ----------
    count
        How many members have a value.
    mean, std, sem
        The mean, the standard deviation (of the population, estimated with ``n - 1``), and the standard error of the
        mean, ``std / sqrt(n)``; NaN where there are too few values: none, or one.
    """

    count: np.ndarray
    mean: np.ndarray
    std: np.ndarray
    sem: np.ndarray


def moments(samples: np.ndarray) -> Moments:
    """The mean of each sample, with its error.

    Parameters
    ----------
    samples
        Shape ``(…, members)``.
    """
    samples = np.asarray(samples, float)
    there = ~np.isnan(samples)
    count = there.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(there, samples, 0.0).sum(axis=-1) / count
        deviations = np.where(there, samples - mean[..., None], 0.0)
        std = np.sqrt((deviations**2).sum(axis=-1) / np.where(count > 1, count - 1, np.nan))
        return Moments(count=count, mean=mean, std=std, sem=std / np.sqrt(count))


def check_level(level: float) -> None:
    """Refuse a level of confidence that is no probability.

    Raises
    ------
    UsageError
        If it isn't.
    """
    if not 0 < level < 1:
        raise UsageError(f"--level is {level:g}; it must lie between 0 and 1, such as 0.95")


def interval(
    samples: np.ndarray, kind: IntervalKind, level: float = 0.95, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """The interval of confidence of each sample's mean: its lower and its upper end.

    Parameters
    ----------
    samples
        Shape ``(…, members)``.
    kind
        How it is made. WILSON takes the values for zeros and ones.
    level
        How often such an interval holds the true mean.
    seed
        Of the bootstrap: point ``i`` of the flattened array is resampled with
        ``numpy.random.default_rng(SeedSequence(seed, spawn_key=(i,)))``.

    Raises
    ------
    UsageError
        If the level is no probability, or a proportion is asked of values that are not 0 or 1.
    """
    check_level(level)
    found = moments(samples)
    if kind is IntervalKind.WILSON:
        return _wilson(samples, found, level)
    if kind is IntervalKind.BOOTSTRAP:
        return _bootstrap(np.asarray(samples, float), found, level, seed)
    quantile = stats.norm.ppf((1 + level) / 2)
    if kind is IntervalKind.STUDENT:
        quantile = stats.t.ppf((1 + level) / 2, np.maximum(found.count - 1, 1))
    return found.mean - quantile * found.sem, found.mean + quantile * found.sem


def wilson_halfwidth(proportion: np.ndarray, count: np.ndarray, level: float) -> np.ndarray:
    """Half the width of Wilson's score interval (1927); it isn't 0 where all values are the same."""
    z = stats.norm.ppf((1 + level) / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt(proportion * (1 - proportion) / count + z**2 / (4 * count**2))
        half: np.ndarray = z / (1 + z**2 / count) * spread
        return half


def _wilson(samples: np.ndarray, found: Moments, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Wilson's score interval: where a test of the proportion would not refuse it."""
    samples = np.asarray(samples, float)
    if not np.isin(samples[~np.isnan(samples)], (0.0, 1.0)).all():
        raise UsageError("an interval of a proportion (wilson) needs values that are 0 or 1, or true and false")
    z, n, p = stats.norm.ppf((1 + level) / 2), found.count, found.mean
    half = wilson_halfwidth(p, n, level)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        low, high = np.where(p == 0, 0.0, centre - half), np.where(p == 1, 1.0, centre + half)
        return np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)


def _bootstrap(samples: np.ndarray, found: Moments, level: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The bias-corrected and accelerated bootstrap, point by point."""
    low, high = np.full(found.mean.shape, np.nan), np.full(found.mean.shape, np.nan)
    for number, place in enumerate(np.ndindex(found.mean.shape)):
        values = samples[place]
        values = values[~np.isnan(values)]
        if not np.isfinite(values).all():
            continue
        if len(values) < 2 or (values == values[0]).all():  # it has no spread to resample
            low[place], high[place] = (found.mean[place],) * 2 if len(values) > 1 else (np.nan, np.nan)
            continue
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))
        batch = max(1, _BATCH // len(values))
        made: Any = stats.bootstrap(
            (values,), np.mean, n_resamples=RESAMPLES, batch=batch, confidence_level=level, rng=rng
        )
        low[place], high[place] = made.confidence_interval
    return low, high


def quantiles(samples: np.ndarray, probabilities: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Quantiles of each sample (linear between order statistics), and their standard errors (Maritz and Jarrett).

    Parameters
    ----------
    samples
        Shape ``(…, members)``.
    probabilities
        Which quantiles.

    Returns
    -------
    tuple
        Two arrays of shape ``(…, probabilities)``; errors are NaN where there are fewer than two values.

    Raises
    ------
    UsageError
        If a probability is none.
    """
    wrong = [one for one in probabilities if not 0 < one < 1]
    if wrong:
        raise UsageError(f"--quantiles has {wrong[0]:g}; a quantile lies between 0 and 1, such as 0.5")
    samples = np.asarray(samples, float)
    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
        warnings.filterwarnings("ignore", "All-NaN slice", RuntimeWarning)
        values = np.moveaxis(np.nanquantile(samples, list(probabilities), axis=-1), 0, -1)
    return values, _quantile_errors(samples, probabilities)


def _quantile_errors(samples: np.ndarray, probabilities: Sequence[float]) -> np.ndarray:
    """Standard errors of quantiles, all points with equally many values at once.

    The order statistic of rank ``r`` of ``n`` resampled values is the one of rank ``i`` with the probability that
    ``Beta(r, n - r + 1)`` gives to the interval from ``(i - 1) / n`` to ``i / n``. A quantile ``p`` that is linear
    between order statistics has the rank ``1 + p (n - 1)``, which need not be whole. `scipy.stats.mstats.mjci` has
    other ranks: it isn't symmetric, and knows no error of outer quantiles of small samples.
    """
    ordered, count = np.sort(samples, axis=-1), (~np.isnan(samples)).sum(axis=-1)
    errors = np.full((*count.shape, len(probabilities)), np.nan)
    for n in np.unique(count[count > 1]):
        own = ordered[count == n][:, :n]
        rank = 1 + np.array(probabilities) * (n - 1)
        weights = np.diff(stats.beta.cdf(np.linspace(0, 1, n + 1)[:, None], rank, n - rank + 1), axis=0)
        with np.errstate(invalid="ignore"):
            centred = own - own[:, [n // 2]]  # else squares of large values leave no digit of their differences
            error = np.sqrt(np.maximum(centred**2 @ weights - (centred @ weights) ** 2, 0))
        errors[count == n] = error
    return errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The difference of the means of pairs of samples; arrays of one shape.

    Attributes
    ----------
    count
        How many pairs there are, or, of independent samples, values of the smaller one.
    mean, sem, low, high
        The difference, its standard error, and its interval of confidence (Student's).
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


def paired_difference(first: np.ndarray, second: np.ndarray, level: float = 0.95) -> Difference:
    """The mean of ``first - second``, member by member; pairs of which one is missing are left out.

    Parameters
    ----------
    first, second
        Shape ``(…, members)`` each; members at one place belong together.
    level
        Of the interval.
    """
    first, second = np.broadcast_arrays(np.asarray(first, float), np.asarray(second, float))
    whole = ~(np.isnan(first) | np.isnan(second))
    first, second = np.where(whole, first, np.nan), np.where(whole, second, np.nan)
    difference = first - second
    found = moments(difference)
    low, high = interval(difference, IntervalKind.STUDENT, level)
    one, other = moments(first), moments(second)
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = one.std**2 + other.std**2
        scaled = (first - one.mean[..., None]) / one.std[..., None] * (second - other.mean[..., None])
        correlation = np.nansum(scaled, axis=-1) / ((found.count - 1) * other.std)
        reduction = apart / found.std**2
    return Difference(
        count=found.count,
        mean=found.mean,
        sem=found.sem,
        low=low,
        high=high,
        correlation=np.clip(correlation, -1, 1),
        variance_reduction=reduction,
    )


def independent_difference(first: np.ndarray, second: np.ndarray, level: float = 0.95) -> Difference:
    """The difference of the means of independent samples, with Welch's degrees of freedom; shapes as in pairs."""
    check_level(level)
    one, other = moments(first), moments(second)
    with np.errstate(invalid="ignore", divide="ignore"):
        sem = np.hypot(one.sem, other.sem)
        share = (one.sem / sem) ** 2
        freedom = 1 / (share**2 / (one.count - 1) + (1 - share) ** 2 / (other.count - 1))
        half = np.where(sem == 0, 0.0, stats.t.ppf((1 + level) / 2, freedom) * sem)
    mean = one.mean - other.mean
    return Difference(
        count=np.minimum(one.count, other.count),
        mean=mean,
        sem=sem,
        low=mean - half,
        high=mean + half,
        correlation=np.full(mean.shape, np.nan),
        variance_reduction=np.ones(mean.shape),
    )
