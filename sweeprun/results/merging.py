"""Merge parts into arrays over the whole grid; every value goes to its known position, nothing is searched."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from sweeprun.errors import ResultError
from sweeprun.results.dtypes import cast, equal, family, kept, missing
from sweeprun.results.parts import Part, is_dimension_coordinate
from sweeprun.store.payloads import Variable


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
    attrs
        Of the coordinate.
    """

    length: int
    values: np.ndarray | None = None
    aligned: bool = False
    attrs: dict[str, Any] = field(default_factory=dict)

    def places(self, own: np.ndarray, length: int) -> np.ndarray:
        """Where the entries of one part belong."""
        if self.aligned and self.values is not None:
            return np.searchsorted(self.values, cast(own, self.values.dtype))
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Labels:
    """How one part labels a dimension; ``values`` is None if it doesn't."""

    task_id: int
    length: int
    values: np.ndarray | None = None
    attrs: dict[str, Any]


def own_dimensions(parts: Sequence[Part]) -> dict[str, OwnDimension]:
    """The dimensions that results have of their own, over all parts.

    Raises
    ------
    ResultError
        If the coordinates that two tasks gave don't go together.
    """
    labels: dict[str, list[_Labels]] = {}
    for part in parts:
        lengths = {
            dim: length
            for variable in part.layout.variables
            for dim, length in zip(variable.dims, variable.shape, strict=True)
        }
        own = part.own_coordinates()
        for dim, length in lengths.items():
            variable, values = own.get(dim, (None, None))
            attrs = variable.attrs if variable is not None else {}
            labels.setdefault(dim, []).append(
                _Labels(task_id=int(part.task_ids[0]), length=length, values=values, attrs=attrs)
            )
    return {dim: _own_dimension(dim, given) for dim, given in labels.items()}


def _own_dimension(dim: str, given: Sequence[_Labels]) -> OwnDimension:
    length = max(labels.length for labels in given)
    labelled = [(labels, labels.values) for labels in given if labels.values is not None]
    if not labelled:
        return OwnDimension(length=length)
    attrs = next((labels.attrs for labels, _ in labelled if labels.attrs), {})
    first, _ = labelled[0]
    values = _joined(f"coordinate {dim!r}", [(labels.task_id, values) for labels, values in labelled])
    if values[0].dtype == np.float16:  # which pandas has no index for
        values = [array.astype(np.float32) for array in values]
    longest = max(values, key=len)
    unlabelled = next((labels for labels in given if labels.values is None), None)
    if all(equal(array, longest[: len(array)]) for array in values):
        if length > len(longest):
            raise ResultError(_half_labelled(dim, first, unlabelled))
        return OwnDimension(length=length, values=longest, attrs=attrs)
    if unlabelled is not None:
        raise ResultError(_half_labelled(dim, first, unlabelled))
    for (labels, _), array in zip(labelled, values, strict=True):
        if len(np.unique(array)) < len(array):
            raise ResultError(
                f"tasks have different coordinates {dim!r}, and that of task {labels.task_id} has a value twice, "
                "so they can't be aligned"
            )
    union = np.unique(np.concatenate(values))
    return OwnDimension(length=len(union), values=union, aligned=True, attrs=attrs)


def _half_labelled(dim: str, labelled: _Labels, unlabelled: _Labels | None) -> str:
    other = f"task {unlabelled.task_id}" if unlabelled is not None else "another task"
    return (
        f"task {labelled.task_id} has a coordinate for its dimension {dim!r} and {other} has none, "
        "so they can't be aligned"
    )


def _joined(what: str, arrays: Sequence[tuple[int, np.ndarray]]) -> list[np.ndarray]:
    """The arrays of several tasks in the type that holds them all.

    Raises
    ------
    ResultError
        If there is none; it names two tasks.
    """
    first_id, first = arrays[0]
    for task_id, array in arrays:
        if family(array.dtype) != family(first.dtype):
            raise ResultError(
                f"{what} is a {family(first.dtype)} in task {first_id} and a {family(array.dtype)} in task {task_id}; "
                "they must agree"
            )
    dtype = np.result_type(*{kept(array.dtype) for _, array in arrays})
    try:
        return [cast(array, dtype) for _, array in arrays]
    except OverflowError as error:
        raise ResultError(f"{what} can't be collected: {error}") from error


