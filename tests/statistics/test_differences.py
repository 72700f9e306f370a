"""Differences of means: SciPy's, and what holds for any pairs."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sweeprun.errors import UsageError
from sweeprun.statistics.differences import DifferenceKind, independent_difference, paired_difference

_NEWCOMBE = DifferenceKind.NEWCOMBE

values = st.floats(-1e6, 1e6)

pairs = st.lists(st.tuples(values, values), min_size=2, max_size=30)


@given(pairs)
def test_a_paired_difference_is_that_of_the_pairs(pairs_of: list[tuple[float, float]]) -> None:
    first, second = np.array(pairs_of).T
    found = paired_difference(first, second)
    difference = first - second
    assert found.count == len(difference)
    assert np.allclose(found.mean, difference.mean(), rtol=1e-9, atol=1e-6)
    assert np.allclose(found.sem, stats.sem(difference), rtol=1e-6, atol=1e-6)
    assert not abs(found.correlation) > 1


def test_differences_are_scipys_tests_turned_round() -> None:
    rng = np.random.default_rng(4)
    common = rng.normal(size=50)
    first, second = common + 0.1 * rng.normal(size=50) + 1, common + 0.1 * rng.normal(size=50)
    paired = paired_difference(first, second)
    expected: Any = stats.ttest_rel(first, second).confidence_interval(0.95)
    assert np.allclose([paired.low, paired.high], [expected.low, expected.high])
    assert np.isclose(paired.correlation, np.corrcoef(first, second)[0, 1])
    apart = first.var(ddof=1) + second.var(ddof=1)
    assert np.isclose(paired.variance_reduction, apart / (first - second).var(ddof=1))
    assert paired.variance_reduction > 20
    welch = independent_difference(first, second[:30])
    expected = stats.ttest_ind(first, second[:30], equal_var=False).confidence_interval(0.95)
    assert np.allclose([welch.low, welch.high], [expected.low, expected.high])
    assert (int(welch.count), float(welch.variance_reduction)) == (30, 1.0)


@pytest.mark.parametrize("scale", [1e-14, 1e14])
def test_a_correlation_does_not_depend_on_units(scale: float) -> None:
    first, second = np.random.default_rng(5).normal(size=(2, 20))
    expected = np.corrcoef(first, second)[0, 1]
    assert np.isclose(paired_difference(first * scale, second).correlation, expected, rtol=1e-12)


def test_independent_samples_without_spread_or_of_tiny_numbers() -> None:
    constant = independent_difference(np.ones(5), np.zeros(5))
    assert (float(constant.low), float(constant.high)) == (1.0, 1.0)
    first, second = np.random.default_rng(5).normal(size=(2, 20))
    tiny, usual = independent_difference(first * 1e-90, second * 1e-90), independent_difference(first, second)
    assert np.isclose(tiny.low * 1e90, usual.low)


def test_pairs_of_which_one_is_missing_do_not_count() -> None:
    found = paired_difference(np.array([1.0, np.nan, 5.0, 2.0]), np.array([0.0, 1.0, np.nan, 3.0]))
    assert (int(found.count), float(found.mean)) == (2, 0.0)


def test_differences_of_large_integers_keep_their_digits() -> None:
    second = 2**62 + np.random.default_rng(0).integers(0, 10**15, size=20)
    first = second + np.arange(20)
    found = paired_difference(first, second)
    assert (float(found.mean), float(found.sem)) == pytest.approx((9.5, stats.sem(np.arange(20))), rel=1e-14)
    apart = independent_difference(2**62 + np.arange(20), 2**62 + np.arange(20)[::-1] + 3)
    assert float(apart.mean) == pytest.approx(-3, rel=1e-14)
    assert float(apart.sem) == pytest.approx(np.sqrt(2) * stats.sem(np.arange(20)), rel=1e-14)


def test_huge_values_do_not_overflow() -> None:
    first, second = np.random.default_rng(1).normal(size=(2, 20))
    huge, usual = paired_difference(first * 1e200, second * 1e200), paired_difference(first, second)
    assert huge.correlation == pytest.approx(usual.correlation)
    assert huge.variance_reduction == pytest.approx(usual.variance_reduction)


def test_proportions_that_agree_leave_their_difference_open() -> None:
    """Pairs that all agree have a difference of 0 without spread; Student's interval of it is a point."""
    same = np.array([True] * 15 + [False] * 15)
    student = paired_difference(same, same)
    assert (float(student.low), float(student.high)) == (0, 0)
    found = paired_difference(same, same, kind=DifferenceKind.NEWCOMBE)
    assert (float(found.mean), float(found.sem)) == (0, 0)
    assert found.low == pytest.approx(-found.high)
    assert 0.03 < found.high < 0.1
    apart = independent_difference(same, same, kind=DifferenceKind.NEWCOMBE)
    assert apart.high > found.high


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: independent_difference(np.ones(3), np.ones(3), 1.5), "--level is 1.5"),
        (lambda: paired_difference(np.ones(3), np.ones(3), 1.5), "--level is 1.5"),
        (lambda: paired_difference(np.ones(3), np.full(3, 0.5), kind=_NEWCOMBE), "values that are 0 or 1"),
    ],
)
def test_what_makes_no_sense_is_told(call: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()
