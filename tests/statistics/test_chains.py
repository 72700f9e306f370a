"""The error of the mean of a chain, by means of batches."""

import numpy as np
import pytest
from scipy import signal, stats

from sweeprun.statistics.chains import FEWEST_STEPS, batch_error, batch_length
from sweeprun.statistics.estimators import IntervalKind, interval


def autoregression(rho: float, steps: int, chains: int, seed: int = 0) -> np.ndarray:
    """Chains of the mean 0, shape ``(chains, steps)``, that begin in their stationary distribution."""
    noise = np.random.default_rng(seed).normal(size=(chains, steps))
    noise[:, 0] /= np.sqrt(1 - rho**2)
    return np.asarray(signal.lfilter([1], [1, -rho], noise, axis=-1))


def test_batches_have_the_length_of_their_rule() -> None:
    assert [batch_length(steps) for steps in (8, 27, 1000, 10**6)] == [4, 9, 100, 10_000]


def test_the_error_is_that_of_the_means_of_batches() -> None:
    chain = autoregression(0.5, 30, 1)[0]
    error, freedom = batch_error(chain)
    assert freedom == 2
    assert error == pytest.approx(stats.sem(chain[:27].reshape(3, 9).mean(axis=1)))


def test_missing_steps_are_left_out_and_short_chains_have_no_error() -> None:
    chain = autoregression(0.5, 30, 1)[0]
    holed = np.insert(chain, [3, 17], np.nan)
    assert np.array_equal(batch_error(holed)[0], batch_error(chain)[0])
    assert np.isnan(batch_error(chain[: FEWEST_STEPS - 1])[0])
    assert np.isfinite(batch_error(chain[:FEWEST_STEPS])[0])


def test_large_integers_have_the_error_of_small_ones() -> None:
    chain = np.random.default_rng(0).integers(0, 100, size=64)
    assert batch_error(chain + 2**62)[0] == pytest.approx(batch_error(chain)[0])


@pytest.mark.parametrize(("rho", "steps"), [(-0.5, 200), (0.0, 200), (0.5, 200), (0.9, 1000)])
def test_intervals_hold_the_mean_of_a_chain(rho: float, steps: int) -> None:
    chains = autoregression(rho, steps, 2000)
    low, high = interval(chains, IntervalKind.BATCHES)
    assert 0.93 < np.mean((low <= 0) & (high >= 0)) < 0.975


def test_students_interval_of_a_chain_is_far_too_narrow() -> None:
    low, high = interval(autoregression(0.9, 1000, 500), IntervalKind.STUDENT)
    assert np.mean((low <= 0) & (high >= 0)) < 0.5