def merge_variables(
    parts: Sequence[Part], dimensions: dict[str, OwnDimension], positions: np.ndarray
) -> Iterator[Merged]:
    """All variables, in the order in which tasks first returned them; coordinates of own dimensions are not among them.

    Parameters
    ----------
    parts, dimensions
        What the tasks returned, and its dimensions over all of them.
    positions
        Where the values of each task belong; shape ``(tasks,)``.

    Raises
    ------
    ResultError
        If two tasks returned what can't be one variable.
    """
    pieces: dict[str, list[_Piece]] = {}
    others: set[str] = set()
    for part in parts:
        for variable, column in zip(part.layout.variables, part.columns, strict=True):
            pieces.setdefault(variable.name, []).append(_Piece(part=part, variable=variable, column=column))
            if not is_dimension_coordinate(variable):
                others.add(variable.name)
    for name, same in pieces.items():
        if name in others:
            yield _merge(name, same, dimensions, positions)


def bytes_of_task(parts: Sequence[Part], dimensions: dict[str, OwnDimension]) -> int:
    """How much the variables of one task take when they are padded to the lengths of all."""
    sizes: dict[str, int] = {}
    for part in parts:
        for variable, column in zip(part.layout.variables, part.columns, strict=True):
            if not is_dimension_coordinate(variable):
                padded = column.dtype.itemsize * prod(dimensions[dim].length for dim in variable.dims)
                sizes[variable.name] = max(sizes.get(variable.name, 0), padded)
    return sum(sizes.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """One variable of one part."""

    part: Part
    variable: Variable
    column: np.ndarray


def _merge(name: str, pieces: Sequence[_Piece], dimensions: dict[str, OwnDimension], positions: np.ndarray) -> Merged:
    first = pieces[0]
    for piece in pieces:
        if piece.variable.dims != first.variable.dims:
            raise ResultError(
                f"{name!r} has the dims {first.variable.dims} in task {first.part.task_ids[0]} "
                f"and {piece.variable.dims} in task {piece.part.task_ids[0]}; they must agree"
            )
    columns = _joined(repr(name), [(int(piece.part.task_ids[0]), piece.column) for piece in pieces])
    coordinate = all(piece.variable.coordinate for piece in pieces)
    shared = coordinate and _is_shared(first.variable.dims, columns, dimensions)
    return Merged(
        name=name,
        dims=first.variable.dims,
        data=columns[0][0] if shared else _scatter(pieces, columns, dimensions, positions),
        attrs=next((piece.variable.attrs for piece in pieces if piece.variable.attrs), {}),
        coordinate=coordinate,
        gridded=not shared,
    )


def _is_shared(dims: tuple[str, ...], columns: Sequence[np.ndarray], dimensions: dict[str, OwnDimension]) -> bool:
    """Whether a coordinate is the same, and whole, for all tasks that have it."""
    value = columns[0][0]
    whole = value.shape == tuple(dimensions[dim].length for dim in dims)
    whole = whole and not any(dimensions[dim].aligned for dim in dims)
    return whole and all(equal(column, np.broadcast_to(value, (len(column), *value.shape))) for column in columns)


def _scatter(
    pieces: Sequence[_Piece],
    columns: Sequence[np.ndarray],
    dimensions: dict[str, OwnDimension],
    positions: np.ndarray,
) -> np.ndarray:
    """Place all values; what no task returned is missing."""
    dims = pieces[0].variable.dims
    tasks = len(positions)
    shape = tuple(dimensions[dim].length for dim in dims)
    complete = sum(map(len, columns)) == tasks and all(column.shape[1:] == shape for column in columns)
    dtype = columns[0].dtype
    out = np.empty((tasks, *shape), dtype) if complete else missing((tasks, *shape), dtype)
    for piece, column in zip(pieces, columns, strict=True):
        rows = positions[piece.part.task_ids]
        if column.shape[1:] == shape and not any(dimensions[dim].aligned for dim in dims):
            out[rows] = column
            continue
        own = piece.part.own_coordinates()
        places = [
            dimensions[dim].places(own[dim][1] if dim in own else np.arange(length), length)
            for dim, length in zip(dims, column.shape[1:], strict=True)
        ]
        out[np.ix_(rows, *places)] = column
    return out
