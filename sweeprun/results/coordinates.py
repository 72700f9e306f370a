"""The coordinates of tasks, as people read them, and as columns of numbers."""

from collections.abc import Collection, Mapping

import numpy as np

from sweeprun.design.axes import Axis
from sweeprun.design.extension import grid_positions, whole_grid
from sweeprun.design.grid import Dimension, Grid
from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.scalars import Scalar
from sweeprun.design.tasks import TaskTable
from sweeprun.results.in_common import Column

_LONGEST_LABEL = 60
_LONGEST_OF_CLAIM = 1000
"""What is said of a value is true of it alone, so it isn't cut to where others look the same."""

_MOST_SHOWN = 6

_ORDERED = {LabelKind.INTEGER, LabelKind.FLOAT, LabelKind.DATE, LabelKind.SPAN}


def label_text(label: Scalar, longest: int = _LONGEST_LABEL) -> str:
    """A label as people read it; of a long one the beginning and the end."""
    text = str(label)
    half = longest // 2
    return text if len(text) <= longest else f"{text[:half]}…{text[-half:]}"


def varying_axes(grid: Grid) -> tuple[str, ...]:
    """The axes with more than one value; all if there is none."""
    return tuple(axis.name for axis in grid.axes if len(axis) > 1) or tuple(axis.name for axis in grid.axes)


def coordinates_text(coordinates: Mapping[str, Scalar], shown: Collection[str]) -> str:
    """The coordinates of a task in one line: ``input=station_13.csv lr=0.5``.

    Parameters
    ----------
    coordinates
        Axis -> label.
    shown
        The axes that are shown, the first few of them.
    """
    told = [f"{name}={label_text(label)}" for name, label in coordinates.items() if name in shown]
    return " ".join(told[:_MOST_SHOWN] + (["…"] if len(told) > _MOST_SHOWN else []))


def axis_columns(table: TaskTable, task_ids: np.ndarray | None = None) -> list[Column]:
    """What each task has on each axis. Of drawn points their numbers are a column, too.

    Parameters
    ----------
    table, task_ids
        The tasks, and those that are asked for; by default all.
    """
    grid = whole_grid(table)
    if not grid.dimensions:  # a sweep of one task, without axes
        return []
    positions = grid_positions(table, grid)
    places = np.unravel_index(positions if task_ids is None else positions[task_ids], grid.shape)
    return [
        column
        for dimension, own in zip(grid.dimensions, places, strict=True)
        for column in _columns_of(dimension, own.astype(np.int32))
    ]


def _columns_of(dimension: Dimension, places: np.ndarray) -> list[Column]:
    columns = [_column(axis, places) for axis in dimension.axes if len(axis) > 1]
    if dimension.joint is None or dimension.joint.sampling is None:
        return columns
    numbers = dimension.numbers()
    return [Column(name=dimension.name, codes=places, label=lambda code: str(numbers[code])), *columns]


def _column(axis: Axis, places: np.ndarray) -> Column:
    """An axis, whose values are numbered in their order; equal ones, which axes that move together may have, once."""
    values = axis.coordinates()
    if bool((values[1:] > values[:-1]).all()):
        codes, first = places, None
    else:
        _, first, numbers = np.unique(values, return_index=True, return_inverse=True)
        codes = numbers.astype(np.int32)[places]
    return Column(
        name=axis.name,
        codes=codes,
        label=lambda code: label_text(axis.coordinate(int(code if first is None else first[code])), _LONGEST_OF_CLAIM),
        ordered=axis.kind in _ORDERED,
    )
