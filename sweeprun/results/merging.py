"""Merge parts into variables over the whole grid; every value goes to its known position, nothing is searched."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from sweeprun.errors import ResultError
from sweeprun.results.agreement import check_meaning, common_attrs, dropped_note
from sweeprun.results.dtypes import DType, equal, missing
from sweeprun.results.layout_groups import Part, in_order
from sweeprun.results.naming import is_dimension_coordinate
from sweeprun.results.notes import Note
from sweeprun.results.output_dimensions import OwnDimension, cast_named, joined_dtype, own_dimensions
from sweeprun.results.variables import VariableError
from sweeprun.store.payloads import Variable

RECORDED_TYPE = "recorded_type"
"""The attribute of truth values that are numbers, because some are missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One variable of one part: which of its columns."""

    part: Part
    column: int

    @property
    def variable(self) -> Variable:
        return self.part.layout.variables[self.column]

    @property
    def dtype(self) -> DType:
        return self.part.dtypes[self.column]

    def shape(self, dims: Sequence[str]) -> tuple[int, ...]:
        """The lengths along some dims, which are its own in any order."""
        lengths = dict(zip(self.variable.dims, self.variable.shape, strict=True))
        return tuple(lengths[dim] for dim in dims)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """One variable over the grid; its values are read when they are asked for.

    Attributes
    ----------
    dims, shape
        Its own dims, after those of the axes if ``gridded``, and their lengths.
    dtype
        The type that holds the values of all tasks, and what stands for those that are missing.
    complete
        Whether every task gave all of its values.
    pieces
        Where the values are.
    value
        The one value of a coordinate that is the same for all tasks; None of one that is ``gridded``.
    notes
        What is to be said of it.
    """

    name: str
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: DType
    complete: bool
    attrs: dict[str, Any]
    coordinate: bool
    pieces: tuple[Piece, ...]
    value: np.ndarray | None = None
    notes: tuple[Note, ...] = ()

    @property
    def gridded(self) -> bool:
        """Whether it has the dims of the axes."""
        return self.value is None


_Find = Callable[[np.ndarray], tuple[np.ndarray | None, np.ndarray]]
"""Which of some tasks, given their positions, are wanted (None: all of them), and where their values go."""


@dataclass(frozen=True, kw_only=True)
class MergedResults:
    """All results of a run over its grid: what there is, and how to read any stretch of it.

    Attributes
    ----------
    variables
        The variables, in the order in which tasks first returned them, without coordinates of own dimensions.
    dimensions
        The dimensions that results have of their own.
    parts
        The results.
    positions
        Where the values of each task belong; shape ``(tasks,)``.
    names
        Of all that tasks returned, whether it is wanted or not.
    refused
        Of what is wanted and can't be one variable: name -> why.
    """

    variables: tuple[Merged, ...]
    dimensions: dict[str, OwnDimension]
    parts: tuple[Part, ...]
    positions: np.ndarray
    names: tuple[str, ...]
    refused: dict[str, str]

    def read(self, start: int, stop: int, names: Collection[str] | None = None) -> dict[str, np.ndarray]:
        """The values of gridded variables at the positions ``start … stop - 1`` of the grid.

        Parameters
        ----------
        start, stop
            Positions; only the results that lie there are read.
        names
            Which variables; by default all.

        Returns
        -------
        dict
            Name -> array of shape ``(stop - start, *own shape)``.

        Raises
        ------
        VariableError
            If a value is out of the range of the type that holds all.
        """

        def find(positions: np.ndarray) -> tuple[np.ndarray | None, np.ndarray]:
            if start <= 0 and stop >= len(self.positions):
                return None, positions
            places = np.flatnonzero((positions >= start) & (positions < stop))
            return places, positions[places] - start

        return self._read(stop - start, find, names)

    def read_at(self, points: np.ndarray, names: Collection[str] | None = None) -> dict[str, np.ndarray]:
        """The same at any ascending positions, each once."""

        def find(positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            rows = np.searchsorted(points, positions)
            places = np.flatnonzero(np.append(points, -1)[rows] == positions)
            return places, rows[places]

        return self._read(len(points), find, names)

    def _read(self, count: int, find: _Find, names: Collection[str] | None) -> dict[str, np.ndarray]:
        """So many values of each variable."""
        wanted = {one.name: one for one in self.variables if one.gridded and (names is None or one.name in names)}
        found = {one.name: _empty(one, count) for one in wanted.values()}
        for part, pieces in self._pieces:
            own = [(wanted[name], piece) for name, piece in pieces if name in wanted]
            if not own:
                continue
            places, rows = find(self.positions[part.task_ids])
            if not len(rows):
                continue
            for stretch, columns in part.stretches(places, {piece.column for _, piece in own}):
                for one, piece in own:
                    _place(found[one.name], rows[stretch], columns[piece.column], one, piece, self.dimensions)
        return found

    @cached_property
    def _pieces(self) -> list[tuple[Part, list[tuple[str, Piece]]]]:
        """What the variables over the grid have of each part."""
        found: dict[int, tuple[Part, list[tuple[str, Piece]]]] = {id(part): (part, []) for part in self.parts}
        for one in self.variables:
            for piece in one.pieces if one.gridded else ():
                found[id(piece.part)][1].append((one.name, piece))
        return list(found.values())

    @property
    def notes(self) -> tuple[Note, ...]:
        """What is to be said of them."""
        of_dimensions = [note for one in self.dimensions.values() for note in one.notes]
        return (*of_dimensions, *(note for one in self.variables for note in one.notes))

    def bytes_of_task(self) -> int:
        """How much the variables of one task take."""
        return sum(one.dtype.itemsize * prod(one.shape) for one in self.variables if one.gridded)


def merge_results(
    parts: Sequence[Part],
    positions: np.ndarray,
    only: Collection[str] | None = None,
    *,
    ignored: Collection[str] = (),
    tolerance: float = 0.0,
) -> MergedResults:
    """What the results of all tasks are as variables over the grid; their values are not read yet.

    What can't be one variable, since two tasks returned what doesn't go together, is told, and all others are there.

    Parameters
    ----------
    parts
        What the tasks returned.
    positions
        Where the values of each task belong; shape ``(tasks,)``.
    only
        The variables that are wanted; they are what they were if tasks had returned nothing else, and come with the
        coordinates that label them. By default all.
    ignored
        Those that say nothing new.
    tolerance
        How far apart labels of own dimensions may be that are one.
    """
    dimensions, refused = own_dimensions(parts, only, tolerance)
    pieces: dict[str, list[Piece]] = {}
    others: set[str] = set()
    for part in parts:
        for column, variable in part.columns_of(only):
            if variable.name in ignored:
                continue
            pieces.setdefault(variable.name, []).append(Piece(part=part, column=column))
            if not is_dimension_coordinate(variable):
                others.add(variable.name)
    variables: list[Merged] = []
    for name in (name for name in pieces if name in others):
        unplaced = next((dim for piece in pieces[name] for dim in piece.variable.dims if dim in refused), None)
        try:
            if unplaced is not None:
                raise ResultError(refused[unplaced])
            variables.append(_merge(name, pieces[name], dimensions, len(positions)))
        except ResultError as error:
            refused.setdefault(name, str(error))
    names = (variable.name for part in parts for variable in part.layout.variables)
    return MergedResults(
        variables=tuple(variables),
        dimensions=dimensions,
        parts=tuple(parts),
        positions=positions,
        names=tuple(name for name in dict.fromkeys(names) if name not in ignored),
        refused=refused,
    )


def _merge(name: str, pieces: Sequence[Piece], dimensions: dict[str, OwnDimension], tasks: int) -> Merged:
    first = pieces[0]
    for piece in pieces:
        if set(piece.variable.dims) != set(first.variable.dims):
            raise ResultError(
                f"{name!r} has the dims {first.variable.dims} in task {first.part.first_task} "
                f"and {piece.variable.dims} in task {piece.part.first_task}; they must agree"
            )
    given = [(piece.part.first_task, piece.dtype, prod(piece.variable.shape)) for piece in pieces]
    dtype = joined_dtype(repr(name), given)
    dims = first.variable.dims
    shape = tuple(dimensions[dim].length for dim in dims)
    whole = all(piece.shape(dims) == shape for piece in pieces) and not any(dimensions[dim].aligned for dim in dims)
    attrs, notes = _attrs(name, pieces)
    complete = whole and sum(len(piece.part.task_ids) for piece in pieces) == tasks
    coordinate = all(piece.variable.coordinate for piece in pieces)
    return Merged(
        name=name,
        dims=dims,
        shape=shape,
        dtype=dtype if complete else missing((), dtype).dtype,
        complete=complete,
        attrs=attrs | {RECORDED_TYPE: "bool"} if dtype.kind == "b" and not complete else attrs,
        coordinate=coordinate,
        pieces=tuple(pieces),
        value=_shared_value(name, dims, pieces, dtype) if coordinate and whole and name not in dimensions else None,
        notes=notes,
    )


def _attrs(name: str, pieces: Sequence[Piece]) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """The attributes that all tasks agree on, and what is to be said of the others; what is empty has no say."""
    full = [piece for piece in pieces if prod(piece.variable.shape)] or pieces
    given = [(piece.part.first_task, piece.variable.attrs) for piece in full]
    check_meaning(name, given)
    attrs, dropped = common_attrs(given)
    return attrs, dropped_note(name, dropped)


def _shared_value(name: str, dims: Sequence[str], pieces: Sequence[Piece], dtype: DType) -> np.ndarray | None:
    """The value of a coordinate that is the same for all tasks that have it; None if it isn't."""
    value: np.ndarray | None = None
    for piece in pieces:
        for _, columns in piece.part.stretches(None, [piece.column]):
            column = in_order(cast_named(repr(name), columns[piece.column], dtype), piece.variable.dims, dims)
            value = column[0] if value is None else value
            if not equal(column, np.broadcast_to(value, column.shape)):
                return None
    return value


def _empty(variable: Merged, count: int) -> np.ndarray:
    """Where values are to be placed; missing ones, unless all will be."""
    shape = (count, *variable.shape)
    return np.empty(shape, variable.dtype) if variable.complete else missing(shape, variable.dtype)


def _place(
    out: np.ndarray,
    rows: np.ndarray,
    column: np.ndarray,
    variable: Merged,
    piece: Piece,
    dimensions: dict[str, OwnDimension],
) -> None:
    """Place the values of some tasks."""
    if not column.size:
        return
    if column.dtype.kind in "mMiu":
        try:
            column = cast_named(repr(variable.name), column, out.dtype)
        except ResultError as error:
            raise VariableError(variable.name, str(error)) from error
    dims = variable.dims
    column = in_order(column, piece.variable.dims, dims)
    if column.shape[1:] == variable.shape and not any(dimensions[dim].aligned for dim in dims):
        out[rows] = column
        return
    own = piece.part.own_coordinates()
    places = [
        dimensions[dim].places(own[dim][1] if dim in own else np.arange(length), length)
        for dim, length in zip(dims, column.shape[1:], strict=True)
    ]
    out[np.ix_(rows, *places)] = column
