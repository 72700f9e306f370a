"""The results of many tasks as columns: a *part* holds those that have one layout and the same own coordinates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sweeprun.store.payloads import Layout, Variable, decode_result
from sweeprun.store.shards import Batch, ShardContents
from sweeprun.store.states import BestRecords


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Results of tasks that returned the same kind of thing.

    Attributes
    ----------
    task_ids
        Shape ``(n,)``.
    layout
        Of each of them.
    columns
        One array a variable, of shape ``(n, *variable.shape)``.
    """

    task_ids: np.ndarray
    layout: Layout
    columns: tuple[np.ndarray, ...]

    def own_coordinates(self) -> dict[str, np.ndarray]:
        """Dimension -> its coordinate, the same for all tasks of the part."""
        return {
            variable.name: column[0]
            for variable, column in zip(self.layout.variables, self.columns, strict=True)
            if is_dimension_coordinate(variable)
        }


def is_dimension_coordinate(variable: Variable) -> bool:
    """Whether a variable labels the dimension of its own name."""
    return variable.coordinate and variable.dims == (variable.name,)


def read_parts(shards: Sequence[ShardContents], best: BestRecords, taken_names: frozenset[str]) -> list[Part]:
    """The results of all succeeded tasks, in the order of their first tasks.

    Parameters
    ----------
    shards, best
        What was read, and chosen.
    taken_names
        Names that no result may have in the Dataset; see `Layout.renamed`.
    """
    gathered: dict[str, tuple[list[np.ndarray], list[Any]]] = {}
    layouts: dict[str, Layout] = {}
    for batch, task_ids, rows in chosen_rows(shards, best, best.outcome == 1):
        numbers = batch.columns["layout"][rows]
        for number in np.unique(numbers):
            text = batch.layouts[number]
            if text not in layouts:
                layouts[text] = Layout.from_json(text).renamed(taken_names)
            picked = numbers == number
            ids, contents = gathered.setdefault(text, ([], []))
            ids.append(task_ids[picked])
            contents.append(_contents(batch, rows[picked], layouts[text]))
    parts = [
        same
        for text, (ids, contents) in gathered.items()
        for same in _split(_part(layouts[text], np.concatenate(ids), contents))
    ]
    return sorted(parts, key=lambda part: int(part.task_ids.min()))


def chosen_rows(
    shards: Sequence[ShardContents], best: BestRecords, wanted: np.ndarray
) -> Iterator[tuple[Batch, np.ndarray, np.ndarray]]:
    """For every batch that holds records that count: the batch, the ids of these tasks, and their rows.

    Parameters
    ----------
    shards, best
        What was read, and chosen.
    wanted
        Which tasks to look at: booleans of shape ``(tasks,)``.
    """
    task_ids = np.flatnonzero(wanted & (best.shard >= 0))
    task_ids = task_ids[np.lexsort((best.row[task_ids], best.batch[task_ids], best.shard[task_ids]))]
    places = np.stack([best.shard[task_ids], best.batch[task_ids]])
    bounds = np.flatnonzero((np.diff(places) != 0).any(axis=0)) + 1
    for ids in np.split(task_ids, bounds):
        if len(ids):
            yield shards[best.shard[ids[0]]].batches[best.batch[ids[0]]], ids, best.row[ids]


def _contents(batch: Batch, rows: np.ndarray, layout: Layout) -> Any:
    """The payloads of some rows: a structured array, or a list of decoded results where there is text."""
    dtype = layout.dtype
    if dtype is None:
        return [decode_result(layout, batch.payload(row)) for row in rows]
    if not dtype.itemsize:
        return np.zeros(len(rows), dtype)
    starts = batch.offsets[rows]
    if len(rows) and (np.diff(starts) == dtype.itemsize).all():
        return np.frombuffer(batch.data, dtype, len(rows), int(starts[0]))
    return np.frombuffer(b"".join(batch.payload(row) for row in rows), dtype)


def _part(layout: Layout, task_ids: np.ndarray, contents: list[Any]) -> Part:
    if layout.dtype is None:
        decoded = [arrays for content in contents for arrays in content]
        columns = tuple(np.stack([arrays[i] for arrays in decoded]) for i in range(len(layout.variables)))
    else:
        data = np.concatenate(contents)
        columns = tuple(data[str(i)] for i in range(len(layout.variables)))
    return Part(task_ids=task_ids, layout=layout, columns=columns)


def _split(part: Part) -> Iterator[Part]:
    """Split a part until its tasks agree on the coordinates of their own dimensions; most do from the start."""
    for variable, column in zip(part.layout.variables, part.columns, strict=True):
        if not is_dimension_coordinate(variable) or (column == column[0]).all():
            continue
        _, groups = np.unique(column, axis=0, return_inverse=True)
        for group in np.unique(groups):
            rows = np.flatnonzero(groups.reshape(-1) == group)
            columns = tuple(other[rows] for other in part.columns)
            yield from _split(Part(task_ids=part.task_ids[rows], layout=part.layout, columns=columns))
        return
    yield part
