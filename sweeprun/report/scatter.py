"""Single tasks as points: their coordinates and outputs, a few of them if there are many."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from sweeprun.report.dimensions import Scale, grid_dims, make_scale, scale_names
from sweeprun.report.outputs import Numbers
from sweeprun.report.text import numbers

MOST_POINTS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Tasks that pictures show one by one.

    Attributes
    ----------
    task_ids
        Which.
    tasks
        How many there are in the run.
    scales
        Their coordinates, one for each axis.
    """

    task_ids: tuple[int, ...]
    tasks: int
    scales: tuple[Scale, ...]


def points_of(dataset: xr.Dataset) -> Points:
    """The points of a run, evenly spread over its tasks."""
    places = chosen_places(dataset)
    dims = grid_dims(dataset)
    shape = tuple(dataset.sizes[dim] for dim in dims)
    indices = np.unravel_index(places, shape) if shape else ()
    scales = []
    for dim, index in zip(dims, indices, strict=True):
        names = [name for name in scale_names(dataset, dim) if name in dataset.coords]
        axes = names[1:] or names  # of axes that move together, the number of the point says nothing
        scales += [make_scale(name, dataset[name].values[index]) for name in axes]
    task_ids = dataset["task_id"].values.ravel()[places]
    return Points(task_ids=tuple(map(int, task_ids)), tasks=dataset["task_id"].size, scales=tuple(scales))


def chosen_places(dataset: xr.Dataset) -> np.ndarray:
    """Positions on the grid: one by chance in each stretch, so that no axis is met at a few of its values only."""
    total = dataset["task_id"].size
    if total <= MOST_POINTS:
        return np.arange(total)
    ends = np.linspace(0, total, MOST_POINTS + 1).astype(int)
    return np.random.default_rng(0).integers(ends[:-1], ends[1:])


def values_at(dataset: xr.Dataset, output: Numbers) -> tuple[float | int | str | None, ...]:
    """The values of an output at the points; nothing if it has dims of its own."""
    if output.dims != grid_dims(dataset):
        return ()
    return numbers(output.values.ravel()[chosen_places(dataset)])
