"""Means, standard deviations and standard errors, to the last digits of a float whatever the size of the values.

Samples lie along the last axis of an array of integers, truth values or floats; NaN is a member that has no value, and
is left out.

References
----------
T. F. Chan, G. H. Golub, R. J. LeVeque, Am. Stat. 37 (1983) 242 (corrected two-pass variance).
T. J. Dekker, Numer. Math. 18 (1971) 224, and D. E. Knuth, The Art of Computer Programming 2, 4.2.2 (the rounding error
of a sum, computed exactly; carried along, sums are as if they were made in twice the precision).
"""

from dataclasses import dataclass

import numpy as np

_HALF_BITS = 32
"""Both halves of an integer of 64 bits are floats without rounding."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaled:
    """Samples as ``origin + 2^exponent * values``, in which neither differences nor their squares are lost.

    Attributes
    ----------
    values
        Floats of about 1 at most, with the mean near 0; NaN is a member that has no value. Shape ``(…, members)``.
    count
        How many members have a value.
    origin, exponent
        A number near the mean, and the power of two; shape ``(…)``. The mean differs from ``origin`` by less than the
        origin's own rounding.
    """

    values: np.ndarray
    count: np.ndarray
    origin: np.ndarray
    exponent: np.ndarray

    @classmethod
    def of(cls, samples: np.ndarray) -> "Scaled":
        """Samples of any numbers: integers are subtracted before they become floats."""
        samples = np.asarray(samples)
        if samples.dtype.kind in "iu" and samples.shape[-1]:
            there = np.ones(samples.shape, bool)
            halves, distances = list(_halves(samples)), _from_smallest(samples)
        else:
            samples = samples.astype(float)  # from truth values, and from floats of fewer digits
            there = ~np.isnan(samples)
            halves, distances = [np.where(there, samples, 0.0)], None
        count = there.sum(axis=-1)
        with np.errstate(invalid="ignore", divide="ignore", over="ignore", under="ignore"):
            exponent = _exponent(sum(map(np.abs, halves[1:]), np.abs(halves[0])))
            halves = [_times_power(half, -exponent) for half in halves]
            mean = _sum(halves[0] if distances is None else np.concatenate(halves, axis=-1)) / count
            if distances is None:
                values = np.where(there, halves[0] - mean[..., None], np.nan)
            else:
                values = _times_power(distances, -exponent)
            values = values - (np.where(there, values, 0.0).sum(axis=-1) / count)[..., None]
            spread = _exponent(np.where(there, values, 0.0))
            values = _times_power(values, -spread)
            return cls(values=values, count=count, origin=np.ldexp(mean, exponent), exponent=exponent + spread)

    def lengths(self, scaled: np.ndarray) -> np.ndarray:
        """Lengths on the scale of the values, shape ``(…)``, as they are on that of the samples."""
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            return np.asarray(np.ldexp(scaled, self.exponent))

    def places(self, scaled: np.ndarray) -> np.ndarray:
        """Places on the scale of the values, shape ``(…)``, as they are on that of the samples."""
        with np.errstate(invalid="ignore", over="ignore"):
            return np.asarray(self.origin + self.lengths(scaled))

    def moments(self) -> Moments:
        """The mean of each sample, with its error."""
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            squares = np.where(np.isnan(self.values), 0.0, self.values) ** 2
            variance = squares.sum(axis=-1) / np.where(self.count > 1, self.count - 1, np.nan)
            std = self.lengths(np.sqrt(np.where(np.isfinite(self.origin), variance, np.nan)))
            sem = self.lengths(np.sqrt(np.where(np.isfinite(self.origin), variance / self.count, np.nan)))
        return Moments(count=self.count, mean=self.origin, std=std, sem=sem)


def moments(samples: np.ndarray) -> Moments:
    """The mean of each sample, with its error.

    Parameters
    ----------
    samples
        Integers, truth values or floats; shape ``(…, members)``.
    """
    return Scaled.of(samples).moments()


def differences(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """``first - second`` as floats, each rounded once, also of integers; two arrays of one shape."""
    if first.dtype.kind in "iu" and second.dtype.kind in "iu":
        apart = np.where(first >= second, _distance(first, second), -_distance(second, first))
        return np.asarray(apart)
    with np.errstate(invalid="ignore"):  # infinity less infinity is NaN
        return np.asarray(np.asarray(first, float) - np.asarray(second, float))


def _sum(values: np.ndarray) -> np.ndarray:
    """The sum along the last axis as if in twice the precision, rounded once: pairs are added, then pairs of these."""
    if np.isinf(values).any():
        return np.where(
            np.isinf(values).any(axis=-1), values.sum(axis=-1), _sum(np.where(np.isinf(values), 0.0, values))
        )
    errors = np.zeros(values.shape[:-1])
    while (count := values.shape[-1]) > 1:
        half = count // 2
        first, second, rest = values[..., :half], values[..., half : 2 * half], values[..., 2 * half :]
        total = first + second
        share = total - first
        errors = errors + ((first - (total - share)) + (second - share)).sum(axis=-1)
        values = np.concatenate([total, rest], axis=-1)
    return np.asarray(errors + values.sum(axis=-1))


def _halves(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays of floats of which the sum is exactly some integers."""
    wide = samples.astype(np.uint64 if samples.dtype.kind == "u" else np.int64)
    upper = wide >> _HALF_BITS
    return np.ldexp(upper.astype(float), _HALF_BITS), (wide - (upper << _HALF_BITS)).astype(float)


def _from_smallest(samples: np.ndarray) -> np.ndarray:
    """How far integers are from the smallest one of their sample."""
    return _distance(samples, samples.min(axis=-1, keepdims=True))


def _distance(larger: np.ndarray, smaller: np.ndarray) -> np.ndarray:
    """The distances of integers, which 64 bits without a sign hold whatever the integers are."""
    return np.asarray(larger.astype(np.uint64) - smaller.astype(np.uint64), float)


def _times_power(values: np.ndarray, exponent: np.ndarray) -> np.ndarray:
    """Each sample times a power of two, in two steps of which neither is infinite; ten times quicker than `ldexp`."""
    half = exponent // 2
    return np.asarray(values * np.ldexp(1.0, half)[..., None] * np.ldexp(1.0, exponent - half)[..., None])


def _exponent(values: np.ndarray) -> np.ndarray:
    """The power of two that is above the largest of each sample; 0 of samples without finite values."""
    largest = np.max(np.abs(values), axis=-1, initial=0.0)
    return np.where(np.isfinite(largest), np.frexp(largest)[1], 0)
