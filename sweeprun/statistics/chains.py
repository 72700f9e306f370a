"""The error of the mean of steps that depend on those before them, as in a time series or a Markov chain.

References
----------
B. Schmeiser, Oper. Res. 30 (1982) 556 (how many batches).
J. M. Flegal, G. L. Jones, Ann. Stat. 38 (2010) 1034 (batches whose length grows with a power of the length of the
chain).
"""

import numpy as np

from sweeprun.statistics.moments import Scaled, moments

FEWEST_STEPS = 8
"""Fewer steps don't make two batches."""

FEW_EFFECTIVE = 50
"""With fewer effective values an interval of a chain holds the mean less often than it says."""


def batch_length(steps: int) -> int:
    """How long batches are: ``steps^(2/3)``.

    Long batches, of which there are few, are nearly independent also in short chains; their number is made up for by
    Student's quantile. Batches of ``steps^(1/2)``, the usual choice, cover .78 instead of .91 in 100 steps of an
    autoregression of 0.9.
    """
    return max(1, int(steps ** (2 / 3) + 1e-9))


def batch_error(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The standard error of each chain's mean by means of batches, and its degrees of freedom, ``batches - 1``.

    Steps at the end that don't fill a batch have no say in the error; missing ones are left out as if they had not
    been.

    Parameters
    ----------
    samples
        Shape ``(…, steps)``, in their order.
    """
    scaled = Scaled.of(samples)
    values, count = scaled.values, scaled.count
    there = np.take_along_axis(values, np.argsort(np.isnan(values), axis=-1, kind="stable"), axis=-1)
    error, freedom = np.full(count.shape, np.nan), np.zeros(count.shape, int)
    for steps in np.unique(count[count >= FEWEST_STEPS]).tolist():
        length = batch_length(steps)
        batches = steps // length
        own = there[count == steps][:, : batches * length].reshape((-1, batches, length))
        error[count == steps] = moments(own.mean(axis=-1)).sem
        freedom[count == steps] = batches - 1
    return scaled.lengths(error), freedom
