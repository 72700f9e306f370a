"""The results of many tasks as columns: a *part* holds those that have one layout and the same own coordinates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sweeprun.errors import FormatError
from sweeprun.results.dtypes import encodable, equal
from sweeprun.store.payloads import Layout, Variable, decode_result
from sweeprun.store.shards import Batch, ShardContents
from sweeprun.store.states import BestRecords

_WIDEST_TEXT = 64 * np.dtype("U1").itemsize
"""The longest strings that are held in arrays of fixed width."""


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

    def own_coordinates(self) -> dict[str, tuple[Variable, np.ndarray]]:
        """Dimension -> its coordinate, the same for all tasks of the part."""
        return {
            variable.name: (variable, column[0])
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
    layouts: dict[str, Layout] = {}
    task_ids: dict[str, list[np.ndarray]] = {}
    payloads: dict[str, list[memoryview]] = {}
    for batch, ids, rows in chosen_rows(shards, best, best.outcome == 1):
        numbers = batch.columns["layout"][rows]
        for number in range(len(batch.layouts)):
            picked = numbers == number
            if not picked.any():
                continue
            text = batch.layouts[number]
            if text not in layouts:
                layouts[text] = Layout.from_json(text).renamed(taken_names)
                task_ids[text], payloads[text] = [], []
            task_ids[text].append(ids[picked])
            payloads[text].extend(_slices(batch, rows[picked], separate=layouts[text].dtype is None))
    parts = [
        same
        for text, layout in layouts.items()
        for same in _split(_part(layout, np.concatenate(task_ids[text]), payloads.pop(text)))
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


def _slices(batch: Batch, rows: np.ndarray, *, separate: bool) -> list[memoryview]:
    """The payloads of ascending rows: as one slice if they are neighbours, unless wanted separate."""
    begins, ends = batch.offsets[rows], batch.offsets[rows + 1]
    if not separate and rows[-1] - rows[0] == len(rows) - 1:
        return [batch.data[begins[0] : ends[-1]]]
    return [batch.data[begin:end] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]


def _part(layout: Layout, task_ids: np.ndarray, payloads: list[memoryview]) -> Part:
    dtype = layout.dtype
    if dtype is None:
        decoded = [decode_result(layout, bytes(payload)) for payload in payloads]
        columns = tuple(_stack([arrays[i] for arrays in decoded]) for i in range(len(layout.variables)))
        return Part(task_ids=task_ids, layout=layout, columns=columns)
    content = payloads[0] if len(payloads) == 1 else memoryview(b"".join(payloads))
    if len(content) != len(task_ids) * dtype.itemsize:
        raise FormatError(f"{len(content)} bytes of payloads are not those of {len(task_ids)} results of {dtype}")
    data = np.frombuffer(content, dtype) if dtype.itemsize else np.zeros(len(task_ids), dtype)
    columns = tuple(data[str(i)] for i in range(len(layout.variables)))
    return Part(task_ids=task_ids, layout=layout, columns=columns)


def _stack(arrays: list[np.ndarray]) -> np.ndarray:
    """One column; of strings as objects if one is long, since all would be padded to its length."""
    if arrays[0].dtype.kind != "U":
        return np.stack(arrays)
    if any(array.dtype.itemsize > _WIDEST_TEXT for array in arrays):
        arrays = [array.astype(object) for array in arrays]
    return encodable(np.stack(arrays))


def _split(part: Part) -> Iterator[Part]:
    """Split a part so that its tasks agree on the coordinates of their own dimensions; most do from the start."""
    coordinates = [
        column
        for variable, column in zip(part.layout.variables, part.columns, strict=True)
        if is_dimension_coordinate(variable)
    ]
    if all(equal(column, np.broadcast_to(column[0], column.shape)) for column in coordinates):
        yield part
        return
    groups: dict[tuple[bytes, ...], list[int]] = {}
    for row in range(len(part.task_ids)):
        groups.setdefault(tuple(_identity(column[row]) for column in coordinates), []).append(row)
    for rows in groups.values():
        columns = tuple(column[rows] for column in part.columns)
        yield Part(task_ids=part.task_ids[rows], layout=part.layout, columns=columns)


def _identity(array: np.ndarray) -> bytes:
    return repr(array.tolist()).encode() if array.dtype.kind == "O" else array.tobytes()
