"""Intervals of confidence of a mean over the members of an ensemble.

Samples lie along the last axis of an array; NaN is a member that has no value, and is left out.

References
----------
E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209, and F. Garwood, Biometrika 28 (1936) 437 (proportions and counts).
B. Efron, J. Am. Stat. Assoc. 82 (1987) 171 (bias-corrected and accelerated bootstrap).
"""

from enum import Enum
from typing import Any

import numpy as np
from scipy import stats

from sweeprun.errors import UsageError
from sweeprun.statistics.chains import batch_error
from sweeprun.statistics.choices import check_seed, is_number
from sweeprun.statistics.counts import FEW, counts, poisson
from sweeprun.statistics.moments import Moments, Scaled, moments
from sweeprun.statistics.proportions import Ends, wilson
from sweeprun.wording import flag

RESAMPLES = 9999
"""Of a bootstrap, for each point."""

_ONE_ERROR = float(2 * stats.norm.cdf(1) - 1)
"""The level of an interval that reaches one standard error to each side."""

_BATCH = 2**22
"""How many values are resampled at once: 32 MB."""


class IntervalKind(Enum):
    """How an interval of confidence of a mean is made."""

    STUDENT = "student"
    NORMAL = "normal"
    BOOTSTRAP = "bootstrap"
    WILSON = "wilson"
    COUNTS = "counts"
    POISSON = "poisson"
    BATCHES = "batches"

    @property
    def follows_from_moments(self) -> bool:
        """Whether the mean, the standard deviation and the number of values determine the interval."""
        return self not in (IntervalKind.BOOTSTRAP, IntervalKind.BATCHES)

    @property
    def is_open_if_all_agree(self) -> bool:
        """Whether the interval has a width also where all values are the same."""
        return self in (IntervalKind.WILSON, IntervalKind.COUNTS, IntervalKind.POISSON)


def check_level(level: float) -> None:
    """Refuse a level of confidence that is no probability.

    Raises
    ------
    UsageError
        If it isn't.
    """
    if not is_number(level) or not 0 < level < 1:
        shown = f"{level:g}" if is_number(level) else repr(level)
        raise UsageError(f"{flag('level')} is {shown}; it must lie between 0 and 1, such as 0.95")


def check_values(samples: np.ndarray, kind: IntervalKind) -> None:
    """Refuse values that an interval is not made for.

    Raises
    ------
    UsageError
        If a proportion is asked of values that are not 0 or 1, or a number of events of others than 0, 1, 2, …
    """
    if kind is IntervalKind.WILSON and not are_zero_or_one(samples):
        raise UsageError("an interval of a proportion (wilson) needs values that are 0 or 1, or true and false")
    if kind in (IntervalKind.COUNTS, IntervalKind.POISSON) and not are_counts(samples):
        raise UsageError(f"an interval of counts ({kind.value}) needs whole numbers from 0")


def are_zero_or_one(samples: np.ndarray) -> bool:
    """Whether each value is 0 or 1; missing and infinite ones don't matter."""
    return samples.dtype.kind == "b" or bool(((samples == 0) | (samples == 1) | _is_not_finite(samples)).all())


def are_counts(samples: np.ndarray) -> bool:
    """Whether each value is a whole number that isn't negative; missing and infinite ones don't matter."""
    if samples.dtype.kind in "bu":
        return True
    with np.errstate(invalid="ignore"):
        whole = samples == np.rint(samples) if samples.dtype.kind == "f" else True
        return bool(((whole & (samples >= 0)) | _is_not_finite(samples)).all())


def _is_not_finite(samples: np.ndarray) -> np.ndarray | bool:
    return ~np.isfinite(samples) if samples.dtype.kind == "f" else False


def interval(samples: np.ndarray, kind: IntervalKind, level: float = 0.95, seed: int = 0) -> Ends:
    """The interval of confidence of each sample's mean: its lower and its upper end.

    Parameters
    ----------
    samples
        Shape ``(…, members)``.
    kind
        How it is made. WILSON takes the values for zeros and ones, COUNTS and POISSON for numbers of events, BATCHES
        for the steps of a chain, in their order.
    level
        How often such an interval holds the true mean.
    seed
        Of the bootstrap: point ``i`` of the flattened array is resampled with
        ``numpy.random.default_rng(SeedSequence(seed, spawn_key=(i,)))``.

    Raises
    ------
    UsageError
        If the level is no probability, the seed is negative, or values are not those that the interval is for.
    """
    check_level(level)
    samples = np.asarray(samples)
    check_values(samples, kind)
    if kind is IntervalKind.BOOTSTRAP:
        return _bootstrap(Scaled.of(samples), level, seed)
    found = moments(samples)
    if kind is IntervalKind.BATCHES:
        error, freedom = batch_error(samples)
        half = stats.t.ppf((1 + level) / 2, np.maximum(freedom, 1)) * error
        return found.mean - half, found.mean + half
    return interval_of(found, kind, level)


def interval_of(found: Moments, kind: IntervalKind, level: float) -> Ends:
    """The interval of those kinds that follow from the moments of the samples."""
    half = stats.norm.ppf((1 + level) / 2) * found.sem
    if kind in (IntervalKind.STUDENT, IntervalKind.COUNTS):
        half = stats.t.ppf((1 + level) / 2, np.maximum(found.count - 1, 1)) * found.sem
    with np.errstate(over="ignore", invalid="ignore"):
        around = found.mean - half, found.mean + half
    match kind:
        case IntervalKind.WILSON:
            return wilson(found.mean, found.count, level)
        case IntervalKind.POISSON:
            return poisson(found.mean, found.count, level)
        case IntervalKind.COUNTS:
            return counts(found.mean, found.count, around, level)
    return around


def standard_error(found: Moments, kind: IntervalKind) -> np.ndarray:
    """The standard error of the mean; that of proportions and of few events is not smaller than what is left open.

    Members that all agree have the standard error 0; so it is at least half the width of the interval, Wilson's or that
    of Poisson numbers, that reaches one standard error to each side.
    """
    if not kind.is_open_if_all_agree:
        return found.sem
    made = wilson if kind is IntervalKind.WILSON else poisson
    low, high = made(found.mean, found.count, _ONE_ERROR)
    with np.errstate(invalid="ignore"):
        matters = (found.count > 1) & ((kind is not IntervalKind.COUNTS) | (found.mean * found.count < FEW))
        return np.where(matters, np.fmax((high - low) / 2, found.sem), found.sem)


def _bootstrap(scaled: Scaled, level: float, seed: int) -> Ends:
    """The bias-corrected and accelerated bootstrap, point by point."""
    check_seed(seed)
    shape = scaled.count.shape
    low, high = np.full(shape, np.nan), np.full(shape, np.nan)
    for number, place in enumerate(np.ndindex(shape)):
        values = scaled.values[place]
        values = values[~np.isnan(values)]
        if not np.isfinite(scaled.origin[place]) or len(values) < 2:
            continue
        if (values == values[0]).all():  # it has no spread to resample
            low[place] = high[place] = 0.0
            continue
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))
        batch = max(1, _BATCH // len(values))
        made: Any = stats.bootstrap(
            (values,), np.mean, n_resamples=RESAMPLES, batch=batch, confidence_level=level, rng=rng
        )
        low[place], high[place] = made.confidence_interval
    return scaled.places(low), scaled.places(high)
