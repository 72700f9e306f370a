"""Results that only repeat where a task stands on the grid: parameters that a program writes beside its results."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from sweeprun.design.axes import Axis
from sweeprun.design.grid import Grid
from sweeprun.design.label_kinds import LabelKind
from sweeprun.results.dtypes import encodable, equal, family
from sweeprun.results.layout_groups import Part

Told = Mapping[str, Callable[[np.ndarray], np.ndarray]]
"""Name -> what the Dataset says under it of some tasks, given their ids."""


def told_of(grid: Grid, names: Sequence[str], positions: np.ndarray) -> Told:
    """What a Dataset says of tasks by itself: their coordinates, and their ids.

    Parameters
    ----------
    grid, names
        The grid, and the dims of its dimensions.
    positions
        Where each task lies on the grid; shape ``(tasks,)``.
    """

    def labels(number: int, find: Callable[[], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
        def of_tasks(task_ids: np.ndarray) -> np.ndarray:
            return find()[np.unravel_index(positions[task_ids], grid.shape)[number]]

        return of_tasks

    told: dict[str, Callable[[np.ndarray], np.ndarray]] = {"task_id": lambda task_ids: task_ids}
    for number, (name, dimension) in enumerate(zip(names, grid.dimensions, strict=True)):
        if dimension.joint is not None:
            told[name] = labels(number, dimension.numbers)
        for axis in dimension.axes:
            own_name = name if dimension.joint is None else axis.name
            told[own_name] = told[axis.name] = labels(number, axis.coordinates)
    return told


def echoed(parts: Sequence[Part], new_names: Mapping[str, str], told: Told, mixed: frozenset[str]) -> frozenset[str]:
    """The results, by their new names, that are equal to what the Dataset says in every task that has them.

    Parameters
    ----------
    parts
        What the tasks returned.
    new_names
        Old name -> new name, of results whose own name is taken.
    told
        What the Dataset says under these names.
    mixed
        Names of axes of values of several types, whose labels are the texts of the values.
    """
    return frozenset(
        new
        for old, new in new_names.items()
        if old in told
        and all(_repeats(values, told[old](ids), mixed=old in mixed) for ids, values in _scalars(parts, new))
    )


def mixed_axes(grid: Grid) -> frozenset[str]:
    """The names of axes whose values are of several types."""
    axes: Iterator[Axis] = (axis for axis in grid.axes if axis.kind is LabelKind.MIXED)
    return frozenset(axis.name for axis in axes)


def _scalars(parts: Sequence[Part], name: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The ids of tasks, and the values that they have under a name, of any shape."""
    for part in parts:
        for column, variable in enumerate(part.layout.variables):
            if variable.name == name:
                for stretch, columns in part.stretches(None, {column}):
                    yield part.task_ids[stretch], columns[column]


def _repeats(values: np.ndarray, labels: np.ndarray, *, mixed: bool) -> bool:
    if values.shape != labels.shape:
        return False
    if mixed:
        return list(map(_text, values.tolist())) == list(map(str, labels))
    if labels.dtype.kind == "U":
        labels = encodable(labels)
    return family(values.dtype) == family(labels.dtype) and equal(values, labels)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
