"""Members of a Dataset that repeat each other; see `sweeprun.statistics.repeated_values`."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from sweeprun.statistics.equal_members import drawn_along, samples_of_points
from sweeprun.statistics.not_finite import is_truth
from sweeprun.statistics.points import grid_dims, point_label
from sweeprun.statistics.repeated_values import MOST_VALUES, Repeats, may_repeat, repeats_of

_MOST_MEMBERS = 2**12
"""Of each point, the first are looked at: who repeats others does so soon."""

_MOST_LOOKED_AT = 2**18
"""How many values are sorted, of all points together."""

_MOST_POINTS = 2**6
"""How many points are looked at in detail, because a value is there twice."""


def repeated_members(dataset: xr.Dataset, name: str, over: Sequence[str]) -> tuple[Repeats, str] | None:
    """How many members differ where the fewest do of those that repeat each other, and in words where that is.

    Parameters
    ----------
    dataset
        What was collected.
    name
        The variable.
    over
        The dims of the members; None comes back if streams are not known to differ along them.
    """
    variable = dataset[name]
    over = drawn_along(dataset, over)
    if variable.dtype.kind != "f" or is_truth(variable) or not over or not set(over) <= set(variable.dims):
        return None
    dims = grid_dims(dataset) or ()
    if int(np.prod([size for dim, size in variable.sizes.items() if dim not in dims])) not in range(1, MOST_VALUES + 1):
        return None
    points = [dim for dim in dims if dim in variable.dims and dim not in over]
    samples = samples_of_points(variable, points, over)
    most_members = max(2, min(_MOST_MEMBERS, samples.shape[1]))
    samples = samples[: _MOST_LOOKED_AT // most_members, :most_members]
    found = {int(number): repeats_of(samples[number]) for number in np.flatnonzero(may_repeat(samples))[:_MOST_POINTS]}
    repeated = {number: one for number, one in found.items() if one is not None}
    if not repeated:
        return None
    worst = min(repeated, key=lambda number: repeated[number].distinct / repeated[number].members)
    places = map(int, np.unravel_index(worst, [dataset.sizes[dim] for dim in points])) if points else ()
    label = point_label(dataset, dict(zip(points, places, strict=True)))
    return repeated[worst], (f" at {label}" if label else "") + (" and at other points" if len(repeated) > 1 else "")
