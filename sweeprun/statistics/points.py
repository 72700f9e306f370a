"""The points of a sweep by their coordinates, as messages name them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from sweeprun.design.axes import OWN_COORDINATES
from sweeprun.design.dates import as_labels

_MOST_NAMED = 5


def grid_dims(dataset: xr.Dataset) -> tuple[str, ...] | None:
    """The dims of the axes; None if the Dataset doesn't say which they are."""
    found = next((dataset[name] for name in ("task_id", "state") if name in dataset.variables), None)
    return None if found is None else tuple(map(str, found.dims))


def point_label(dataset: xr.Dataset, place: dict[str, int]) -> str:
    """One point, such as ``lr=0.1 batch=32``.

    Parameters
    ----------
    dataset
        What was collected.
    place
        Dim -> place along it. Of axes that move together, each is named.
    """
    return " ".join(f"{name}={value}" for dim, number in place.items() for name, value in _along(dataset, dim, number))


def _along(dataset: xr.Dataset, dim: str, number: int) -> list[tuple[str, Any]]:
    """The coordinates along a dim at one place."""
    names = coordinates_along(dataset, dim)
    return [(name, as_labels(dataset[name].values[number : number + 1])[0]) for name in names] or [(dim, number)]


def coordinates_along(dataset: xr.Dataset | xr.DataArray, dim: str) -> list[str]:
    """The names of the coordinates along a dim: its own first, and those of axes that move together on it."""
    names = [str(name) for name, one in dataset.coords.items() if one.dims == (dim,) and name not in OWN_COORDINATES]
    return sorted(names, key=lambda name: name != dim)


def named_points(
    dataset: xr.Dataset, dims: Sequence[str], chosen: np.ndarray, order: np.ndarray | None = None
) -> list[tuple[str, tuple[int, ...]]]:
    """The first of some points: their labels, and where they are.

    Parameters
    ----------
    dataset
        What was collected.
    dims
        The dims of the points.
    chosen
        Which of them; booleans.
    order
        Numbers of the same shape: the points with the largest come first. By default in their order.
    """
    places = np.argwhere(chosen)
    if order is not None:
        places = places[np.argsort(-order[chosen], kind="stable")]
    found = [tuple(map(int, place)) for place in places[:_MOST_NAMED]]
    return [(point_label(dataset, dict(zip(dims, place, strict=True))), place) for place in found]


def more_points(count: int) -> str:
    """What stands behind the points that are named, if there are more."""
    rest = count - _MOST_NAMED
    return "" if rest <= 0 else f", … and {rest} more {'point' if rest == 1 else 'points'}"
