"""How the values of an output are spread: histogram and cumulative distribution, of all and by an axis."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sweeprun.report.cubes import ordered_quantiles
from sweeprun.report.dimensions import grid_dims, make_scale, members_dim
from sweeprun.report.outputs import Numbers
from sweeprun.report.text import numbers

_BINS = 30
_LEVELS = np.linspace(0, 1, 51)
_MOST_VALUES = 8
_MOST_AXES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The values at one value of an axis, or all.

    Attributes
    ----------
    label
        Which.
    count
        How many finite values.
    bins
        How many of them are in each bin.
    quantiles
        At the levels of the spread.
    """

    label: str
    count: int
    bins: tuple[float | int | None, ...]
    quantiles: tuple[float | int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The distribution of an output.

    Attributes
    ----------
    edges
        Of the bins, which all parts share.
    levels
        Of the quantiles.
    groups
        Name of an axis -> its parts; the name is empty for all values together.
    """

    edges: tuple[float | int | None, ...]
    levels: tuple[float | int | None, ...]
    groups: dict[str, tuple[Part, ...]]


def spread_of(dataset: xr.Dataset, output: Numbers) -> Spread | None:
    """The distribution of an output; None if it has no finite value."""
    finite = output.values[np.isfinite(output.values)]
    if not finite.size:
        return None
    edges = _edges(finite)
    groups: dict[str, tuple[Part, ...]] = {"": (_part("all", finite, edges),)}
    members = members_dim(dataset)
    axes = [dim for dim in grid_dims(dataset) if dim != members and 1 < dataset.sizes[dim] <= _MOST_VALUES]
    for dim in axes[:_MOST_AXES]:
        groups[dim] = tuple(_parts(dataset, output, dim, edges))
    return Spread(edges=numbers(edges), levels=numbers(_LEVELS), groups=groups)


def _edges(finite: np.ndarray) -> np.ndarray:
    """Bins over the whole range, one for each number if these are few whole ones."""
    low, high = float(finite.min()), float(finite.max())
    if high - low < _BINS and (finite == np.round(finite)).all():
        return np.arange(low - 0.5, high + 1)
    if not np.isfinite(high - low) or low == high or not (np.diff(np.linspace(low, high, _BINS + 1)) > 0).all():
        widened = abs(low) * 1e-6 or 0.5
        return np.array([low - widened, np.nextafter(high + widened, np.inf)])
    return np.linspace(low, high, _BINS + 1)


def _parts(dataset: xr.Dataset, output: Numbers, dim: str, edges: np.ndarray) -> Iterator[Part]:
    coord = dataset.coords.get(dim)
    labels = make_scale(dim, np.arange(dataset.sizes[dim]) if coord is None else coord.values).labels
    for place, label in enumerate(labels):
        values = output.values.take(place, axis=output.dims.index(dim))
        yield _part(label, values[np.isfinite(values)], edges)


def _part(label: str, finite: np.ndarray, edges: np.ndarray) -> Part:
    counts = np.histogram(finite, edges)[0]
    at = ordered_quantiles(finite, _LEVELS) if finite.size else np.full(len(_LEVELS), np.nan)
    return Part(label=label, count=int(finite.size), bins=numbers(counts), quantiles=numbers(at))
