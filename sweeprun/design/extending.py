"""Extending a sweep: more values on its axes, as new blocks of tasks. What is there keeps its ids and streams."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import numpy as np

from sweeprun.design.axes import Axis, LabelKind
from sweeprun.design.grid import Grid
from sweeprun.design.tasks import Block, TaskTable
from sweeprun.design.values import AxisValues, Choice, IntegerRange
from sweeprun.errors import OverrideError


def whole_grid(table: TaskTable) -> Grid:
    """The grid of all blocks together: on each axis the values in the order in which they were added."""
    first, *others = (block.design for block in table.blocks)
    axes = list(first.axes)
    for design in others:
        axes = [join_axes(axis, more) for axis, more in zip(axes, design.axes, strict=True)]
    return Grid(axes=tuple(axes))


def grid_positions(table: TaskTable, grid: Grid) -> np.ndarray:
    """Where each task lies on the whole grid; shape ``(tasks,)``."""
    if len(table.blocks) == 1:
        return np.arange(len(grid))
    found = []
    for block in table.blocks:
        places = [_places(axis, whole) for axis, whole in zip(block.design.axes, grid.axes, strict=True)]
        strides = [int(np.prod(grid.shape[i + 1 :], dtype=np.int64)) for i in range(len(grid.shape))]
        terms = [place * stride for place, stride in zip(places, strides, strict=True)]
        found.append(reduce(lambda total, term: np.add.outer(total, term).reshape(-1), terms, np.zeros(1, np.int64)))
    return np.concatenate(found)


def task_at(table: TaskTable, grid: Grid, indices: Sequence[int]) -> int:
    """The id of the task at a point of the whole grid."""
    names = [axis.name for axis in grid.axes]
    found = (block.first_of(grid, indices, names) for block in table.blocks)
    return next(task_id for task_id in found if task_id is not None)


def extend_table(table: TaskTable, more: Sequence[Axis]) -> TaskTable:
    """The table with the points that further values of some axes add, each once; itself if there are none.

    The new points are numbered on from the last task. They are the fewest grids that hold them: for each axis with
    new values, these with all values of the axes before it and the former values of those behind it.

    Parameters
    ----------
    table
        The tasks so far.
    more
        Axes of the sweep with the values that they are to have; those that they have already change nothing.

    Raises
    ------
    OverrideError
        If the sweep doesn't have such an axis, or its coordinate would change its type for values of another one.
    """
    grid = whole_grid(table)
    given = {axis.name: axis for axis in more}
    names = [axis.name for axis in grid.axes]
    for name in given:
        if name not in names:
            raise OverrideError(
                f"{name!r} is no axis of this sweep, so it can't be extended along it; "
                + (f"its axes are {', '.join(names)}" if names else "it has no axis: it is a single task")
            )
    enlarged = [join_axes(axis, given[axis.name]) if axis.name in given else axis for axis in grid.axes]
    for axis, new in zip(grid.axes, enlarged, strict=True):
        if new.kind is LabelKind.MIXED is not axis.kind:
            written = f"{axis.name}={given[axis.name].values.written()}"
            raise OverrideError(f"{written}: the axis holds {axis.kind.dtype}, and these are not of that type")
    blocks = list(table.blocks)
    first_id = len(table)
    for place, (old, new) in enumerate(zip(grid.axes, enlarged, strict=True)):
        if len(new) > len(old):
            added = replace(new, values=_slice(new.values, len(old)))
            design = Grid(axes=(*enlarged[:place], added, *grid.axes[place + 1 :]))
            blocks.append(Block(first_id=first_id, design=design))
            first_id += len(design)
    return replace(table, blocks=tuple(blocks))


def join_axes(axis: Axis, more: Axis) -> Axis:
    """An axis with the further values of another behind its own."""
    new = [index for index in range(len(more)) if axis.index_of(more.values.label(index)) is None]
    kind = axis.kind.join(more.kind)
    return Axis(name=axis.name, values=_joined(axis.values, more.values, new), kind=kind)


def _joined(values: AxisValues, more: AxisValues, new: Sequence[int]) -> AxisValues:
    if not new:
        return values
    if isinstance(values, IntegerRange) and isinstance(more, IntegerRange):
        added = [more.value(index) for index in new]
        whole = IntegerRange(start=values.start, stop=added[-1] + (1 if values.step > 0 else -1), step=values.step)
        if (
            len(whole) == len(values) + len(added)
            and whole.value(len(values)) == added[0]
            and whole.value(-1) == added[-1]
        ):
            return whole
    pairs = [*((values, index) for index in range(len(values))), *((more, index) for index in new)]
    return Choice(
        values=tuple(source.value(index) for source, index in pairs),
        texts=tuple(source.text(index) for source, index in pairs),
        labels=tuple(source.label(index) for source, index in pairs),
    )


def _slice(values: AxisValues, first: int) -> AxisValues:
    """The values from an index on."""
    if isinstance(values, IntegerRange):
        return IntegerRange(start=values.value(first), stop=values.stop, step=values.step)
    assert isinstance(values, Choice)
    return Choice(values=values.values[first:], texts=values.texts[first:], labels=values.labels[first:])


def _places(axis: Axis, whole: Axis) -> np.ndarray:
    """Where the values of an axis are on the whole one."""
    if axis.values == whole.values:
        return np.arange(len(axis))
    return np.array([whole.index_of(axis.values.label(index)) for index in range(len(axis))], dtype=np.int64)
