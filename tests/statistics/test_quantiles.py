"""Quantiles: SciPy's, those of all resamples, and what holds for any sample."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sweeprun.errors import UsageError
from sweeprun.statistics.quantiles import quantiles, ranks


def test_quantiles_are_numpys_with_the_errors_of_all_resamples() -> None:
    """Maritz and Jarrett's error is that of an order statistic over all ``n ** n`` resamples, weighted equally."""
    sample = np.random.default_rng(2).normal(size=(2, 6))
    sample[1, 2] = np.nan
    for row, probabilities in ((0, [0.2, 0.4, 0.8]), (1, [0.25, 0.5, 0.75])):  # their ranks are whole
        own = sample[row][~np.isnan(sample[row])]
        made = quantiles(sample, probabilities)
        found, errors = made.value, made.sem
        resamples = own[np.indices((len(own),) * len(own)).reshape(len(own), -1)]
        assert np.allclose(found[row], np.quantile(own, probabilities))
        assert np.allclose(errors[row], np.quantile(resamples, probabilities, axis=0).std(axis=1))
    assert np.isnan(quantiles(np.array([1.0]), [0.5]).sem).all()


def test_errors_of_quantiles_approach_scipys() -> None:
    sample = np.random.default_rng(2).normal(size=20_000)
    levels = [0.1, 0.5, 0.9]
    assert np.allclose(quantiles(sample, levels).sem, stats.mstats.mjci(sample, levels), rtol=0.02)


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=30), st.sampled_from([0.05, 0.25, 0.5]))
def test_errors_of_quantiles_know_neither_place_nor_sign(sample: list[int], level: float) -> None:
    array = np.array(sample, float)
    errors = quantiles(array, [level]).sem
    assert np.isfinite(errors).all()
    assert np.allclose(errors, quantiles(array + 1e9, [level]).sem, atol=1e-4)
    assert np.allclose(errors, quantiles(-array, [1 - level]).sem, atol=1e-4)


def test_outer_quantiles_of_few_members_have_errors() -> None:
    rng = np.random.default_rng(3)
    found = quantiles(rng.normal(size=(4000, 20)), [0.05, 0.95])
    assert np.allclose(found.sem.mean(axis=0), found.value.std(axis=0), rtol=0.15)


def test_infinite_values_have_no_error_and_no_warning() -> None:
    sample = np.array([1.0, np.inf, 2.0])
    assert np.isnan(quantiles(sample, [0.5]).sem).all()


def test_the_error_of_a_median_is_what_repetition_shows() -> None:
    rng = np.random.default_rng(3)
    found = quantiles(rng.normal(size=(400, 101)), [0.5])
    assert np.isclose(found.sem.mean(), found.value.std(ddof=1), rtol=0.15)


@given(st.integers(2, 200), st.sampled_from([0.05, 0.25, 0.5, 0.9, 0.95]), st.sampled_from([0.8, 0.95, 0.99]))
def test_intervals_hold_a_quantile_as_often_as_they_say(n: int, p: float, level: float) -> None:
    """By the binomial distribution; and with ranks one further in, a side would be missed too often."""
    (lower, upper) = (int(rank[0]) for rank in ranks(n, np.array([p]), level))
    outside = (1 - level) / 2
    assert stats.binom.cdf(lower - 1, n, p) <= outside + 1e-12
    assert stats.binom.sf(upper - 1, n, p) <= outside + 1e-12
    assert stats.binom.cdf(lower, n, p) >= outside - 1e-12
    assert stats.binom.sf(upper - 2, n, p) >= outside - 1e-12


@pytest.mark.parametrize(("n", "p"), [(30, 0.5), (100, 0.9), (60, 0.25)])
def test_intervals_are_scipys(n: int, p: float) -> None:
    sample = np.random.default_rng(n).normal(size=n)
    made = quantiles(sample, [p])
    expected: Any = stats.quantile_test(sample, p=p, q=0).confidence_interval(0.95)
    assert (made.low[0], made.high[0]) == (expected.low, expected.high)


def test_few_values_leave_an_outer_quantile_open() -> None:
    """Of 30 values the largest is below the quantile .95 with probability .21."""
    sample = np.random.default_rng(0).normal(size=(2, 30))
    sample[1, :] = np.nan
    made = quantiles(sample, [0.05, 0.5, 0.95])
    assert made.low[0, 0] == -np.inf
    assert made.high[0, 2] == np.inf
    assert np.isfinite([made.high[0, 0], made.low[0, 1], made.high[0, 1], made.low[0, 2]]).all()
    assert np.isnan([made.low[1], made.high[1]]).all()


def test_no_values_have_no_quantiles() -> None:
    made = quantiles(np.zeros((2, 0)), [0.25, 0.5])
    assert made.value.shape == made.high.shape == (2, 2)
    assert np.isnan([made.value, made.sem, made.low, made.high]).all()


def test_a_quantile_of_truth_is_one_of_the_values() -> None:
    made = quantiles(np.array([True, False, True, False]), [0.25, 0.5, 0.75], of_truth=True)
    assert made.value.tolist() == [0, 0, 1]
    assert set(made.low) | set(made.high) <= {0.0, 1.0, -np.inf, np.inf}


def test_quantiles_of_large_integers_have_the_errors_of_small_ones() -> None:
    sample = np.arange(20)
    made = quantiles(sample + 2**62, [0.25, 0.5])
    assert np.allclose(made.sem, quantiles(sample, [0.25, 0.5]).sem)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"probabilities": [0.0]}, "--quantiles has 0"), ({"probabilities": [0.5], "level": 2}, "--level is 2")],
)
def test_what_is_no_probability_is_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        quantiles(np.ones(3), **options)


def test_quantiles_may_be_infinite_and_others_are_not_lost() -> None:
    values = np.array([[0.0, 1.0, 5.0, np.inf, np.inf], [-np.inf, -np.inf, 1.0, 2.0, np.nan]])
    found = quantiles(values, [0.1, 0.5, 0.9])
    assert found.value.tolist() == [[0.4, 5.0, np.inf], [-np.inf, -np.inf, pytest.approx(1.7)]]
    assert np.isnan(found.sem).all()
