"""The results of many tasks as columns: a *part* holds those that have one layout and the same own coordinates."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from sweeprun.errors import FormatError
from sweeprun.results.dtypes import DType, encodable, equal
from sweeprun.results.naming import Naming, is_dimension_coordinate, layout_of
from sweeprun.results.variables import with_coordinates
from sweeprun.store.payloads import Layout, Variable, decode_result
from sweeprun.store.shards import Batch, ShardContents
from sweeprun.store.snapshot import BestRecords, Snapshot

_WIDEST_TEXT = 64 * np.dtype("U1").itemsize
"""The longest strings that are held in arrays of fixed width."""

_MOST_KEPT = 2**27
_WINDOW_BYTES = 2**25
_LARGE_PAYLOAD = 2**16
"""A part with more bytes of payloads than the first is never whole in memory; it is looked through in windows. Of
payloads beyond the last, each is read in part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Records of one batch: its rows, ascending."""

    batch: Batch
    rows: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Part:
    """Results of tasks that returned the same kind of thing.

    Attributes
    ----------
    task_ids
        Shape ``(n,)``.
    layout
        Of each of them.
    segments
        Where the records are, in the order of ``task_ids``.
    """

    task_ids: np.ndarray
    layout: Layout
    segments: tuple[Segment, ...]

    @cached_property
    def first_task(self) -> int:
        """The lowest id, which names the part in messages, in whatever order workers wrote it."""
        return int(self.task_ids.min())

    @cached_property
    def nbytes(self) -> int:
        """The length of all payloads."""
        lengths = ((one.batch.offsets[one.rows + 1] - one.batch.offsets[one.rows]).sum() for one in self.segments)
        return int(sum(lengths))

    @cached_property
    def dtypes(self) -> tuple[DType, ...]:
        """The type of each column; that of texts is known when all of them were read."""
        if not self.layout.has_texts:
            return tuple(np.dtype(variable.type) for variable in self.layout.variables)
        found = [[column.dtype for column in columns] for columns in self.windows()]
        return tuple(_joint_dtype(own) for own in zip(*found, strict=True))

    def columns_of(self, only: Collection[str] | None) -> list[tuple[int, Variable]]:
        """The number and the variable of the columns with some results, and with the coordinates that label them."""
        wanted = with_coordinates(self.layout.variables, only)
        return [(number, one) for number, one in enumerate(self.layout.variables) if one.name in wanted]

    def own_coordinates(self) -> dict[str, tuple[Variable, np.ndarray]]:
        """Dimension -> its coordinate, the same for all tasks of the part."""
        places = [i for i, variable in enumerate(self.layout.variables) if is_dimension_coordinate(variable)]
        if not places:
            return {}
        _, columns = next(self.stretches(np.arange(1), places))
        return {self.layout.variables[i].name: (self.layout.variables[i], columns[i][0]) for i in places}

    def read(self, places: np.ndarray | None = None) -> tuple[np.ndarray, ...]:
        """The columns at some ascending places, one array a variable, of shape ``(len(places), *variable.shape)``.

        All of a small part are kept; of a large one only what is asked for is read, each time.
        """
        if self.nbytes <= _MOST_KEPT:
            return self._columns if places is None else tuple(column[places] for column in self._columns)
        return _decoded(self.layout, self.segments if places is None else tuple(self._segments_at(places)))

    def stretches(
        self, places: np.ndarray | None, wanted: Collection[int]
    ) -> Iterator[tuple[slice, Mapping[int, np.ndarray]]]:
        """Some columns at some ascending places, as much at a time as fits into memory, and which of the places it is.

        Of a large part whose payloads are large, too, no more is read than these columns.
        """
        if self.nbytes <= _MOST_KEPT:
            yield slice(None), dict(enumerate(self.read(places)))
            return
        count = len(self.task_ids)
        places = np.arange(count) if places is None else places
        step = max(1, count * _WINDOW_BYTES // self.nbytes)
        for first in range(0, len(places), step):
            stretch = slice(first, first + step)
            yield stretch, _decoded_columns(self.layout, tuple(self._segments_at(places[stretch])), wanted)

    def windows(self) -> Iterator[tuple[np.ndarray, ...]]:
        """All columns, as much at a time as fits into memory."""
        if self.nbytes <= _MOST_KEPT:
            yield self._columns
            return
        count = len(self.task_ids)
        step = max(1, count * _WINDOW_BYTES // self.nbytes)
        for first in range(0, count, step):
            yield self.read(np.arange(first, min(first + step, count)))

    def split(self, groups: Sequence[np.ndarray]) -> "Iterator[Part]":
        """Parts of it at some groups of ascending places."""
        for places in groups:
            yield Part(task_ids=self.task_ids[places], layout=self.layout, segments=tuple(self._segments_at(places)))

    @cached_property
    def _columns(self) -> tuple[np.ndarray, ...]:
        return _decoded(self.layout, self.segments)

    @cached_property
    def _ends(self) -> np.ndarray:
        return np.cumsum([len(segment.rows) for segment in self.segments])

    def _segments_at(self, places: np.ndarray) -> Iterator[Segment]:
        """The records at ascending places."""
        bounds = np.searchsorted(places, self._ends)
        for number in np.flatnonzero(np.diff(bounds, prepend=0)):
            segment = self.segments[number]
            own = places[bounds[number - 1] if number else 0 : bounds[number]]
            yield Segment(batch=segment.batch, rows=segment.rows[own - (self._ends[number] - len(segment.rows))])


def read_parts(shards: Sequence[ShardContents], best: BestRecords, naming: Naming | None = None) -> list[Part]:
    """The results of all succeeded tasks, in the order of their first tasks.

    Parameters
    ----------
    shards, best
        What was read, and chosen.
    naming
        The names that results have in the Dataset; by default their own.
    """
    layouts: dict[str, Layout] = {}
    task_ids: dict[str, list[np.ndarray]] = {}
    segments: dict[str, list[Segment]] = {}
    for batch, ids, rows in chosen_rows(shards, best, best.outcome == 1):
        numbers = batch.columns["layout"][rows]
        for number in range(len(batch.layouts)):
            picked = numbers == number
            if not picked.any():
                continue
            text = batch.layouts[number]
            if text not in layouts:
                layout = layout_of(text)
                layouts[text] = layout if naming is None else naming.applied(layout)
                task_ids[text], segments[text] = [], []
            task_ids[text].append(ids[picked])
            segments[text].append(Segment(batch=batch, rows=rows[picked]))
    parts = [
        same
        for text, layout in layouts.items()
        for same in _split(
            Part(task_ids=np.concatenate(task_ids[text]), layout=layout, segments=tuple(segments.pop(text)))
        )
    ]
    return sorted(parts, key=lambda part: part.first_task)


def in_order(column: np.ndarray, own_dims: Sequence[str], dims: Sequence[str]) -> np.ndarray:
    """Values of some tasks, shape ``(tasks, …)``, with their own dims in another order."""
    if tuple(own_dims) == tuple(dims):
        return column
    return column.transpose(0, *(1 + own_dims.index(dim) for dim in dims))


def naming_of(snapshot: Snapshot, taken: Collection[str]) -> Naming:
    """The names of a run's results in its Dataset, where some are taken; see `Naming`."""
    texts = dict.fromkeys(text for shard in snapshot.shards for batch in shard.batches for text in batch.layouts)
    with suppress(FormatError):  # of a record that doesn't count
        naming = Naming.of(map(layout_of, texts), taken)
        if not naming.variables and not naming.dims:  # so it is for the records that count, which takes longer to see
            return naming
    return Naming.of([layout for _, layout in first_layouts(snapshot)], taken)


