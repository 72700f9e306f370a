"""Statistics of an output at every point, and averaged over any of its axes: all that a page can be asked for.

An axis with many values is drawn in groups of neighbours, a long own dimension thinned out, so that all fits in a page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod
from typing import Any

import numpy as np
import xarray as xr

from sweeprun.report.dimensions import Dimension, axis_dimension, grid_dims, members_dim, own_dimension, scale_names
from sweeprun.report.outputs import Numbers
from sweeprun.report.text import count, numbers, shown
from sweeprun.results.statistics import IntervalKind, interval, moments

LEVEL = 0.95
PROBABILITIES = (0.05, 0.5, 0.95)
MOST_AXES = 4
MOST_OWN = 3
_MOST_ORDERED = 24
_LENGTHS = (200, 100, 60, 40, 30, 20, 16, 12, 8, 6, 4, 3, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Statistics at every point, averaged over some axes.

    Attributes
    ----------
    averaged
        The names of the dimensions that are averaged over, besides the members.
    statistics
        Name -> values in C order over the other dimensions: ``n``, ``mean``, ``std``, ``sem``, ``low``, ``high``, and
        the quantiles ``q05``, ``q50``, ``q95``; ``mean`` alone, if each point has one value.
    """

    averaged: tuple[str, ...]
    statistics: dict[str, tuple[float | int | None, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cube:
    """All tables of one output.

    Attributes
    ----------
    dimensions
        Those that pictures may be drawn over, without the members.
    members
        The axis of the members; None if there is none.
    interval
        How intervals are made, in words.
    notes
        What was put together or left out.
    """

    dimensions: tuple[Dimension, ...]
    members: str | None
    interval: str
    tables: tuple[Table, ...]
    notes: tuple[str, ...]


def cube_of(dataset: xr.Dataset, output: Numbers, most_cells: int) -> Cube:
    """The tables of an output, with no more than about so many cells in all of them."""
    grid = [dim for dim in grid_dims(dataset) if dim in output.dims]
    members = members_dim(dataset)
    scattered = [dim for dim in grid if _is_scattered(dataset, dim)]
    free = [dim for dim in grid if dim != members and dim not in scattered and dataset.sizes[dim] > 1][:MOST_AXES]
    own = [dim for dim in output.dims if dim not in grid and dataset.sizes[dim] > 1]
    free_own, fixed = own[:MOST_OWN], own[MOST_OWN:]
    most = _most_places([dataset.sizes[d] for d in free], [dataset.sizes[d] for d in free_own], most_cells)
    axes = [axis_dimension(dataset, dim, most) for dim in free]
    owns = [own_dimension(dataset, dim, most) for dim in free_own]
    values = _chosen(output, owns, fixed, dataset)
    kept = [dim for dim in output.dims if dim not in fixed and (dim in grid or dataset.sizes[dim] > 1)]
    values = _arranged(values, kept, axes, owns)
    kind = IntervalKind.WILSON if output.proportion else IntervalKind.STUDENT
    return Cube(
        dimensions=(*axes, *owns),
        members=members,
        interval=f"{LEVEL:.0%} interval of the mean ({'Wilson' if output.proportion else 'Student'})",
        tables=tuple(_tables(values, axes, owns, kind)),
        notes=tuple(shown(note, 500) for note in _notes(dataset, grid, members, axes, owns, fixed)),
    )


def _is_scattered(dataset: xr.Dataset, dim: str) -> bool:
    """Whether a dim holds many points that have no order, such as those of a sample: they are drawn one by one."""
    return len(scale_names(dataset, dim)) > 1 and dataset.sizes[dim] > _MOST_ORDERED


def _most_places(axes: Sequence[int], owns: Sequence[int], most_cells: int) -> int:
    """How many places of a dimension can be drawn."""
    for length in _LENGTHS:
        cells = prod(min(n, length) + 1 for n in axes) * prod(min(n, length) for n in owns)
        if cells <= most_cells:
            return length
    return _LENGTHS[-1]


def _chosen(output: Numbers, owns: Sequence[Dimension], fixed: Sequence[str], dataset: xr.Dataset) -> np.ndarray:
    """The values without what is not drawn of own dims."""
    thinned = {one.name: np.array(one.places) for one in owns if one.places}
    values = output.values
    for place in reversed(range(len(output.dims))):
        dim = output.dims[place]
        if dim in fixed or (dim not in grid_dims(dataset) and dataset.sizes[dim] == 1):
            values = values.take(0, axis=place)
        elif dim in thinned:
            values = values.take(thinned[dim], axis=place)
    return values


def _arranged(
    values: np.ndarray, dims: Sequence[str], axes: Sequence[Dimension], owns: Sequence[Dimension]
) -> np.ndarray:
    """Values with the drawn places of each dimension first, then the neighbours in each group, then all the rest.

    Shape: ``(*drawn places of axes, *drawn places of own dims, *groups of axes, rest)``.
    """
    names = [one.name for one in (*axes, *owns)]
    rest = [place for place, dim in enumerate(dims) if dim not in names]
    values = values.transpose(*(list(dims).index(name) for name in names), *rest)
    values = values.reshape(*values.shape[: len(names)], prod(values.shape[len(names) :]))
    pads = [(0, one.drawn * one.group - one.length) for one in axes]
    if any(pad for _, pad in pads):
        values = np.pad(values, [*pads, *((0, 0) for _ in owns), (0, 0)], constant_values=np.nan)
    parts = [size for one in axes for size in (one.drawn, one.group)]
    values = values.reshape(*parts, *values.shape[len(axes) :])
    drawn, groups = range(0, 2 * len(axes), 2), range(1, 2 * len(axes), 2)
    own = range(2 * len(axes), 2 * len(axes) + len(owns))
    return values.transpose(*drawn, *own, *groups, values.ndim - 1)


def _tables(
    values: np.ndarray, axes: Sequence[Dimension], owns: Sequence[Dimension], kind: IntervalKind
) -> Iterator[Table]:
    count_axes = len(axes)
    for size in range(count_axes + 1):
        for chosen in combinations(range(count_axes), size):
            kept = [place for place in range(count_axes + len(owns)) if place not in chosen]
            moved = values.transpose(*kept, *chosen, *range(count_axes + len(owns), values.ndim))
            samples = moved.reshape(*moved.shape[: len(kept)], -1)
            yield Table(averaged=tuple(axes[i].name for i in chosen), statistics=_statistics(samples, kind))


def _statistics(samples: np.ndarray, kind: IntervalKind) -> dict[str, tuple[float | int | None, ...]]:
    if samples.shape[-1] == 1:
        return {"mean": numbers(samples[..., 0])}
    with np.errstate(all="ignore"):
        found = moments(samples)
        low, high = interval(samples, kind, LEVEL)
        at = ordered_quantiles(samples, PROBABILITIES)
    told: dict[str, Any] = {"n": found.count, "mean": found.mean, "std": found.std, "sem": found.sem}
    told |= {"low": low, "high": high} | {f"q{round(100 * p):02}": at[..., i] for i, p in enumerate(PROBABILITIES)}
    return {name: numbers(one) for name, one in told.items()}


def ordered_quantiles(samples: np.ndarray, probabilities: Sequence[float] | np.ndarray) -> np.ndarray:
    """Quantiles along the last axis, linear between order statistics, of what isn't NaN: of all points at once.

    They are those of `sweeprun.results.statistics.quantiles`, without their errors.
    """
    ordered = np.sort(samples, axis=-1)
    known = (~np.isnan(samples)).sum(axis=-1)[..., None]
    rank = np.maximum(known - 1, 0) * np.asarray(probabilities)
    below = np.floor(rank).astype(int)
    above = np.minimum(below + 1, np.maximum(known - 1, 0))
    first, second = np.take_along_axis(ordered, below, -1), np.take_along_axis(ordered, above, -1)
    found: np.ndarray = np.where(rank == below, first, first + (second - first) * (rank - below))
    return found


def _notes(
    dataset: xr.Dataset,
    grid: Sequence[str],
    members: str | None,
    axes: Sequence[Dimension],
    owns: Sequence[Dimension],
    fixed: Sequence[str],
) -> Iterator[str]:
    for one in axes:
        if one.group > 1:
            yield f"{one.name} has {count(one.length, 'value')}: {one.group} neighbours are averaged into one point"
    for one in owns:
        if one.places:
            yield f"{one.name} has {count(one.length, 'place')}: {one.drawn} of them are drawn, evenly spaced"
    known = {members, *(one.name for one in axes)}
    others = [dim for dim in grid if dim not in known and dataset.sizes[dim] > 1]
    if others:
        yield f"averaged over {', '.join(others)}"
    for dim in fixed:
        yield f"only the first place of {dim} is drawn (a page has {MOST_OWN} own dimensions of an output at most)"
