"""Means and errors, compared with exact rational arithmetic."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from sweeprun.statistics.moments import Scaled, differences, moments

LARGEST = np.finfo(float).max
SMALLEST = np.finfo(float).smallest_normal

floats = st.floats(allow_nan=False, allow_infinity=False)
near_others = st.builds(lambda base, steps: [base + step for step in steps], st.floats(-1e300, 1e300), st.lists(floats))
samples_of_floats = st.one_of(
    st.lists(floats, min_size=1, max_size=40),
    st.builds(lambda scale, own: [scale * one for one in own], st.sampled_from([1e-300, 1e-200, 1e200, 1e300]),
              st.lists(st.floats(-1, 1), min_size=1, max_size=40)),
    st.builds(lambda base, own: [base + one for one in own], st.sampled_from([1e15, -1e9, 2.0**53, 1e300]),
              st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=40)),
)  # fmt: skip
integers = st.one_of(
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=40),
    st.builds(lambda base, own: [base + one for one in own], st.sampled_from([2**62, -(2**63), 10**18]),
              st.lists(st.integers(0, 10_000), min_size=1, max_size=40)),
)  # fmt: skip
unsigned = st.builds(
    lambda base, own: [base + one for one in own],
    st.sampled_from([0, 2**63, 2**64 - 10_001]),
    st.lists(st.integers(0, 10_000), min_size=1, max_size=40),
)


def check(sample: np.ndarray) -> None:
    """Compare with fractions: the mean to its last digit, the deviation to its last but one."""
    exact = [Fraction(one) for one in sample.tolist()]
    mean = sum(exact, Fraction(0)) / len(exact)
    found = moments(sample)
    rounded = float(mean)
    assert abs(Fraction(float(found.mean)) - mean) <= 2 * Fraction(math.ulp(rounded)) + sum(map(abs, exact)) / 2**96
    if len(exact) == 1:
        assert math.isnan(found.std)
        return
    variance = sum((one - mean) ** 2 for one in exact) / (len(exact) - 1)
    if variance > Fraction(LARGEST) ** 2:
        assert math.isinf(found.std)
        return
    for error, square in ((found.std, variance), (found.sem, variance / len(exact))):
        if square > Fraction(SMALLEST) ** 2:
            assert abs(Fraction(float(error)) ** 2 / square - 1) < Fraction(1, 10**14)
        else:  # among the numbers that have fewer digits
            assert abs(float(error)) <= 2 * SMALLEST


@given(samples_of_floats)
@example([1e200, 3e200, -1e200])
@example([LARGEST, LARGEST, -LARGEST, -LARGEST])
@example([1e16, 1.0, -1e16])
@example([5e-324, 0.0])
def test_moments_of_floats_are_exact(sample: list[float]) -> None:
    check(np.array(sample))


@given(integers)
def test_moments_of_integers_are_exact(sample: list[int]) -> None:
    check(np.array(sample, np.int64))


@given(unsigned)
def test_moments_of_integers_without_sign_are_exact(sample: list[int]) -> None:
    check(np.array(sample, np.uint64))


@given(st.lists(st.floats(-1e4, 1e4, width=16), min_size=1, max_size=40), st.sampled_from([np.float16, np.float32]))
def test_moments_of_short_floats_have_all_digits(sample: list[float], dtype: type) -> None:
    check(np.array(sample, dtype))


@pytest.mark.parametrize(
    ("sample", "std"),
    [
        (2**62 + np.arange(10), 3.0276503540974917),
        (1_764_000_000_000_000_000 + 37 * np.arange(8), 37 * math.sqrt(6)),
        (np.array([1.0, 2.0, 3.0]) * 1e-200, 1e-200),
        (np.array([1.0, 2.0, 3.0]) * 1e200, 1e200),
        (np.array([1, 2, 3], np.int8) * 40, 40.0),
        (np.array([True, False]), math.sqrt(0.5)),
        (np.array([2**64 - 1, 2**64 - 3], np.uint64), math.sqrt(2)),
        (np.array([-(2**63), 2**63 - 1]), (2.0**64) / math.sqrt(2)),
    ],
)
def test_deviations_of_large_and_small_values(sample: np.ndarray, std: float) -> None:
    found = moments(sample)
    assert found.std == pytest.approx(std, rel=1e-14)
    assert found.sem == pytest.approx(std / math.sqrt(len(sample)), rel=1e-14)


def test_a_small_spread_far_from_zero() -> None:
    spread = np.random.default_rng(0).integers(0, 8, size=1000) / 8
    assert moments(1e15 + spread).std == pytest.approx(spread.std(ddof=1), rel=1e-14)


@given(st.lists(st.one_of(floats, st.just(math.nan)), max_size=20))
def test_missing_values_are_as_if_they_were_not_there(sample: list[float]) -> None:
    array = np.array([sample, sample])
    found, alone = moments(array), moments(np.array([one for one in sample if not math.isnan(one)]))
    for name in ("count", "mean", "std", "sem"):
        expected = np.broadcast_to(getattr(alone, name), 2)
        assert np.allclose(getattr(found, name), expected, rtol=1e-13, atol=0, equal_nan=True)


def test_infinite_values_have_no_deviation() -> None:
    found = moments(np.array([[1.0, math.inf], [math.inf, -math.inf], [1.0, 3.0]]))
    assert found.mean.tolist()[::2] == [math.inf, 2.0]
    assert math.isnan(found.mean[1])
    assert np.isnan(found.std).tolist() == [True, True, False]


@given(st.one_of(samples_of_floats.map(np.array), integers.map(lambda sample: np.array(sample, np.int64))))
def test_scaled_values_lead_back_to_the_samples(sample: np.ndarray) -> None:
    assume(np.abs(sample).max() < LARGEST / 4)  # beyond, what is added may be infinite
    scaled = Scaled.of(sample)
    assert not (np.abs(scaled.values) > 1).any()
    for value, own in zip(sample.tolist(), scaled.values, strict=True):
        spread = float(scaled.lengths(np.abs(scaled.values).max()))
        assert abs(Fraction(float(scaled.places(own))) - Fraction(value)) <= Fraction(
            4 * math.ulp(abs(float(scaled.origin)) + min(spread, LARGEST / 4))
        ) + Fraction(math.ulp(float(value)))


@given(st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1)), min_size=1))
def test_differences_of_integers_are_rounded_once(pairs: list[tuple[int, int]]) -> None:
    first, second = np.array(pairs, np.int64).T
    assert differences(first, second).tolist() == [float(one - other) for one, other in pairs]
