"""Intervals of confidence: SciPy's and published ones, and what holds for any sample."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sweeprun.errors import UsageError
from sweeprun.statistics.estimators import IntervalKind, are_counts, are_zero_or_one, interval
from sweeprun.statistics.moments import moments

values = st.floats(-1e6, 1e6)


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
    assert np.allclose([low[1, 1], high[1, 1]], [expected.low, expected.high], rtol=1e-13, atol=0)
    student = interval(sample, IntervalKind.STUDENT, 0.9)
    assert np.allclose(low, student[0], atol=0.25)


def test_samples_without_spread_or_values() -> None:
    sample = np.array([[1.0, 1.0, 1.0], [2.0, np.nan, np.nan], [np.nan, np.nan, np.nan]])
    for kind in (IntervalKind.STUDENT, IntervalKind.NORMAL, IntervalKind.BOOTSTRAP):
        low, high = interval(sample, kind)
        assert (low[0], high[0]) == (1.0, 1.0)
        assert np.isnan([low[1:], high[1:]]).all()
    low, high = interval(np.array([[1.0, np.nan], [np.nan, np.nan]]), IntervalKind.WILSON)
    assert high[0] == 1.0
    assert 0 < low[0] < 1
    assert np.isnan([low[1], high[1]]).all()


def test_infinite_values_have_no_interval_and_no_warning() -> None:
    assert np.isnan(interval(np.array([1.0, np.inf, 2.0]), IntervalKind.BOOTSTRAP)).all()


@pytest.mark.parametrize("kind", [IntervalKind.STUDENT, IntervalKind.NORMAL, IntervalKind.BOOTSTRAP])
@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_intervals_of_tiny_and_huge_values_are_those_of_others(kind: IntervalKind, scale: float) -> None:
    sample = np.random.default_rng(8).exponential(size=12)
    assert np.allclose(np.divide(interval(sample * scale, kind), scale), interval(sample, kind), rtol=1e-12)


def test_a_bootstrap_of_large_integers_moves_with_them() -> None:
    sample = np.random.default_rng(8).integers(0, 1000, size=12) * 1000
    low, high = interval(sample + 2**62, IntervalKind.BOOTSTRAP)
    expected = np.array(interval(sample, IntervalKind.BOOTSTRAP)) + 2.0**62
    assert np.allclose([low, high], expected, rtol=0, atol=2048)


@pytest.mark.parametrize(
    ("sample", "zero_or_one", "counts"),
    [
        (np.array([True, False]), True, True),
        (np.array([0, 1, 1]), True, True),
        (np.array([0.0, np.nan, 1.0]), True, True),
        (np.array([0, 2]), False, True),
        (np.array([0, -1]), False, False),
        (np.array([0.0, 2.5]), False, False),
        (np.array([0.0, np.inf]), True, True),
        (np.array([1, 2], np.uint8), False, True),
    ],
)
def test_what_values_are_for(sample: np.ndarray, zero_or_one: bool, counts: bool) -> None:
    assert (are_zero_or_one(sample), are_counts(sample)) == (zero_or_one, counts)


def test_a_bootstrap_in_batches_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = np.random.default_rng(6).exponential(size=11)
    whole = interval(sample, IntervalKind.BOOTSTRAP)
    monkeypatch.setattr("sweeprun.statistics.estimators._BATCH", 1000)
    assert interval(sample, IntervalKind.BOOTSTRAP) == whole


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: interval(np.ones(3), IntervalKind.STUDENT, 1.5), "--level is 1.5"),
        (lambda: interval(np.array([0.5]), IntervalKind.WILSON), "0 or 1"),
        (lambda: interval(np.array([0.5]), IntervalKind.POISSON), "needs whole numbers from 0"),
        (lambda: interval(np.array([-1]), IntervalKind.COUNTS), "needs whole numbers from 0"),
        (lambda: interval(np.arange(3.0), IntervalKind.BOOTSTRAP, seed=-1), "--seed is -1; it must be a whole number"),
    ],
)
def test_what_makes_no_sense_is_told(call: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()
