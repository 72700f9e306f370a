"""What statistics are made of, each part of it once."""

import numpy as np
import pytest

from sweeprun.statistics import statistic
from sweeprun.statistics.chains import batch_error
from sweeprun.statistics.estimators import IntervalKind, interval
from sweeprun.statistics.moments import moments
from sweeprun.statistics.statistic import Ensemble

SAMPLES = np.random.default_rng(1).normal(5, 2, size=(3, 40))


def test_its_parts_are_those_of_the_estimators() -> None:
    own = Ensemble(samples=SAMPLES, kind=IntervalKind.STUDENT, level=0.9)
    found = moments(SAMPLES)
    assert np.array_equal(own.moments.mean, found.mean)
    assert np.array_equal(own.sem, found.sem)
    assert np.array_equal(own.interval, interval(SAMPLES, IntervalKind.STUDENT, 0.9))
    assert np.allclose(own.scaled.places(own.scaled.values.T).T, SAMPLES)
    assert np.isnan(own.unknown).all()
    assert own.unknown.shape == (3,)


def test_without_an_error_neither_it_nor_the_interval_is_known() -> None:
    own = Ensemble(samples=SAMPLES, kind=IntervalKind.STUDENT, has_error=False)
    assert np.isnan([own.sem, *own.interval]).all()
    assert not np.isnan(own.moments.mean).any()


def test_the_error_of_a_chain_is_that_of_its_batches() -> None:
    own = Ensemble(samples=SAMPLES, kind=IntervalKind.BATCHES)
    assert np.array_equal(own.sem, batch_error(SAMPLES)[0])


def test_what_several_statistics_need_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    monkeypatch.setattr(statistic, "interval", lambda *args: calls.append(args) or (SAMPLES[:, 0], SAMPLES[:, 1]))
    own = Ensemble(samples=SAMPLES, kind=IntervalKind.STUDENT)
    assert own.interval is own.interval
    assert len(calls) == 1
