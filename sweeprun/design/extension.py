"""Extending a sweep: more values on its axes, as new blocks of tasks. What is there keeps its ids and streams."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import numpy as np

from sweeprun.design.axes import Axis
from sweeprun.design.grid import Dimension, Grid
from sweeprun.design.label_kinds import LabelKind, label_key
from sweeprun.design.scalars import Scalar
from sweeprun.design.tasks import Block, Task, TaskTable
from sweeprun.errors import OverrideError


def whole_grid(table: TaskTable) -> Grid:
    """The grid of all blocks together: on each dimension the points in the order in which they were added."""
    parts = zip(*(block.design.dimensions for block in table.blocks), strict=True)
    return grid_of([_join_all(own) for own in parts])


def _join_all(parts: Sequence[Dimension]) -> Dimension:
    """One dimension of those of all blocks, joined by halves: a sweeper's jobs make as many blocks as batches."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return join_dimensions(_join_all(parts[:middle]), _join_all(parts[middle:]))


def grid_of(dimensions: Sequence[Dimension]) -> Grid:
    """The grid of some dimensions."""
    return Grid(
        axes=tuple(axis for dimension in dimensions for axis in dimension.axes),
        joint=tuple(dimension.joint for dimension in dimensions if dimension.joint is not None),
    )


def grid_positions(table: TaskTable, grid: Grid) -> np.ndarray:
    """Where each task lies on the whole grid; shape ``(tasks,)``."""
    if len(table.blocks) == 1:
        return np.arange(len(grid))
    found = []
    for block in table.blocks:
        dimensions = zip(block.design.dimensions, grid.dimensions, strict=True)
        places = [_places(dimension, whole) for dimension, whole in dimensions]
        strides = [int(np.prod(grid.shape[i + 1 :], dtype=np.int64)) for i in range(len(grid.shape))]
        terms = [place * stride for place, stride in zip(places, strides, strict=True)]
        found.append(reduce(lambda total, term: np.add.outer(total, term).reshape(-1), terms, np.zeros(1, np.int64)))
    return np.concatenate(found)


def places_of(table: TaskTable, grid: Grid, task: Task) -> tuple[int, ...]:
    """The places of a task on the whole grid."""
    block = table.block_of(task.task_id)
    places = block.design.places(task.task_id - block.first_id)
    found = [
        whole.first_like(own, place, {own.name})
        for whole, own, place in zip(grid.dimensions, block.design.dimensions, places, strict=True)
    ]
    return tuple(place for place in found if place is not None)


def task_at(table: TaskTable, grid: Grid, places: Sequence[int]) -> int:
    """The id of the task at a point of the whole grid."""
    names = [dimension.name for dimension in grid.dimensions]
    found = (block.first_of(grid, places, names) for block in table.blocks)
    return next(task_id for task_id in found if task_id is not None)


def extend_table(table: TaskTable, more: Sequence[Dimension]) -> TaskTable:
    """The table with the points that further values of some dimensions add, each once; itself if there are none.

    The new points are numbered on from the last task. They are the fewest grids that hold them: for each dimension with
    new points, these with all of the dimensions before it and the former ones of those behind it.

    Parameters
    ----------
    table
        The tasks so far.
    more
        Dimensions of the sweep with the values that they are to have; those that they have already change nothing.
        Of a joint one, the points whose number is not there yet are new.

    Raises
    ------
    OverrideError
        If the sweep doesn't have such a dimension, or a coordinate would change its type for values of another one.
    """
    grid = whole_grid(table)
    given = {dimension.name: dimension for dimension in more}
    names = [dimension.name for dimension in grid.dimensions]
    for name in given:
        if name not in names:
            raise OverrideError(
                f"{name!r} is no axis of this sweep, so it can't be extended along it; "
                + (f"its axes are {', '.join(names)}" if names else "it has no axis: it is a single task")
            )
    enlarged = [join_dimensions(own, given[own.name]) if own.name in given else own for own in grid.dimensions]
    for old, new in zip(grid.dimensions, enlarged, strict=True):
        for axis, joined, added in zip(old.axes, new.axes, given.get(old.name, old).axes, strict=True):
            if joined.kind is LabelKind.MIXED is not axis.kind:
                written = f"{axis.name}={added.values.written()}"
                raise OverrideError(f"{written}: the axis holds {axis.kind.dtype}, and these are not of that type")
    blocks = list(table.blocks)
    first_id = len(table)
    for place, (old, new) in enumerate(zip(grid.dimensions, enlarged, strict=True)):
        if len(new) > len(old):
            design = grid_of((*enlarged[:place], _rest(new, len(old)), *grid.dimensions[place + 1 :]))
            blocks.append(Block(first_id=first_id, design=design))
            first_id += len(design)
    return replace(table, blocks=tuple(blocks))


def join_dimensions(dimension: Dimension, more: Dimension) -> Dimension:
    """A dimension with the further points of another behind its own."""
    if dimension.joint is None or more.joint is None:
        return Dimension.of(join_axes(dimension.axes[0], more.axes[0]))
    there = dimension.joint.first + len(dimension) - more.joint.first
    return join_points(dimension, more, range(max(0, there), len(more)))


def join_points(dimension: Dimension, more: Dimension, new: Sequence[int]) -> Dimension:
    """A joint dimension with some points of another behind its own."""
    axes = tuple(_with_values(axis, other, new) for axis, other in zip(dimension.axes, more.axes, strict=True))
    return replace(dimension, axes=axes)


def join_new_points(dimension: Dimension, given: Dimension) -> Dimension:
    """A joint dimension with those points of another behind its own that it doesn't have yet."""

    def point(one: Dimension, place: int) -> tuple[Scalar, ...]:
        return tuple(label_key(axis.values.label(place)) for axis in one.axes)

    there = {point(dimension, place) for place in range(len(dimension))}
    return join_points(dimension, given, [place for place in range(len(given)) if point(given, place) not in there])


def join_axes(axis: Axis, more: Axis) -> Axis:
    """An axis with the further values of another behind its own."""
    return _with_values(axis, more, [i for i in range(len(more)) if axis.index_of(more.values.label(i)) is None])


def _with_values(axis: Axis, more: Axis, new: Sequence[int]) -> Axis:
    return Axis(name=axis.name, values=axis.values.joined(more.values, new), kind=axis.kind.join(more.kind))


def _rest(dimension: Dimension, first: int) -> Dimension:
    """The points of a dimension from one place on."""
    axes = tuple(replace(axis, values=axis.values.rest(first)) for axis in dimension.axes)
    joint = dimension.joint and replace(dimension.joint, first=dimension.joint.first + first)
    return Dimension(name=dimension.name, axes=axes, joint=joint)


def _places(dimension: Dimension, whole: Dimension) -> np.ndarray:
    """Where the points of a dimension are on the whole one."""
    if dimension.joint is not None:
        return dimension.numbers()
    (axis,), (all_values,) = dimension.axes, whole.axes
    if axis.values == all_values.values:
        return np.arange(len(axis))
    return np.array([all_values.index_of(axis.values.label(index)) for index in range(len(axis))], dtype=np.int64)
