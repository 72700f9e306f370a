import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm

from sweeprun.report.averages import average_of
from sweeprun.statistics.estimators import IntervalKind, interval
from sweeprun.statistics.moments import moments

_VALUES = st.floats(-1e3, 1e3) | st.just(np.nan)


@given(arrays(float, (4, 6), elements=_VALUES))
def test_over_one_point_statistics_are_the_usual_ones(samples: np.ndarray) -> None:
    found, wanted = average_of(samples[:, None], 0.95, IntervalKind.STUDENT), moments(samples)
    low, high = interval(samples, IntervalKind.STUDENT, 0.95)
    for one, other in (
        (found.count, wanted.count), (found.mean, wanted.mean), (found.std, wanted.std), (found.sem, wanted.sem),
        (found.low, low), (found.high, high),
    ):  # fmt: skip
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


@given(arrays(float, (4, 6), elements=st.sampled_from([0.0, 1.0, np.nan])))
def test_over_one_point_a_proportion_has_wilsons_interval(samples: np.ndarray) -> None:
    found = average_of(samples[:, None], 0.95, IntervalKind.WILSON)
    low, high = interval(samples, IntervalKind.WILSON, 0.95)
    np.testing.assert_allclose(found.low, low)
    np.testing.assert_allclose(found.high, high)


@given(arrays(float, (4, 6), elements=st.sampled_from([0.0, 1.0, 2.0, 9.0, np.nan])))
def test_over_one_point_counts_have_the_interval_of_statistics(samples: np.ndarray) -> None:
    found = average_of(samples[:, None], 0.95, IntervalKind.COUNTS)
    low, high = interval(samples, IntervalKind.COUNTS, 0.95)
    np.testing.assert_allclose(found.low, low, atol=1e-12)
    np.testing.assert_allclose(found.high, high)


@pytest.mark.parametrize(
    "samples",
    [
        2**62 + np.arange(12).reshape(2, 6),
        1.7e18 + 512 * np.arange(12.0).reshape(2, 6),
        1e15 + np.random.default_rng(0).random((2, 6)),
        1e-200 * np.arange(12.0).reshape(2, 6),
        1e200 * np.arange(12.0).reshape(2, 6),
        np.array([[2**64 - 1, 2**64 - 5, 0], [7, 8, 9]], np.uint64),
    ],
)
def test_large_and_small_numbers_have_the_spread_that_they_have(samples: np.ndarray) -> None:
    """Also over two points that differ: of each member's distances from the means of its points."""
    found, wanted = average_of(samples[:, None], 0.95, IntervalKind.STUDENT), moments(samples)
    np.testing.assert_allclose(found.std, wanted.std, rtol=1e-12)
    np.testing.assert_allclose(found.sem, wanted.sem, rtol=1e-12)
    together = average_of(samples[None], 0.95, IntervalKind.STUDENT)
    np.testing.assert_allclose(together.std, np.hypot(*wanted.std) / np.sqrt(2), rtol=1e-12)


def test_a_constant_point_takes_no_digits_from_others() -> None:
    samples = np.array([[1e300] * 3, [1e-5, 2e-5, 3e-5]])
    assert average_of(samples[None], 0.95, IntervalKind.STUDENT).std[0] == pytest.approx(1e-5 / np.sqrt(2))


def test_infinite_values_leave_the_error_unknown() -> None:
    samples = np.array([[[1.0, 2.0, np.inf], [1.0, 2.0, 3.0]], [[1.0, 2.0, 4.0], [1.0, 2.0, 3.0]]])
    found = average_of(samples, 0.95, IntervalKind.STUDENT)
    assert found.mean[0] == np.inf
    assert np.isnan([found.std[0], found.sem[0], found.low[0], found.high[0]]).all()
    assert np.isfinite([found.std[1], found.sem[1], found.low[1], found.high[1]]).all()


def test_counts_of_several_points_are_of_as_many_values_as_a_point_has() -> None:
    none = average_of(np.zeros((1, 5, 10)), 0.95, IntervalKind.COUNTS)
    assert none.high == interval(np.zeros(10), IntervalKind.POISSON)[1]


@given(
    arrays(float, (5, 4), elements=st.floats(-10, 10) | st.just(np.nan)),
    arrays(float, 5, elements=st.integers(-50, 50).map(float)),
)
def test_a_trend_along_an_axis_makes_no_interval_wider(samples: np.ndarray, trend: np.ndarray) -> None:
    flat, steep = (average_of(one, 0.95, IntervalKind.STUDENT) for one in (samples, samples + trend[:, None]))
    np.testing.assert_allclose(steep.sem, flat.sem, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(steep.std, flat.std, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(steep.high - steep.low, flat.high - flat.low, rtol=1e-6, atol=1e-9)


def test_members_are_compared_as_wholes() -> None:
    samples = np.random.default_rng(0).normal(size=(3, 7, 10)) + np.arange(7)[:, None]
    found, wanted = average_of(samples, 0.95, IntervalKind.STUDENT), moments(samples.mean(axis=1))
    np.testing.assert_allclose(found.mean, wanted.mean)
    np.testing.assert_allclose(found.sem, wanted.sem)
    np.testing.assert_allclose(found.std, np.sqrt(samples.var(axis=2, ddof=1).mean(axis=1)))
    assert found.count.tolist() == [70] * 3


@pytest.mark.parametrize("is_shared", [False, True])
@pytest.mark.parametrize("proportion", [False, True])
def test_intervals_hold_the_true_mean_as_often_as_they_say(is_shared: bool, proportion: bool) -> None:
    """Also if members do the same at all points, and some values are missing."""
    rng = np.random.default_rng(1)
    points, members = 6, 20
    chance = np.linspace(0.2, 0.7, points)[:, None]
    drawn = rng.random((4000, 1 if is_shared else points, members)) * np.ones((points, 1))
    samples = (drawn < chance).astype(float) if proportion else norm.ppf(drawn) + 100 * chance
    mean = chance.mean() if proportion else (100 * chance).mean()
    samples[rng.random(samples.shape) < 0.1] = np.nan
    found = average_of(samples, 0.95, IntervalKind.WILSON if proportion else IntervalKind.STUDENT)
    covered = np.mean((found.low <= mean) & (mean <= found.high))
    assert covered > 0.94
    assert covered < 0.96 or proportion  # which is on the safe side


def test_a_point_of_one_value_leaves_the_error_unknown() -> None:
    samples = np.array([[[1.0, 2.0, 3.0], [5.0, np.nan, np.nan]], [[1.0, 2.0, 3.0], [np.nan, np.nan, np.nan]]])
    found = average_of(samples, 0.95, IntervalKind.STUDENT)
    assert found.mean.tolist() == [3.5, 2.0]
    assert np.isnan([found.sem[0], found.low[0], found.high[0]]).all()
    assert found.sem[1] == pytest.approx(1 / np.sqrt(3))
