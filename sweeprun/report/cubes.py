"""Statistics of an output at every point, and averaged over any of its axes: all that a page can be asked for.

An axis with many values is drawn in groups of neighbours, a long own dimension thinned out, so that all fits in a page.
Intervals and errors come from members alone; of values that lie along axes, the least and the greatest are told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np
import xarray as xr

from sweeprun.report.averages import Average, average_of
from sweeprun.report.dimensions import Dimension, axis_dimension, grid_dims, members_dim, own_dimension, scale_names
from sweeprun.report.outputs import Numbers
from sweeprun.report.text import LEAST_DIGITS, MOST_DIGITS, count, digits_of, numbers, rounded, shown
from sweeprun.statistics.dependence import are_independent
from sweeprun.statistics.estimators import IntervalKind

LEVEL = 0.95
_INTERVALS = {IntervalKind.STUDENT: "Student", IntervalKind.WILSON: "Wilson", IntervalKind.COUNTS: "of counts"}
_WIDTH = 80
"""Characters for each cell, on average; outputs whose numbers need more digits have fewer cells."""

PROBABILITIES = (0.05, 0.5, 0.95)
MOST_AXES = 4
MOST_OWN = 3
_MOST_ORDERED = 24
_LEAST_CELLS = 100
_LENGTHS = (1000, 500, 200, 100, 60, 40, 30, 20, 16, 12, 8, 6, 4, 3, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Statistics at every point, averaged over some axes.

    Attributes
    ----------
    averaged
        The names of the dimensions that are averaged over, besides the members.
    over
        The names of all that is put together in one point: the members first, then axes.
    statistics
        Name -> values in C order over the other dimensions: ``n``, ``mean``, the quantiles ``q05``, ``q50``, ``q95``;
        with members ``std``, ``sem``, ``low``, ``high``, without them ``least``, ``greatest``. If each point has one
        value, ``mean`` alone, exactly.
    """

    averaged: tuple[str, ...]
    over: tuple[str, ...]
    statistics: dict[str, tuple[float | int | str | None, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cube:
    """All tables of one output.

    Attributes
    ----------
    dimensions
        Those that pictures may be drawn over, without the members.
    members
        The axis of the members; None if there is none, or they are not independent.
    interval
        What intervals there are, in words.
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
    cells = most_cells
    while True:
        cube = _cube(dataset, output, cells)
        if _width(cube) <= most_cells * _WIDTH or cells <= _LEAST_CELLS:
            return cube
        cells //= 2


def _width(cube: Cube) -> int:
    """How many characters the tables have, as JSON."""
    return sum(len(str(values)) for table in cube.tables for values in table.statistics.values())


def _cube(dataset: xr.Dataset, output: Numbers, most_cells: int) -> Cube:
    grid = [dim for dim in grid_dims(dataset) if dim in output.dims]
    members = next((dim for dim in grid if dim == members_dim(dataset)), None)
    scattered = [dim for dim in grid if _is_scattered(dataset, dim)]
    free = [dim for dim in grid if dim != members and dim not in scattered and dataset.sizes[dim] > 1][:MOST_AXES]
    own = [dim for dim in output.dims if dim not in grid and dataset.sizes[dim] > 1]
    free_own, fixed = own[:MOST_OWN], own[MOST_OWN:]
    most = _most_places([dataset.sizes[d] for d in free], [dataset.sizes[d] for d in free_own], most_cells)
    axes = [axis_dimension(dataset, dim, most) for dim in free]
    owns = [own_dimension(dataset, dim, most) for dim in free_own]
    values = _chosen(output, owns, fixed, dataset)
    kept = [dim for dim in output.dims if dim not in fixed and (dim in grid or dataset.sizes[dim] > 1)]
    values = _arranged(values, kept, axes, owns, members)
    others = [dim for dim in grid if dim not in {members, *(one.name for one in axes)} and dataset.sizes[dim] > 1]
    digits = digits_of(output.values)
    replicated = members is not None and are_independent(dataset, [members])
    return Cube(
        dimensions=(*axes, *owns),
        members=members if replicated else None,
        interval=f"{LEVEL:.0%} interval of the mean ({_INTERVALS[output.kind]})",
        tables=tuple(_tables(values, axes, owns, members, others, digits, output.kind if replicated else None)),
        notes=tuple(
            shown(note, 500) for note in (*_notes(axes, owns, others, fixed), *_doubts(members, replicated=replicated))
        ),
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
    values: np.ndarray,
    dims: Sequence[str],
    axes: Sequence[Dimension],
    owns: Sequence[Dimension],
    members: str | None,
) -> np.ndarray:
    """Values with the drawn places of each dimension first, then neighbours in each group, all the rest, and members.

    Shape: ``(*drawn places of axes, *drawn places of own dims, *groups of axes, rest, members)``.
    """
    names = [one.name for one in (*axes, *owns)]
    rest = [place for place, dim in enumerate(dims) if dim not in names and dim != members]
    last = [] if members is None else [list(dims).index(members)]
    values = values.transpose(*(list(dims).index(name) for name in names), *rest, *last)
    count_members = values.shape[-1] if last else 1
    values = values.reshape(*values.shape[: len(names)], -1, count_members)
    pads = [(0, one.drawn * one.group - one.length) for one in axes]
    if any(pad for _, pad in pads):
        values = np.pad(values.astype(float), [*pads, *((0, 0) for _ in (*owns, 0, 0))], constant_values=np.nan)
    parts = [size for one in axes for size in (one.drawn, one.group)]
    values = values.reshape(*parts, *values.shape[len(axes) :])
    drawn, groups = range(0, 2 * len(axes), 2), range(1, 2 * len(axes), 2)
    own = range(2 * len(axes), 2 * len(axes) + len(owns))
    return values.transpose(*drawn, *own, *groups, values.ndim - 2, values.ndim - 1)


def _tables(
    values: np.ndarray,
    axes: Sequence[Dimension],
    owns: Sequence[Dimension],
    members: str | None,
    others: Sequence[str],
    digits: int,
    kind: IntervalKind | None,
) -> Iterator[Table]:
    count_axes = len(axes)
    for size in range(count_axes + 1):
        for chosen in combinations(range(count_axes), size):
            kept = [place for place in range(count_axes + len(owns)) if place not in chosen]
            moved = values.transpose(*kept, *chosen, *range(count_axes + len(owns), values.ndim))
            samples = moved.reshape(*moved.shape[: len(kept)], -1, moved.shape[-1])
            averaged = tuple(axes[i].name for i in chosen)
            grouped = [one.name for one in axes if one.group > 1 and one.name not in averaged]
            yield Table(
                averaged=averaged,
                over=(*([members] if members else []), *averaged, *grouped, *others),
                statistics=_statistics(samples, digits, kind),
            )


def _statistics(
    samples: np.ndarray, digits: int, kind: IntervalKind | None
) -> dict[str, tuple[float | int | str | None, ...]]:
    """The statistics of points and members, of shape ``(…, points, members)``; without a kind, there is no interval."""
    if samples.shape[-2:] == (1, 1):
        return {"mean": numbers(samples)}
    together = samples.reshape(*samples.shape[:-2], -1)
    flat = together.astype(float, copy=False)
    with np.errstate(all="ignore"):
        at = ordered_quantiles(flat, PROBABILITIES)
        found = average_of(together[..., None] if kind is None else samples, LEVEL, kind or IntervalKind.STUDENT)
    told = {"mean": found.mean} | {f"q{round(100 * p):02}": at[..., i] for i, p in enumerate(PROBABILITIES)}
    if kind is not None:
        told |= {"std": found.std, "sem": found.sem, "low": found.low, "high": found.high}
    else:
        told |= {"least": np.fmin.reduce(flat, axis=-1), "greatest": np.fmax.reduce(flat, axis=-1)}
    places = {name: LEAST_DIGITS if name in ("std", "sem") else _digits(found, digits) for name in told}
    return {"n": numbers(found.count)} | {name: rounded(one, places[name]) for name, one in told.items()}


def _digits(found: Average, least: int) -> np.ndarray:
    """How many digits means need, so that three of their errors can be told, too."""
    with np.errstate(all="ignore"):
        needed = np.ceil(np.log10(np.abs(found.mean) / found.sem)) + 3
    digits: np.ndarray = np.clip(np.nan_to_num(needed, nan=least), least, MOST_DIGITS).astype(int)
    return digits


def ordered_quantiles(samples: np.ndarray, probabilities: Sequence[float] | np.ndarray) -> np.ndarray:
    """Quantiles along the last axis, linear between order statistics, of what isn't NaN: of all points at once.

    They are those of `sweeprun.statistics.quantiles.quantiles`, without their errors.
    """
    ordered = np.sort(samples, axis=-1)
    known = (~np.isnan(samples)).sum(axis=-1)[..., None]
    rank = np.maximum(known - 1, 0) * np.asarray(probabilities)
    below = np.floor(rank).astype(int)
    above = np.minimum(below + 1, np.maximum(known - 1, 0))
    first, second = np.take_along_axis(ordered, below, -1), np.take_along_axis(ordered, above, -1)
    found: np.ndarray = np.where(rank == below, first, first + (second - first) * (rank - below))
    return found


def _doubts(members: str | None, *, replicated: bool) -> Iterator[str]:
    if members is not None and not replicated:
        yield f"values of {members} share random streams: not independent, so there is no error of their mean"


def _notes(
    axes: Sequence[Dimension], owns: Sequence[Dimension], others: Sequence[str], fixed: Sequence[str]
) -> Iterator[str]:
    for one in axes:
        if one.group > 1:
            yield f"{one.name} has {count(one.length, 'value')}: {one.group} neighbours are averaged into one point"
    for one in owns:
        if one.places:
            yield f"{one.name} has {count(one.length, 'place')}: {one.drawn} of them are drawn, evenly spaced"
    if others:
        yield f"averaged over {', '.join(others)}"
    for dim in fixed:
        yield f"only the first place of {dim} is drawn (a page has {MOST_OWN} own dimensions of an output at most)"
