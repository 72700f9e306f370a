"""Estimate pi by Monte Carlo: the smallest possible task function."""

import numpy as np
from omegaconf import DictConfig

__all__ = ["estimate"]


def estimate(cfg: DictConfig, rng: np.random.Generator) -> dict[str, float]:
    """Estimate pi from the share of random points of the unit square that fall inside the quarter disc.

    Parameters
    ----------
    cfg
        ``n``, the number of points.
    rng
        The task's own random stream.

    Returns
    -------
    dict
        ``pi``, the estimate, and ``error``, how far it is from the truth.
    """
    x, y = rng.random((2, cfg.n))
    pi = 4.0 * float(np.mean(x * x + y * y < 1.0))
    return {"pi": pi, "error": pi - np.pi}
