"""Statistics: SciPy's and published values, and what holds for any sample."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sweeprun.errors import UsageError
from sweeprun.statistics.estimators import (
    IntervalKind,
    independent_difference,
    interval,
    moments,
    paired_difference,
    quantiles,
)

values = st.floats(-1e6, 1e6)
samples = st.lists(st.one_of(values, st.just(np.nan)), min_size=1, max_size=30)


@given(samples)
def test_moments_are_numpys_of_what_is_there(sample: list[float]) -> None:
    found = moments(np.array(sample))
    there = np.array([value for value in sample if not np.isnan(value)])
    assert found.count == len(there)
    assert np.allclose(found.mean, there.mean() if len(there) else np.nan, equal_nan=True)
    expected = there.std(ddof=1) if len(there) > 1 else np.nan
    assert np.allclose(found.std, expected, rtol=1e-9, atol=1e-9, equal_nan=True)
    assert np.allclose(found.sem, expected / np.sqrt(max(1, len(there))), rtol=1e-9, atol=1e-9, equal_nan=True)


@given(st.lists(values, min_size=2, max_size=30), st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_student_and_normal_intervals_are_scipys(sample: list[float], level: float) -> None:
    array = np.array(sample)
    sem = stats.sem(array)
    for kind, expected in (
        (IntervalKind.STUDENT, stats.t(len(sample) - 1)),
        (IntervalKind.NORMAL, stats.norm),
    ):
        half = expected.ppf((1 + level) / 2) * sem
        low, high = interval(array, kind, level)
        assert np.allclose([low, high], [array.mean() - half, array.mean() + half], rtol=1e-9, atol=1e-9)


@given(st.integers(1, 60), st.data(), st.sampled_from([0.8, 0.95, 0.99]))
def test_wilsons_interval_is_scipys(n: int, data: st.DataObject, level: float) -> None:
    k = data.draw(st.integers(0, n))
    expected = stats.binomtest(k, n).proportion_ci(level, method="wilson")
    found = interval(np.array([1.0] * k + [0.0] * (n - k)), IntervalKind.WILSON, level)
    assert np.allclose(found, [expected.low, expected.high], atol=1e-12)


@pytest.mark.parametrize(
    ("k", "n", "expected"),
    [(81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605)), (0, 20, (0.0, 0.1611)), (1, 29, (0.0061, 0.1718))],
)
def test_wilsons_interval_is_the_published_one(k: int, n: int, expected: tuple[float, float]) -> None:
    """R. G. Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3."""
    found = interval(np.array([1.0] * k + [0.0] * (n - k)), IntervalKind.WILSON)
    assert np.round(found, 4).tolist() == list(expected)


def test_students_interval_is_the_published_one() -> None:
    """NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.5.2, ZARR13.DAT: 195 values of this mean and deviation."""
    rng = np.random.default_rng(0)
    sample = rng.normal(size=195)
    sample = (sample - sample.mean()) / sample.std(ddof=1) * 0.022789 + 9.261460
    found = moments(sample)
    assert np.isclose(found.sem, 0.001632, atol=5e-7)
    assert np.round(interval(sample, IntervalKind.STUDENT), 5).tolist() == [9.25824, 9.26468]


def test_the_bootstrap_is_scipys_and_comes_out_again() -> None:
    sample = np.random.default_rng(1).exponential(size=(2, 3, 25))
    sample[0, 0, 3] = np.nan
    low, high = interval(sample, IntervalKind.BOOTSTRAP, 0.9, seed=5)
    again = interval(sample, IntervalKind.BOOTSTRAP, 0.9, seed=5)
    assert np.array_equal(low, again[0])
    assert not np.array_equal(low, interval(sample, IntervalKind.BOOTSTRAP, 0.9, seed=6)[0])
    rng = np.random.default_rng(np.random.SeedSequence(5, spawn_key=(4,)))
    expected: Any = stats.bootstrap((sample[1, 1],), np.mean, confidence_level=0.9, rng=rng).confidence_interval
    assert (low[1, 1], high[1, 1]) == (expected.low, expected.high)
    student = interval(sample, IntervalKind.STUDENT, 0.9)
    assert np.allclose(low, student[0], atol=0.25)


def test_samples_without_spread_or_values() -> None:
    sample = np.array([[1.0, 1.0, 1.0], [2.0, np.nan, np.nan], [np.nan, np.nan, np.nan]])
    for kind in IntervalKind:
        if kind is IntervalKind.WILSON:
            continue
        low, high = interval(sample, kind)
        assert (low[0], high[0]) == (1.0, 1.0)
        assert np.isnan([low[1:], high[1:]]).all()
    low, high = interval(np.array([[1.0, np.nan], [np.nan, np.nan]]), IntervalKind.WILSON)
    assert high[0] == 1.0
    assert 0 < low[0] < 1
    assert np.isnan([low[1], high[1]]).all()


def test_quantiles_are_numpys_with_the_errors_of_all_resamples() -> None:
    """Maritz and Jarrett's error is that of an order statistic over all ``n ** n`` resamples, weighted equally."""
    sample = np.random.default_rng(2).normal(size=(2, 6))
    sample[1, 2] = np.nan
    for row, probabilities in ((0, [0.2, 0.4, 0.8]), (1, [0.25, 0.5, 0.75])):  # their ranks are whole
        own = sample[row][~np.isnan(sample[row])]
        found, errors = quantiles(sample, probabilities)
        resamples = own[np.indices((len(own),) * len(own)).reshape(len(own), -1)]
        assert np.allclose(found[row], np.quantile(own, probabilities))
        assert np.allclose(errors[row], np.quantile(resamples, probabilities, axis=0).std(axis=1))
    assert np.isnan(quantiles(np.array([1.0]), [0.5])[1]).all()