def first_layouts(snapshot: Snapshot) -> list[tuple[int, Layout]]:
    """The layouts of all results, each with the first task that has it, in the order of these."""
    first: dict[str, int] = {}
    for batch, task_ids, rows in chosen_rows(snapshot.shards, snapshot.best, snapshot.best.outcome == 1):
        numbers = batch.columns["layout"][rows]
        for number, text in enumerate(batch.layouts):
            own = task_ids[numbers == number] if len(batch.layouts) > 1 else task_ids
            if len(own):
                first[text] = min(first.get(text, int(own[0])), int(own.min()))
    return [(task_id, layout_of(text)) for task_id, text in sorted((i, text) for text, i in first.items())]


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
    shard_of, batch_of, row_of = best.shard[task_ids], best.batch[task_ids], best.row[task_ids]
    batches = shard_of.astype(np.int64) << 32 | batch_of
    order = np.argsort(batches, kind="stable")
    if ((np.diff(row_of[order]) <= 0) & (np.diff(batches[order]) == 0)).any():  # rows don't ascend with the tasks' ids
        order = np.lexsort((row_of, batches))
    task_ids, batches, rows = task_ids[order], batches[order], row_of[order]
    bounds = [0, *(np.flatnonzero(np.diff(batches)) + 1).tolist(), len(task_ids)]
    for begin, end in pairwise(bounds):
        if end > begin:
            shard, batch = divmod(int(batches[begin]), 2**32)
            yield shards[shard].batches[batch], task_ids[begin:end], rows[begin:end]


