"""Intervals of proportions: SciPy's and published ones."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sweeprun.statistics.estimators import IntervalKind, interval
from sweeprun.statistics.proportions import independent_newcombe, paired_newcombe, wilson, wilson_halfwidth


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


def pairs(both: int, only_first: int, only_second: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    counts = (both, only_first, only_second, neither)
    return np.repeat([1.0, 1.0, 0.0, 0.0], counts), np.repeat([1.0, 0.0, 1.0, 0.0], counts)


def ones(successes: int, count: int) -> np.ndarray:
    return np.repeat([1.0, 0.0], (successes, count - successes))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [((56, 70), (48, 80), (0.0524, 0.3339)), ((9, 10), (3, 10), (0.1705, 0.8090)), ((10, 10), (0, 10), (0.6075, 1.0))],
)
def test_the_interval_of_independent_proportions_is_the_published_one(
    first: tuple[int, int], second: tuple[int, int], expected: tuple[float, float]
) -> None:
    """R. G. Newcombe, Stat. Med. 17 (1998) 873, table II, method 10; statsmodels has the same."""
    assert np.round(independent_newcombe(ones(*first), ones(*second), 0.95), 4).tolist() == list(expected)


@pytest.mark.parametrize(
    ("table", "expected"),
    [((59, 6, 16, 80), (-0.1186, -0.0046)), ((36, 12, 2, 0), (0.0569, 0.3404))],
)
def test_the_interval_of_paired_proportions_is_the_published_one(
    table: tuple[int, int, int, int], expected: tuple[float, float]
) -> None:
    """Fagerland, Lydersen, Laake, Statistical Analysis of Contingency Tables (2017), 8.6; Newcombe (1998) 2635."""
    assert np.round(paired_newcombe(*pairs(*table), 0.95), 4).tolist() == list(expected)


@given(st.tuples(*[st.integers(0, 12)] * 4).filter(any), st.sampled_from([0.8, 0.95]))
def test_intervals_of_paired_proportions_turn_with_the_pairs(table: tuple[int, int, int, int], level: float) -> None:
    first, second = pairs(*table)
    low, high = paired_newcombe(first, second, level)
    assert -1 - 1e-12 <= low < high <= 1 + 1e-12
    assert low - 1e-12 <= np.mean(first) - np.mean(second) <= high + 1e-12
    assert np.allclose(paired_newcombe(second, first, level), [-high, -low], atol=1e-12)
    assert np.allclose(paired_newcombe(1 - first, 1 - second, level), [-high, -low], atol=1e-12)


def test_incomplete_pairs_do_not_count() -> None:
    first, second = pairs(5, 3, 1, 4)
    holes = [math.nan, 1.0], [math.nan, math.nan]
    found = paired_newcombe(np.append(first, holes[0][:1]), np.append(second, holes[1][:1]), 0.95)
    assert np.array_equal(found, paired_newcombe(first, second, 0.95))


def paired_coverage(n: int, both: float, first: float, second: float) -> float:
    """How often the interval holds the difference: summed over all tables of ``n`` pairs."""
    tables = [(e, f, g, n - e - f - g) for e in range(n + 1) for f in range(n + 1 - e) for g in range(n + 1 - e - f)]
    chance = stats.multinomial.pmf(tables, n, [both, first, second, 1 - both - first - second])
    made = [paired_newcombe(*pairs(*table), 0.95) for table in tables]
    return float(sum(p for p, (low, high) in zip(chance, made, strict=True) if low <= first - second <= high))


@pytest.mark.parametrize("cells", [(0.45, 0.05, 0.05), (0.3, 0.3, 0.1), (0.9, 0.02, 0.02)])
def test_paired_intervals_hold_the_difference_about_as_often_as_they_say(cells: tuple[float, float, float]) -> None:
    assert paired_coverage(12, *cells) > 0.93


def test_the_ends_of_wilsons_interval_are_a_halfwidth_apart() -> None:
    proportion, count = np.array([0.2, 0.5]), np.array([10, 40])
    low, high = wilson(proportion, count, 0.9)
    assert np.allclose((high - low) / 2, wilson_halfwidth(proportion, count, 0.9))