def test_errors_of_quantiles_approach_scipys() -> None:
    sample = np.random.default_rng(2).normal(size=20_000)
    levels = [0.1, 0.5, 0.9]
    assert np.allclose(quantiles(sample, levels)[1], stats.mstats.mjci(sample, levels), rtol=0.02)


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=30), st.sampled_from([0.05, 0.25, 0.5]))
def test_errors_of_quantiles_know_neither_place_nor_sign(sample: list[int], level: float) -> None:
    array = np.array(sample, float)
    errors = quantiles(array, [level])[1]
    assert np.isfinite(errors).all()
    assert np.allclose(errors, quantiles(array + 1e9, [level])[1], atol=1e-4)
    assert np.allclose(errors, quantiles(-array, [1 - level])[1], atol=1e-4)


def test_outer_quantiles_of_few_members_have_errors() -> None:
    rng = np.random.default_rng(3)
    found, errors = quantiles(rng.normal(size=(4000, 20)), [0.05, 0.95])
    assert np.allclose(errors.mean(axis=0), found.std(axis=0), rtol=0.15)


def test_infinite_values_have_no_error_and_no_warning() -> None:
    sample = np.array([1.0, np.inf, 2.0])
    assert np.isnan(quantiles(sample, [0.5])[1]).all()
    assert np.isnan(interval(sample, IntervalKind.BOOTSTRAP)).all()


def test_a_bootstrap_in_batches_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = np.random.default_rng(6).exponential(size=11)
    whole = interval(sample, IntervalKind.BOOTSTRAP)
    monkeypatch.setattr("sweeprun.statistics.estimators._BATCH", 1000)
    assert interval(sample, IntervalKind.BOOTSTRAP) == whole


def test_the_error_of_a_median_is_what_repetition_shows() -> None:
    rng = np.random.default_rng(3)
    medians, errors = quantiles(rng.normal(size=(400, 101)), [0.5])
    assert np.isclose(errors.mean(), medians.std(ddof=1), rtol=0.15)


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


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: interval(np.ones(3), IntervalKind.STUDENT, 1.5), "--level is 1.5"),
        (lambda: independent_difference(np.ones(3), np.ones(3), 1.5), "--level is 1.5"),
        (lambda: interval(np.array([0.5]), IntervalKind.WILSON), "0 or 1"),
        (lambda: quantiles(np.ones(3), [0.0]), "--quantiles has 0"),
        (lambda: IntervalKind.parse("t"), "student, normal, bootstrap, wilson"),
    ],
)
def test_what_makes_no_sense_is_told(call: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()
