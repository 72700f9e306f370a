"""Intervals of the mean of counts: published ones, and how often they hold it, by exact enumeration."""

import numpy as np
import pytest
from scipy import stats

from sweeprun.statistics.counts import FEW, poisson
from sweeprun.statistics.estimators import IntervalKind, interval, interval_of
from sweeprun.statistics.moments import Moments


@pytest.mark.parametrize(
    ("events", "expected"),
    [(0, (0.0, 3.689)), (1, (0.0253, 5.572)), (5, (1.623, 11.668)), (10, (4.795, 18.390)), (30, (20.241, 42.827))],
)
def test_the_interval_of_events_is_the_published_one(events: int, expected: tuple[float, float]) -> None:
    """F. Garwood, Biometrika 28 (1936) 437; E. S. Pearson, H. O. Hartley, Biometrika Tables, table 40."""
    found = poisson(np.array(float(events)), np.array(1), 0.95)
    assert np.allclose(found, expected, atol=6e-4)


@pytest.mark.parametrize("mean", [0.05, 0.5, 2.0, 20.0])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_it_holds_the_mean_at_least_as_often_as_it_says(mean: float, level: float) -> None:
    n = 7
    events = np.arange(400)
    low, high = poisson(events / n, np.full(400, n), level)
    held = (low <= mean) & (mean <= high)
    assert stats.poisson.pmf(events, n * mean)[held].sum() >= level


def test_few_events_have_the_wider_of_two_intervals_and_many_have_students() -> None:
    rare = np.array([0] * 28 + [1, 2])
    low, high = interval(rare, IntervalKind.COUNTS)
    student, exact = interval(rare, IntervalKind.STUDENT), interval(rare, IntervalKind.POISSON)
    assert (low, high) == (0.0, max(student[1], exact[1]))
    many = np.array([0, FEW, 2, 1])
    assert interval(many, IntervalKind.COUNTS) == interval(many, IntervalKind.STUDENT)


def test_no_events_leave_the_mean_open() -> None:
    none = np.zeros((2, 30), int)
    low, high = interval(none, IntervalKind.COUNTS)
    assert low.tolist() == [0, 0]
    assert np.allclose(high, 3.689 / 30, atol=1e-4)


def test_without_values_or_with_one_there_is_no_interval_of_counts() -> None:
    empty = np.array([[np.nan, np.nan], [3.0, np.nan]])
    assert np.isnan(interval(empty, IntervalKind.COUNTS)).all()
    assert np.isnan(interval(empty, IntervalKind.POISSON)[1]).tolist() == [True, False]


def test_the_interval_follows_from_the_moments() -> None:
    found = Moments(count=np.array(10), mean=np.array(0.5), std=np.array(0.7), sem=np.array(0.7 / np.sqrt(10)))
    low, high = interval_of(found, IntervalKind.COUNTS, 0.95)
    assert low < 0.5 - 0.7 / np.sqrt(10) < 0.5 < high


@pytest.mark.parametrize("mean", [np.inf, -np.inf, np.nan])
def test_of_infinite_results_nothing_is_known(mean: float) -> None:
    assert np.isnan(poisson(np.array(mean), np.array(9), 0.95)).all()
