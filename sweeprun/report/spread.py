"""How the values of an output are spread: histogram and cumulative distribution, of all and by an axis."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sweeprun.report.cubes import ordered_quantiles
from sweeprun.report.dimensions import grid_dims, make_scale, members_dim
from sweeprun.report.outputs import Numbers
from sweeprun.report.text import LARGEST_WHOLE, MOST_DIGITS, digits_of, numbers, rounded

_BINS = 30
_LEVELS = np.linspace(0, 1, 51)
_MOST_VALUES = 8
_MOST_AXES = 2
_LARGEST = 1.7976e308  # which no rounding makes infinite
_EXACT = 17
"""Digits that tell any two floats apart: edges of bins may be closer than those of statistics show."""


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
    bins: tuple[float | int | str | None, ...]
    quantiles: tuple[float | int | str | None, ...]


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
    only
        The value, if all are the same.
    """

    edges: tuple[float | int | str | None, ...]
    levels: tuple[float | int | str | None, ...]
    groups: dict[str, tuple[Part, ...]]
    only: float | int | str | None = None


def spread_of(dataset: xr.Dataset, output: Numbers) -> Spread | None:
    """The distribution of an output; None if it has no finite value."""
    known = output.values[np.isfinite(output.values)]
    if not known.size:
        return None
    only = numbers(known[:1])[0] if (known == known[0]).all() else None
    finite = known.astype(float)
    edges, digits = _edges(finite), digits_of(finite)
    groups: dict[str, tuple[Part, ...]] = {"": (_part("all", finite, edges, digits),)}
    members = members_dim(dataset)
    axes = [dim for dim in grid_dims(dataset) if dim != members and 1 < dataset.sizes[dim] <= _MOST_VALUES]
    for dim in axes[:_MOST_AXES]:
        groups[dim] = tuple(_parts(dataset, output, dim, edges, digits))
    return Spread(
        edges=rounded(edges, _EXACT if digits == MOST_DIGITS else digits),
        levels=numbers(_LEVELS),
        groups=groups,
        only=only,
    )


def _edges(finite: np.ndarray) -> np.ndarray:
    """Bins over the whole range, one for each number if these are few whole ones."""
    low, high = float(finite.min()), float(finite.max())
    if high - low < _BINS and max(-low, high) < LARGEST_WHOLE / 2 and (finite == np.round(finite)).all():
        return np.arange(low - 0.5, high + 1)
    with np.errstate(over="ignore", invalid="ignore"):
        edges = np.linspace(low, high, _BINS + 1)
        separate = bool((np.diff(edges) > 0).all()) and np.isfinite(edges).all()
    if separate and max(-low, high) < _LARGEST:
        return edges
    widened = max(abs(low), abs(high)) * 0.05 or 0.5  # so that there is a bar to be seen
    return np.array([max(low - widened, -_LARGEST), min(high + widened, _LARGEST)])


def _parts(dataset: xr.Dataset, output: Numbers, dim: str, edges: np.ndarray, digits: int) -> Iterator[Part]:
    coord = dataset.coords.get(dim)
    labels = make_scale(dim, np.arange(dataset.sizes[dim]) if coord is None else coord.values).labels
    for place, label in enumerate(labels):
        values = output.values.take(place, axis=output.dims.index(dim))
        yield _part(label, values[np.isfinite(values)].astype(float), edges, digits)


def _part(label: str, finite: np.ndarray, edges: np.ndarray, digits: int) -> Part:
    counts = np.histogram(finite, edges)[0]
    with np.errstate(over="ignore", invalid="ignore"):
        at = ordered_quantiles(finite, _LEVELS) if finite.size else np.full(len(_LEVELS), np.nan)
    return Part(label=label, count=int(finite.size), bins=numbers(counts), quantiles=rounded(at, digits))
