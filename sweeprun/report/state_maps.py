"""Maps of all tasks by state: over each pair of axes, and by number; cells of many tasks have the counts of states."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import xarray as xr

from sweeprun.report.dimensions import axis_dimension, grid_dims
from sweeprun.store.snapshot import STATE_ORDER

_COLUMNS = 48
_ROWS = 24
_MOST_MAPS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class StateMap:
    """One map.

    Attributes
    ----------
    name
        What it is over.
    x, y
        The names of its sides; ``y`` is empty if rows only go on where the last one ended.
    columns, rows
        The labels of its cells' sides.
    counts
        State -> how many tasks of it are in each cell, row by row; states that no task is in are left out.
    labels
        What each cell holds, if the sides don't say it.
    """

    name: str
    x: str
    y: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    counts: dict[str, tuple[int, ...]]
    labels: tuple[str, ...] = ()


def state_maps(states: np.ndarray, dataset: xr.Dataset | None) -> tuple[StateMap, ...]:
    """The maps of a run, the most telling one first.

    Parameters
    ----------
    states
        Of each task, as an index into `STATE_ORDER`.
    dataset
        What tasks the places of the grid have; None if that isn't known.
    """
    if dataset is None:
        return (_by_number(states),)
    dims = [dim for dim in grid_dims(dataset) if dataset.sizes[dim] > 1]
    placed = states[dataset["task_id"].values]
    pairs = list(combinations(dims, 2))[: _MOST_MAPS - 1]
    return (*(_over(placed, dataset, y, x) for y, x in pairs), _by_number(states))


def _over(placed: np.ndarray, dataset: xr.Dataset, y: str, x: str) -> StateMap:
    if dataset.sizes[y] > dataset.sizes[x]:
        x, y = y, x
    dims = grid_dims(dataset)
    columns, rows = axis_dimension(dataset, x, _COLUMNS), axis_dimension(dataset, y, _ROWS)
    moved = np.moveaxis(placed, (dims.index(y), dims.index(x)), (0, 1)).reshape(dataset.sizes[y], dataset.sizes[x], -1)
    sides = [np.arange(0, dataset.sizes[y], rows.group), np.arange(0, dataset.sizes[x], columns.group)]
    return StateMap(
        name=f"{columns.scales[0].name} × {rows.scales[0].name}",  # noqa: RUF001  # the sign, not the letter
        x=columns.scales[0].name,
        y=rows.scales[0].name,
        columns=columns.scales[0].labels,
        rows=rows.scales[0].labels,
        counts=dict(_counted(moved, *sides)),
    )


def _by_number(states: np.ndarray) -> StateMap:
    group = max(1, -(-len(states) // (_COLUMNS * _ROWS)))
    cells = -(-len(states) // group)
    columns = min(_COLUMNS, cells)
    rows = -(-cells // columns)
    ends = [(start, min(start + group, len(states)) - 1) for start in range(0, len(states), group)]
    return StateMap(
        name="task number",
        x="task",
        y="",
        columns=tuple(map(str, range(columns))),
        rows=tuple(str(row * columns * group) for row in range(rows)),
        counts=dict(_counted(states[:, None], np.arange(0, len(states), group))),
        labels=tuple(f"task {a}" if a == b else f"tasks {a} to {b}" for a, b in ends),
    )


def _counted(states: np.ndarray, *starts: np.ndarray) -> Iterator[tuple[str, tuple[int, ...]]]:
    """How many tasks of each state are in each cell; cells begin at such places of the first axes."""
    for code, state in enumerate(STATE_ORDER):
        found = (states == code).sum(axis=-1, dtype=np.int32)
        if found.any():
            for axis, own in enumerate(starts):
                found = np.add.reduceat(found, own, axis=axis)
            yield state.value, tuple(found.ravel().tolist())
