"""Merge parts into arrays over the whole grid; every value goes to its known position, nothing is searched."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sweeprun.errors import ResultError
from sweeprun.results.parts import Part, is_dimension_coordinate
from sweeprun.store.payloads import Variable

_TIME_UNITS = ("s", "ms", "us", "ns")
"""The units that xarray keeps."""

_FAMILIES = {"b": "number", "i": "number", "u": "number", "f": "number", "c": "number"}
_FAMILIES |= {"U": "text", "S": "bytes", "M": "date", "m": "time span"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDimension:
    """A dimension that tasks' results have of their own.

    Attributes
    ----------
    length
        Of the longest task, or of the union of all coordinates.
    values
        Its coordinate, if tasks gave one.
    aligned
        Whether tasks have coordinates of which none continues the others, so that each is placed by its values.
    """

    length: int
    values: np.ndarray | None
    aligned: bool

    def places(self, own: np.ndarray | None, length: int) -> np.ndarray:
        """Where the entries of one part belong."""
        if self.aligned and own is not None and self.values is not None:
            return np.searchsorted(self.values, own)
        return np.arange(length)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """One variable over the grid.

    Attributes
    ----------
    dims
        Its own dims, after those of the axes if ``gridded``.
    data
        Shape ``(tasks, *own shape)``, or the own shape alone if not ``gridded``.
    gridded
        False for a coordinate that is the same for all tasks.
    """

    name: str
    dims: tuple[str, ...]
    data: np.ndarray
    attrs: dict[str, Any]
    coordinate: bool
    gridded: bool


def own_dimensions(parts: Sequence[Part]) -> dict[str, OwnDimension]:
    """The dimensions that results have of their own, over all parts."""
    lengths: dict[str, int] = {}
    coordinates: dict[str, list[np.ndarray]] = {}
    for part in parts:
        for variable in part.layout.variables:
            for dim, length in zip(variable.dims, variable.shape, strict=True):
                lengths[dim] = max(lengths.get(dim, 0), length)
        for dim, values in part.own_coordinates().items():
            coordinates.setdefault(dim, []).append(values)
    return {dim: _own_dimension(dim, length, coordinates.get(dim, [])) for dim, length in lengths.items()}


def _own_dimension(dim: str, length: int, coordinates: Sequence[np.ndarray]) -> OwnDimension:
    if not coordinates:
        return OwnDimension(length=length, values=None, aligned=False)
    longest = max(coordinates, key=len)
    if all(np.array_equal(values, longest[: len(values)]) for values in coordinates):
        same_length = len(longest) == length
        return OwnDimension(length=length, values=longest if same_length else None, aligned=False)
    for values in coordinates:
        if len(np.unique(values)) < len(values):
            raise ResultError(f"tasks have different coordinates {dim!r}, and one of them has a value twice")
    union = np.unique(np.concatenate(coordinates))
    if len(union) < length:
        raise ResultError(f"some tasks have a coordinate {dim!r} and others, which are longer, have none")
    return OwnDimension(length=len(union), values=union, aligned=True)


def merge_variables(parts: Sequence[Part], dimensions: dict[str, OwnDimension], tasks: int) -> Iterator[Merged]:
    """All variables, in the order in which tasks first returned them; coordinates of own dimensions are not among them.

    Raises
    ------
    ResultError
        If two tasks returned what can't be one variable.
    """
    names = dict.fromkeys(
        variable.name for part in parts for variable in part.layout.variables if not is_dimension_coordinate(variable)
    )
    for name in names:
        pieces = [
            (part, variable, _storable(column))
            for part in parts
            for variable, column in zip(part.layout.variables, part.columns, strict=True)
            if variable.name == name
        ]
        _check_agreement(name, pieces)
        first = pieces[0][1]
        attrs = next((variable.attrs for _, variable, _ in pieces if variable.attrs), {})
        shared = _shared_value(pieces) if first.coordinate else None
        data = _scatter(pieces, dimensions, tasks) if shared is None else shared
        yield Merged(
            name=name, dims=first.dims, data=data, attrs=attrs, coordinate=first.coordinate, gridded=shared is None
        )


_Piece = tuple[Part, Variable, np.ndarray]


def _storable(column: np.ndarray) -> np.ndarray:
    """Dates and time spans in a unit that xarray keeps."""
    if column.dtype.kind in "mM" and np.datetime_data(column.dtype)[0] not in _TIME_UNITS:
        return column.astype(f"{column.dtype.kind}8[s]")
    return column


def _check_agreement(name: str, pieces: Sequence[_Piece]) -> None:
    first_part, first, first_column = pieces[0]
    for part, variable, column in pieces[1:]:
        tasks = f"task {first_part.task_ids[0]} and task {part.task_ids[0]}"
        if variable.dims != first.dims:
            raise ResultError(f"{name!r} has the dims {first.dims} and {variable.dims} in {tasks}; they must agree")
        families = _FAMILIES[first_column.dtype.kind], _FAMILIES[column.dtype.kind]
        if families[0] != families[1]:
            raise ResultError(f"{name!r} is a {families[0]} in one of {tasks}, and a {families[1]} in the other")


def _shared_value(pieces: Sequence[_Piece]) -> np.ndarray | None:
    """The value of a coordinate if it is the same for all tasks that have it."""
    value: np.ndarray = pieces[0][2][0]
    same = all(column.shape[1:] == value.shape and (column == value).all() for _, _, column in pieces)
    return value if same else None


def _scatter(pieces: Sequence[_Piece], dimensions: dict[str, OwnDimension], tasks: int) -> np.ndarray:
    """Place all values; what no task returned is missing."""
    dims = pieces[0][1].dims
    shape = tuple(dimensions[dim].length for dim in dims)
    complete = sum(len(part.task_ids) for part, _, _ in pieces) == tasks
    complete = complete and all(column.shape[1:] == shape for _, _, column in pieces)
    dtype = np.result_type(*(column.dtype for _, _, column in pieces))
    out = np.empty((tasks, *shape), dtype) if complete else missing((tasks, *shape), dtype)
    for part, _, column in pieces:
        if column.shape[1:] == shape and not any(dimensions[dim].aligned for dim in dims):
            out[part.task_ids] = column
            continue
        own = part.own_coordinates()
        places = [
            dimensions[dim].places(own.get(dim), length) for dim, length in zip(dims, column.shape[1:], strict=True)
        ]
        out[np.ix_(part.task_ids, *places)] = column
    return out


def missing(shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray:
    """An array of missing values: NaN, NaT or empty strings; integers and booleans become floats to have one."""
    match dtype.kind:
        case "b" | "i" | "u":
            return np.full(shape, np.nan)
        case "f":
            return np.full(shape, np.nan, dtype)
        case "c":
            return np.full(shape, complex(np.nan, np.nan), dtype)
        case "M" | "m":
            return np.full(shape, np.array("NaT", dtype), dtype)
        case _:
            return np.zeros(shape, dtype)
