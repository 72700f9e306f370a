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
    if not 0 < level < 1:
        raise UsageError(f"--level is {level:g}; it must lie between 0 and 1, such as 0.95")
    found = moments(samples)
    if kind is IntervalKind.WILSON:
        return _wilson(samples, found, level)
    if kind is IntervalKind.BOOTSTRAP:
        return _bootstrap(np.asarray(samples, float), found, level, seed)
    quantile = stats.norm.ppf((1 + level) / 2)
    if kind is IntervalKind.STUDENT:
        quantile = stats.t.ppf((1 + level) / 2, np.maximum(found.count - 1, 1))
    return found.mean - quantile * found.sem, found.mean + quantile * found.sem


def _wilson(samples: np.ndarray, found: Moments, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Wilson's score interval: where a test of the proportion would not refuse it."""
    samples = np.asarray(samples, float)
    if not np.isin(samples[~np.isnan(samples)], (0.0, 1.0)).all():
        raise UsageError("an interval of a proportion (wilson) needs values that are 0 or 1, or true and false")
    z, n, p = stats.norm.ppf((1 + level) / 2), found.count, found.mean
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
        low, high = np.where(p == 0, 0.0, centre - half), np.where(p == 1, 1.0, centre + half)
        return np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)


def _bootstrap(samples: np.ndarray, found: Moments, level: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The bias-corrected and accelerated bootstrap, point by point."""
    low, high = np.full(found.mean.shape, np.nan), np.full(found.mean.shape, np.nan)
    for number, place in enumerate(np.ndindex(found.mean.shape)):
        values = samples[place]
        values = values[~np.isnan(values)]
        if len(values) < 2 or (values == values[0]).all():  # it has no spread to resample
            low[place], high[place] = (found.mean[place],) * 2 if len(values) > 1 else (np.nan, np.nan)
            continue
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))
        made: Any = stats.bootstrap((values,), np.mean, n_resamples=RESAMPLES, confidence_level=level, rng=rng)
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
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice", RuntimeWarning)
        values = np.moveaxis(np.nanquantile(samples, list(probabilities), axis=-1), 0, -1)
    errors = np.full(values.shape, np.nan)
    for place in np.ndindex(samples.shape[:-1]):
        own = samples[place]
        own = own[~np.isnan(own)]
        if len(own) > 1:
            errors[place] = stats.mstats.mjci(own, list(probabilities))
    return values, errors


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
        correlation = (apart - found.std**2) / (2 * one.std * other.std)
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
    one, other = moments(first), moments(second)
    with np.errstate(invalid="ignore", divide="ignore"):
        sem = np.sqrt(one.sem**2 + other.sem**2)
        freedom = sem**4 / (one.sem**4 / (one.count - 1) + other.sem**4 / (other.count - 1))
        half = stats.t.ppf((1 + level) / 2, freedom) * sem
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
