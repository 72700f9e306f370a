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
    found, wanted = average_of(samples[:, None], 0.95, proportion=False), moments(samples)
    low, high = interval(samples, IntervalKind.STUDENT, 0.95)
    for one, other in (
        (found.count, wanted.count), (found.mean, wanted.mean), (found.std, wanted.std), (found.sem, wanted.sem),
        (found.low, low), (found.high, high),
    ):  # fmt: skip
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


@given(arrays(float, (4, 6), elements=st.sampled_from([0.0, 1.0, np.nan])))
def test_over_one_point_a_proportion_has_wilsons_interval(samples: np.ndarray) -> None:
    found = average_of(samples[:, None], 0.95, proportion=True)
    low, high = interval(samples, IntervalKind.WILSON, 0.95)
    np.testing.assert_allclose(found.low, low)
    np.testing.assert_allclose(found.high, high)


@given(
    arrays(float, (5, 4), elements=st.floats(-10, 10) | st.just(np.nan)),
    arrays(float, 5, elements=st.integers(-50, 50).map(float)),
)
def test_a_trend_along_an_axis_makes_no_interval_wider(samples: np.ndarray, trend: np.ndarray) -> None:
    flat, steep = (average_of(one, 0.95, proportion=False) for one in (samples, samples + trend[:, None]))
    np.testing.assert_allclose(steep.sem, flat.sem, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(steep.std, flat.std, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(steep.high - steep.low, flat.high - flat.low, rtol=1e-6, atol=1e-9)


def test_members_are_compared_as_wholes() -> None:
    samples = np.random.default_rng(0).normal(size=(3, 7, 10)) + np.arange(7)[:, None]
    found, wanted = average_of(samples, 0.95, proportion=False), moments(samples.mean(axis=1))
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
    found = average_of(samples, 0.95, proportion=proportion)
    covered = np.mean((found.low <= mean) & (mean <= found.high))
    assert covered > 0.94
    assert covered < 0.96 or proportion  # which is on the safe side


def test_a_point_of_one_value_leaves_the_error_unknown() -> None:
    samples = np.array([[[1.0, 2.0, 3.0], [5.0, np.nan, np.nan]], [[1.0, 2.0, 3.0], [np.nan, np.nan, np.nan]]])
    found = average_of(samples, 0.95, proportion=False)
    assert found.mean.tolist() == [3.5, 2.0]
    assert np.isnan([found.sem[0], found.low[0], found.high[0]]).all()
    assert found.sem[1] == pytest.approx(1 / np.sqrt(3))