def _decoded(layout: Layout, segments: Sequence[Segment]) -> tuple[np.ndarray, ...]:
    """The columns of some records."""
    if layout.has_texts:
        payloads = [payload for segment in segments for payload in _slices(segment, separate=True)]
        decoded = [decode_result(layout, bytes(payload)) for payload in payloads]
        return tuple(_stack([arrays[i] for arrays in decoded]) for i in range(len(layout.variables)))
    dtype = layout.dtype
    if dtype is None:
        return tuple(_read_columns(layout, segments, range(len(layout.variables))).values())
    payloads = [payload for segment in segments for payload in _slices(segment, separate=False)]
    content = payloads[0] if len(payloads) == 1 else b"".join(payloads)
    count = sum(len(segment.rows) for segment in segments)
    if len(content) != count * dtype.itemsize:
        raise FormatError(f"{len(content)} bytes of payloads are not those of {count} results of {dtype}")
    data = np.frombuffer(content, dtype) if dtype.itemsize else np.zeros(count, dtype)
    return tuple(data[str(i)] for i in range(len(layout.variables)))


def _decoded_columns(layout: Layout, segments: Sequence[Segment], wanted: Collection[int]) -> Mapping[int, np.ndarray]:
    """Some columns of some records."""
    if layout.has_texts or sum(size for _, size in layout.stretches()) < _LARGE_PAYLOAD:
        return dict(enumerate(_decoded(layout, segments)))
    return _read_columns(layout, segments, wanted)


def _read_columns(layout: Layout, segments: Sequence[Segment], wanted: Collection[int]) -> Mapping[int, np.ndarray]:
    """Some columns of some records without strings; what lies between the columns is read, too."""
    stretches = layout.stretches()
    size = sum(own for _, own in stretches)
    start = min((stretches[number][0] for number in wanted), default=0)
    stop = max((sum(stretches[number]) for number in wanted), default=0)
    begins = [(segment.batch, segment.batch.offsets[segment.rows]) for segment in segments]
    if any((one.batch.offsets[one.rows + 1] - one.batch.offsets[one.rows] != size).any() for one in segments):
        raise FormatError(f"the payloads are not those of results of {size} bytes")
    parts = [batch.data[begin + start : begin + stop] for batch, own in begins for begin in own.tolist()]
    data = np.frombuffer(parts[0] if len(parts) == 1 else b"".join(parts), np.uint8).reshape(len(parts), stop - start)
    columns = {}
    for number in wanted:
        (begin, length), variable = stretches[number], layout.variables[number]
        raw = np.ascontiguousarray(data[:, begin - start : begin - start + length])
        columns[number] = raw.view(variable.type).reshape(len(parts), *variable.shape)
    return columns


def _slices(segment: Segment, *, separate: bool) -> list[Any]:
    """The payloads of some records: as one slice if they are neighbours, unless wanted separate."""
    batch, rows = segment.batch, segment.rows
    begins, ends = batch.offsets[rows], batch.offsets[rows + 1]
    neighbours = rows[-1] - rows[0] == len(rows) - 1
    if neighbours and not separate:
        return [batch.data[int(begins[0]) : int(ends[-1])]]
    first = int(begins[0])
    data = batch.data[first : int(ends[-1])]  # read once
    return [data[begin - first : end - first] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]


def _stack(arrays: list[np.ndarray]) -> np.ndarray:
    """One column; of strings as objects if one is long, since all would be padded to its length."""
    if arrays[0].dtype.kind != "U":
        return np.stack(arrays)
    if any(array.dtype.itemsize > _WIDEST_TEXT for array in arrays):
        arrays = [array.astype(object) for array in arrays]
    return encodable(np.stack(arrays))


def _joint_dtype(dtypes: Sequence[DType]) -> DType:
    """The type of a column of which windows have these."""
    return np.dtype(object) if any(dtype.kind == "O" for dtype in dtypes) else np.result_type(*dtypes)


def _split(part: Part) -> Iterator[Part]:
    """Split a part so that its tasks agree on the coordinates of their own dimensions; most do from the start."""
    places = [i for i, variable in enumerate(part.layout.variables) if is_dimension_coordinate(variable)]
    if not places:
        yield part
        return
    groups: dict[tuple[bytes, ...], list[np.ndarray]] = {}
    begin = 0
    for _, columns in part.stretches(None, places):
        own = [columns[i] for i in places]
        count = len(own[0])
        if all(equal(column, np.broadcast_to(column[0], column.shape)) for column in own):
            groups.setdefault(tuple(_identity(column[0]) for column in own), []).append(np.arange(begin, begin + count))
        else:
            for row in range(count):
                groups.setdefault(tuple(_identity(column[row]) for column in own), []).append(np.array([begin + row]))
        begin += count
    if len(groups) == 1:
        yield part
    else:
        yield from part.split([np.concatenate(places) for places in groups.values()])


def _identity(array: np.ndarray) -> bytes:
    return repr(array.tolist()).encode() if array.dtype.kind in "OU" else array.tobytes()
