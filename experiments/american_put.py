"""Price American puts by least-squares Monte Carlo, as Longstaff and Schwartz (2001) did.

F. A. Longstaff and E. S. Schwartz, "Valuing American Options by Simulation: A Simple Least-Squares Approach", Review of
Financial Studies 14(1), 113-147 (2001), https://doi.org/10.1093/rfs/14.1.113. ``docs/american_put.md`` compares the
prices with those of its Table 1.
"""

import math
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from omegaconf import DictConfig

__all__ = ["discounted_cash_flows", "european_put", "laguerre", "paths_backwards", "price"]


def price(cfg: DictConfig, rng: np.random.Generator) -> dict[str, float]:
    """Estimate the price of an American put that can be exercised on so many dates a year.

    Parameters
    ----------
    cfg
        ``spot`` and ``strike``; ``volatility`` and ``rate``, per year, the rate continuously compounded; ``maturity``
        in years; ``dates_per_year``, on which it can be exercised; ``paths``, an even number, half of them antithetic.
    rng
        The task's own random stream.

    Returns
    -------
    dict
        ``price``, the mean of the discounted cash flows of all paths; ``standard_error``, their standard deviation by
        the square root of their number, as if all were independent; ``paired_standard_error``, the same from the means
        of the antithetic pairs, which are.

    Raises
    ------
    ValueError
        If the number of paths is odd or below 4, or the maturity is no whole number of dates.
    """
    dates = round(cfg.maturity * cfg.dates_per_year)
    if dates < 1 or not math.isclose(dates, cfg.maturity * cfg.dates_per_year):
        raise ValueError(f"maturity={cfg.maturity} is no whole number of dates at {cfg.dates_per_year} a year")
    if cfg.paths < 4 or cfg.paths % 2:
        raise ValueError(f"paths={cfg.paths} should be an even number from 4, half of them antithetic")
    step = cfg.maturity / dates
    spots = paths_backwards(
        cfg.spot, rate=cfg.rate, volatility=cfg.volatility, step=step, dates=dates, pairs=cfg.paths // 2, rng=rng
    )
    values = discounted_cash_flows(spots, strike=cfg.strike, discount=math.exp(-cfg.rate * step))
    pairs = values.reshape(2, -1).mean(axis=0)
    return {
        "price": float(values.mean()),
        "standard_error": float(values.std(ddof=1) / math.sqrt(values.size)),
        "paired_standard_error": float(pairs.std(ddof=1) / math.sqrt(pairs.size)),
    }


def paths_backwards(
    spot: float, *, rate: float, volatility: float, step: float, dates: int, pairs: int, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Simulate geometric Brownian motion from the last date to the first, so that no path has to be kept.

    Given its value at one time, a Brownian motion that began at 0 is at an earlier time normal, with the mean
    ``W(t) s / t`` and the variance ``s (t - s) / t`` (the Brownian bridge; P. Glasserman, "Monte Carlo Methods in
    Financial Engineering", 2004, section 3.1).

    Parameters
    ----------
    spot
        The price at time 0.
    rate, volatility
        Of the risk-neutral process ``dS = rate S dt + volatility S dW``, per year.
    step, dates
        The years between two dates, and how many dates there are after time 0.
    pairs
        How many antithetic pairs of paths.
    rng
        Where the normal numbers come from.

    Yields
    ------
    numpy.ndarray
        The prices on one date, shape ``(2 * pairs,)``; path ``i`` and path ``pairs + i`` are a pair.
    """
    motion = math.sqrt(dates * step) * rng.standard_normal(pairs)
    for date in range(dates, 0, -1):
        drift = spot * math.exp((rate - volatility**2 / 2) * date * step)
        growth = np.exp(volatility * motion)
        yield np.concatenate((drift * growth, drift / growth))
        earlier = (date - 1) / date
        motion *= earlier
        motion += math.sqrt(earlier * step) * rng.standard_normal(pairs)


def laguerre(x: np.ndarray) -> np.ndarray:
    """A constant and the first three weighted Laguerre polynomials, the regressors of the paper's section 2.

    Parameters
    ----------
    x
        Prices as multiples of the strike, shape ``(n,)``; the weight ``exp(-x / 2)`` would underflow for large ones.

    Returns
    -------
    numpy.ndarray
        Shape ``(n, 4)``.
    """
    weight = np.exp(-x / 2)
    return np.stack((np.ones_like(x), weight, weight * (1 - x), weight * (1 - 2 * x + x * x / 2)), axis=-1)


def discounted_cash_flows(
    spots: Iterable[np.ndarray],
    *,
    strike: float,
    discount: float,
    basis: Callable[[np.ndarray], np.ndarray] = laguerre,
) -> np.ndarray:
    """Cash flows of a put that is exercised by the least-squares rule, discounted to time 0.

    On each date but the last, what the paths in the money pay later is regressed on their prices; where the fitted
    value of going on is less than the exercise value, the option is exercised (the paper's sections 1 and 2).

    Parameters
    ----------
    spots
        The prices of all paths on each date, from the last date to the first.
    strike
        The strike.
    discount
        The factor from one date to the date before.
    basis
        The regressors, shape ``(n, k)``, of prices as multiples of the strike, shape ``(n,)``.

    Returns
    -------
    numpy.ndarray
        One value for each path.
    """
    dates = iter(spots)
    values = np.maximum(strike - next(dates), 0.0)
    for spot in dates:
        values *= discount
        (inside,) = np.nonzero(spot < strike)
        if inside.size:
            exercise = strike - spot[inside]
            regressors = basis(spot[inside] / strike)
            coefficients, *_ = np.linalg.lstsq(regressors, values[inside] / strike)
            now = exercise > strike * (regressors @ coefficients)
            values[inside[now]] = exercise[now]
    return discount * values


def european_put(*, spot: float, strike: float, rate: float, volatility: float, maturity: float) -> float:
    """The price of a European put in closed form.

    F. Black and M. Scholes, "The Pricing of Options and Corporate Liabilities", Journal of Political Economy 81(3),
    637-654 (1973).
    """
    deviation = volatility * math.sqrt(maturity)
    above = (math.log(spot / strike) + rate * maturity) / deviation + deviation / 2
    return strike * math.exp(-rate * maturity) * _normal(deviation - above) - spot * _normal(-above)


def _normal(x: float) -> float:
    """The distribution function of the standard normal distribution."""
    return math.erfc(-x / math.sqrt(2)) / 2
