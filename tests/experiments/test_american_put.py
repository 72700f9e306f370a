import itertools
import math

import numpy as np
import pytest
from omegaconf import DictConfig, OmegaConf

from experiments.american_put import discounted_cash_flows, european_put, laguerre, paths_backwards, price
from experiments.compare_american_put import PUBLISHED

# Section 1 of the paper: a put of strike 1.10 on eight paths, exercisable at times 1, 2 and 3, at a rate of 6 %.
EXAMPLE = np.array(
    [
        [1.09, 1.08, 1.34],
        [1.16, 1.26, 1.54],
        [1.22, 1.07, 1.03],
        [0.93, 0.97, 0.92],
        [1.11, 1.56, 1.52],
        [0.76, 0.77, 0.90],
        [0.92, 0.84, 1.01],
        [0.88, 1.22, 1.34],
    ]
)

MAXIMUM_OF_20_NORMALS = 4.0
"""Exceeded by any of 20 with a probability of 0.1 %; the streams are fixed, so by none."""


def config(spot: float = 36, volatility: float = 0.2, maturity: float = 1, **changed: object) -> DictConfig:
    values = {"strike": 40, "rate": 0.06, "dates_per_year": 50, "paths": 20_000}
    return OmegaConf.create({"spot": spot, "volatility": volatility, "maturity": maturity, **values, **changed})


def parabola(x: np.ndarray) -> np.ndarray:
    return np.stack((np.ones_like(x), x, x * x), axis=-1)


def binomial_put(spot: float, volatility: float, maturity: float, *, steps_per_date: int = 40) -> float:
    """The Bermudan put of the paper's Table 1 by a binomial tree (Cox, Ross and Rubinstein, 1979)."""
    strike, rate, steps = 40, 0.06, round(maturity * 50) * steps_per_date
    step = maturity / steps
    up = math.exp(volatility * math.sqrt(step))
    discount = math.exp(-rate * step)
    probability = (1 / discount - 1 / up) / (up - 1 / up)

    def exercised(time: int) -> np.ndarray:
        return np.maximum(strike - spot * up ** (2.0 * np.arange(time + 1) - time), 0)

    values = exercised(steps)
    for time in range(steps - 1, -1, -1):
        values = discount * (probability * values[1:] + (1 - probability) * values[:-1])
        if time and time % steps_per_date == 0:
            values = np.maximum(values, exercised(time))
    return float(values[0])


def test_the_eight_paths_of_the_paper_give_its_prices() -> None:
    values = discounted_cash_flows(EXAMPLE.T[::-1], strike=1.10, discount=math.exp(-0.06), basis=parabola)
    assert round(float(values.mean()), 4) == 0.1144
    last = np.maximum(1.10 - EXAMPLE[:, -1], 0)
    assert round(float(last.mean()) * math.exp(-0.18), 4) == 0.0564


def test_each_of_the_eight_paths_is_exercised_when_the_paper_says() -> None:
    values = discounted_cash_flows(EXAMPLE.T[::-1], strike=1.10, discount=math.exp(-0.06), basis=parabola)
    times = np.array([0, 0, 3, 1, 0, 1, 1, 1])  # 0: never
    paid = np.where(times > 0, 1.10 - EXAMPLE[np.arange(8), times - 1], 0) * np.exp(-0.06 * times)
    np.testing.assert_allclose(values, paid, atol=1e-15)


def test_nothing_is_exercised_on_paths_that_are_never_in_the_money() -> None:
    values = discounted_cash_flows(np.full((3, 5), 41.0), strike=40, discount=0.99)
    np.testing.assert_array_equal(values, np.zeros(5))


def test_one_path_in_the_money_is_enough_to_go_on() -> None:
    spots = np.array([[50.0, 50.0], [30.0, 50.0]])  # in the money at the first date alone
    np.testing.assert_allclose(discounted_cash_flows(spots, strike=40, discount=0.9), [9.0, 0.0])


def test_the_regressors_are_a_constant_and_weighted_laguerre_polynomials() -> None:
    x = np.array([0.0, 0.5, 2.0])
    weighted = [np.exp(-x / 2) * np.polynomial.laguerre.Laguerre.basis(n)(x) for n in range(3)]
    np.testing.assert_allclose(laguerre(x), np.stack([np.ones(3), *weighted], axis=-1))


def test_paths_backwards_have_the_moments_of_geometric_brownian_motion() -> None:
    pairs, dates, step = 50_000, 4, 0.5
    spots = paths_backwards(
        36, rate=0.06, volatility=0.3, step=step, dates=dates, pairs=pairs, rng=np.random.default_rng(0)
    )
    logs = np.log(np.stack(list(spots))[::-1] / 36)  # from the first date on
    times = step * np.arange(1, dates + 1)
    expected = (0.06 - 0.3**2 / 2) * times
    np.testing.assert_allclose(logs[:, :pairs] + logs[:, pairs:], np.tile(2 * expected[:, None], pairs), atol=1e-12)
    motion = (logs[:, :pairs] - expected[:, None]) / 0.3
    covariance = np.minimum.outer(times, times)
    error = np.sqrt((np.outer(times, times) + covariance**2) / pairs)  # of the covariance of normal variables
    assert (np.abs(motion @ motion.T / pairs - covariance) < MAXIMUM_OF_20_NORMALS * error).all()
    assert (np.abs(motion.mean(axis=1)) < MAXIMUM_OF_20_NORMALS * np.sqrt(times / pairs)).all()


def test_the_closed_form_gives_the_european_prices_of_the_paper() -> None:
    for (spot, volatility, maturity), (_, european, *_) in PUBLISHED.items():
        ours = european_put(spot=spot, strike=40, rate=0.06, volatility=volatility, maturity=maturity)
        assert round(ours, 3) == european


def test_a_binomial_tree_gives_the_finite_difference_prices_of_the_paper() -> None:
    for option, (finite_difference, *_) in PUBLISHED.items():
        tolerance = 0.0015 if option[1] == 0.2 else 0.006  # the paper's grid is coarser where prices spread more
        assert binomial_put(*option) == pytest.approx(finite_difference, abs=tolerance)


def test_a_small_ensemble_gives_the_prices_of_the_tree() -> None:
    members, low_bias = 4, 0.01  # no rule of exercise is better than the best one
    for number, option in enumerate(itertools.islice(PUBLISHED, 0, None, 3)):
        streams = [np.random.default_rng((number, member)) for member in range(members)]
        results = [price(config(*option), rng) for rng in streams]
        mean = float(np.mean([result["price"] for result in results]))
        error = float(np.mean([result["paired_standard_error"] for result in results])) / math.sqrt(members)
        exact = binomial_put(*option)
        assert -4 * error - low_bias < mean - exact < 4 * error


def test_antithetic_pairs_err_less_than_independent_paths() -> None:
    result = price(config(), np.random.default_rng(0))
    assert result["paired_standard_error"] < 0.8 * result["standard_error"]


def test_the_same_stream_gives_the_same_price() -> None:
    cfg = config(paths=100)
    assert price(cfg, np.random.default_rng(7)) == price(cfg, np.random.default_rng(7))
    assert price(cfg, np.random.default_rng(7)) != price(cfg, np.random.default_rng(8))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"paths": 101}, "paths=101 should be an even number"),
        ({"paths": 2}, "paths=2 should be"),
        ({"maturity": 0.03}, "maturity=0.03 is no whole number of dates"),
        ({"maturity": 0}, "maturity=0 is no whole number of dates"),
    ],
)
def test_what_cannot_be_simulated_is_refused(changed: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        price(config(**changed), np.random.default_rng(0))
