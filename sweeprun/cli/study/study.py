"""The task function: what one task computes. This one estimates pi; put yours in its place."""

import numpy as np


def estimate(cfg, rng):
    """Estimate pi by the share of random points of the unit square that lie in the quarter disc.

    It is given those of cfg (the config), rng (the task's own random stream) and task (its id, coordinates, directory)
    that it names, and returns numbers, arrays, or an xarray.Dataset.
    """
    x, y = rng.random((2, cfg.n))
    pi = 4 * float(np.mean(x**2 + y**2 < 1))
    return {"pi": pi, "error": pi - np.pi}
