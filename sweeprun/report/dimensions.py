"""The dimensions that pictures are drawn over: their labels, in groups or thinned out if there are many."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import xarray as xr

from sweeprun.design.axes import MEMBER_NAMES, OWN_COORDINATES
from sweeprun.report.text import float_texts, number, shown

_LONGEST_LABEL = 60
_LOG_RATIO = 30.0
"""Values that span so much, evenly in their logarithms, are drawn on a logarithmic scale."""


class Role(Enum):
    """What a dimension is to a picture."""

    AXIS = "axis"
    MEMBERS = "members"
    OWN = "own"


class Kind(Enum):
    """What the labels of a scale are."""

    NUMBER = "number"
    TIME = "time"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Labels along a dimension.

    Attributes
    ----------
    name, units
        What they are; units are empty if nobody said.
    values
        One for each place: numbers, times as milliseconds since 1970, or texts; None where there is none.
    labels
        The same as texts.
    log
        Whether a logarithmic scale suits them.
    """

    name: str
    units: str
    kind: Kind
    values: tuple[float | int | str | None, ...]
    labels: tuple[str, ...]
    log: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """A dimension of an output as it is drawn.

    Attributes
    ----------
    name, role
        What it is.
    length
        How many places it has in the run.
    places
        Which of them are drawn, if it was thinned out (own dimensions); else all.
    group
        How many neighbouring places are drawn as one (axes); 1 if each is drawn by itself.
    scales
        Its labels; several, if axes move together.
    """

    name: str
    role: Role
    length: int
    places: tuple[int, ...]
    group: int
    scales: tuple[Scale, ...]

    @property
    def drawn(self) -> int:
        """How many places are drawn."""
        return len(self.scales[0].values)


def grid_dims(dataset: xr.Dataset) -> tuple[str, ...]:
    """The dims of the axes."""
    return tuple(map(str, dataset["task_id"].dims))


def members_dim(dataset: xr.Dataset) -> str | None:
    """The dim of the ensemble's members, if there is one."""
    dims = grid_dims(dataset)
    return next((name for name in MEMBER_NAMES if name in dims and dataset.sizes[name] > 1), None)


def scale_names(dataset: xr.Dataset, dim: str) -> list[str]:
    """The coordinates along a dim of the grid: its own, and those of the axes that move together on it."""
    along = [str(name) for name, coord in dataset.coords.items() if coord.dims == (dim,)]
    return [dim, *(name for name in along if name not in OWN_COORDINATES and name != dim)]


def group_size(length: int, most: int) -> int:
    """How many neighbours are put together so that there are at most so many groups; of one size, if that is near."""
    least = -(-length // most)
    return next((size for size in range(least, 2 * least) if length % size == 0), least)


def axis_dimension(dataset: xr.Dataset, dim: str, most: int) -> Dimension:
    """An axis, in groups of neighbours if it has more than so many values."""
    length = dataset.sizes[dim]
    group = group_size(length, most)
    scales = tuple(_scale(dataset, name, length, group=group) for name in scale_names(dataset, dim))
    return Dimension(name=dim, role=Role.AXIS, length=length, places=(), group=group, scales=scales)


def own_dimension(dataset: xr.Dataset, dim: str, most: int) -> Dimension:
    """A dimension of an output's own, thinned out evenly if it has more than so many places."""
    length = dataset.sizes[dim]
    places = np.unique(np.linspace(0, length - 1, min(most, length)).round().astype(int))
    scale = _scale(dataset, dim, length, places=places)
    kept = tuple(map(int, places)) if len(places) < length else ()
    return Dimension(name=dim, role=Role.OWN, length=length, places=kept, group=1, scales=(scale,))


def _scale(dataset: xr.Dataset, name: str, length: int, *, group: int = 1, places: np.ndarray | None = None) -> Scale:
    coord = dataset.coords.get(name)
    values = np.arange(length) if coord is None else coord.values
    values = values if places is None else values[places]
    units = "" if coord is None else shown(coord.attrs.get("units", ""), 40)
    return make_scale(name, values, units=units, group=group)


def make_scale(name: str, values: np.ndarray, *, units: str = "", group: int = 1) -> Scale:
    """A scale of labels as they are in a Dataset.

    Parameters
    ----------
    name, values, units
        The labels.
    group
        How many neighbours are drawn as one: in the middle of numbers and times, else by the first and the last.
    """
    chunks = [values[start : start + group] for start in range(0, len(values), group)]
    if values.dtype.kind in "iuf":
        drawn: tuple[Any, ...] = tuple(number(float(np.mean(chunk, dtype=float))) for chunk in chunks)
        return Scale(
            name=shown(name), units=units, kind=Kind.NUMBER, values=drawn, labels=_labels(chunks), log=_is_log(drawn)
        )
    if values.dtype.kind == "M":
        times = [chunk.astype("datetime64[ms]").astype(np.int64) for chunk in chunks]
        return Scale(
            name=shown(name),
            units=units,
            kind=Kind.TIME,
            values=tuple(int(np.mean(one, dtype=float)) for one in times),
            labels=_labels(chunks),
        )
    labels = _labels(chunks)
    return Scale(name=shown(name), units=units, kind=Kind.TEXT, values=labels, labels=labels)


def _labels(chunks: Sequence[np.ndarray]) -> tuple[str, ...]:
    ends = np.array([(chunk[0], chunk[-1]) for chunk in chunks], chunks[0].dtype).ravel()
    texts = float_texts(ends) if ends.dtype.kind == "f" else list(map(_text, ends))
    pairs = zip(texts[::2], texts[1::2], chunks, strict=True)
    return tuple(first if len(chunk) == 1 else f"{first} … {last}" for first, last, chunk in pairs)


def _text(label: Any) -> str:
    if isinstance(label, np.datetime64):
        return str(label.astype("datetime64[s]")).replace("T00:00:00", "")
    return shown(label, _LONGEST_LABEL)


def _is_log(values: Sequence[float | None]) -> bool:
    """Whether positive values lie more evenly on a logarithmic scale than on a linear one."""
    known = np.unique([value for value in values if value is not None])
    if len(known) < 3 or known[0] <= 0 or known[-1] / _LOG_RATIO < known[0]:
        return False
    linear, logarithmic = np.diff(known / known[-1]), np.diff(np.log(known))
    return bool(np.std(logarithmic) / np.mean(logarithmic) < np.std(linear) / np.mean(linear))
