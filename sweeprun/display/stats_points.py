"""The points of statistics by their labels, in tables and in JSON."""

import math
from collections.abc import Container, Mapping, Sequence
from itertools import product
from typing import Any

import xarray as xr

from sweeprun.design.dates import as_labels
from sweeprun.statistics.points import coordinates_along


def points_of(dims: Sequence[Any], dataset: xr.Dataset | xr.DataArray) -> list[dict[str, Any]]:
    """The labels of all points of some dims, the last one varying fastest; those of a zip or a sample have all axes."""
    return [
        {name: label for place in places for name, label in place.items()}
        for places in product(*(_places(dim, dataset) for dim in dims))
    ]


def _places(dim: Any, dataset: xr.Dataset | xr.DataArray) -> list[dict[str, Any]]:
    """The labels at each place of a dim."""
    labels: dict[str, Sequence[Any]] = {str(dim): range(dataset.sizes[dim])}
    labels |= {name: as_labels(dataset[name].values) for name in coordinates_along(dataset, str(dim))}
    return [dict(zip(labels, values, strict=True)) for values in zip(*labels.values(), strict=True)]


def merged(label: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """One object for JSON, with the labels of a point and what is told of it."""
    return apart(label, told) | dict(told)


def apart(label: Mapping[str, Any], taken: Container[str]) -> dict[str, Any]:
    """Labels of a point; an axis that has the name of something told is there as ``axis_NAME``."""
    return {f"axis_{name}" if name in taken else name: value for name, value in label.items()}


def known(value: float) -> float | None:
    """JSON has neither NaN nor infinity."""
    return float(value) if math.isfinite(value) else None
