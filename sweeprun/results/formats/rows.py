"""A run as a tidy table: one row for each task, whatever became of it, and one column for each value that it has.

A table knows no grid, so nothing is padded or aligned, and a missing value is one of any type: integers stay integers.
Rows are made in blocks, of which only one is in memory.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
import pyarrow as pa

from sweeprun.design.axes import OWN_COORDINATES, THREADS_COORDINATE
from sweeprun.design.extension import grid_positions, whole_grid
from sweeprun.design.grid import Grid
from sweeprun.errors import ResultError
from sweeprun.provenance.mixed_threads import threads_of_results
from sweeprun.provenance.origin import Origin
from sweeprun.results.agreement import check_meaning, common_attrs
from sweeprun.results.dtypes import encodable, encodable_text, family, kept
from sweeprun.results.echoes import echoed, mixed_axes, told_of
from sweeprun.results.formats.columns import Column, Output, arrow_type, element_columns, nested, whole_columns
from sweeprun.results.layout_groups import Part, chosen_rows, first_layouts, in_order, read_parts
from sweeprun.results.masking import masking_of, secret_results
from sweeprun.results.naming import Naming
from sweeprun.results.plan import dimension_names
from sweeprun.results.variables import check_known, with_coordinates
from sweeprun.store.payloads import Layout, Variable
from sweeprun.store.snapshot import STATE_ORDER, BestRecords, Snapshot
from sweeprun.store.storable import TEXT

_BLOCK_BYTES = 2**25
_MOST_ROWS = 2**16


def _free_names(columns: Sequence[Column], taken: frozenset[str]) -> list[Column]:
    """Columns that would have the name of another get underscores."""
    names = set(taken)
    free = []
    for column in columns:
        name = encodable_text(column.name)
        while name in names:
            name += "_"
        names.add(name)
        free.append(replace(column, name=name))
    return free


class Tidy:
    """All tasks of a run, as rows in the order of their ids.

    Outputs that are of different kinds in different tasks are texts.

    Parameters
    ----------
    snapshot
        The run.
    only
        The results that are wanted, which come with their coordinates; by default all.

    Attributes
    ----------
    outputs
        What tasks returned.
    refused
        Which of it is text for that reason: name -> why.

    Raises
    ------
    UsageError
        If there is no such result.
    """

    def __init__(self, snapshot: Snapshot, only: Collection[str] | None = None) -> None:
        self.snapshot = snapshot
        self.grid: Grid = whole_grid(snapshot.manifest.table)
        self._dims = tuple(map(encodable_text, dimension_names(self.grid)))
        self._taken = OWN_COORDINATES.union(self._dims, (axis.name for axis in self.grid.axes))
        layouts, self._digests = first_layouts(snapshot), _digests(snapshot)
        self._has_threads = len(threads_of_results(snapshot)) > 1 and THREADS_COORDINATE not in self._coordinates
        self._naming = Naming.of([layout for _, layout in layouts], self._taken)
        renamed = [(task_id, self._naming.applied(layout)) for task_id, layout in layouts]
        ignored = self._repeated()
        secret = secret_results((one for _, layout in renamed for one in layout.variables), snapshot.revealed)
        ignored |= secret.difference(only or ())
        names = dict.fromkeys(variable.name for _, layout in renamed for variable in layout.variables)
        check_known(only or (), [name for name in names if name not in ignored])
        self.outputs, self.refused = _outputs(renamed, only, ignored)

    def refuse(self, name: str, why: str) -> None:
        """Have an output as text, as was found when its values were read."""
        self.refused[name] = why
        place = next(i for i, output in enumerate(self.outputs) if output.name == name)
        self.outputs[place] = _text_output(name, self.outputs[place].elements)

    def _repeated(self) -> frozenset[str]:
        """The outputs that only say where a task stands on the grid, which its own columns say."""
        if not self._naming.variables:
            return frozenset()
        parts = read_parts(self.snapshot.shards, self.snapshot.best, self._naming)
        told = told_of(self.grid, dimension_names(self.grid), self._positions)
        return echoed(parts, self._naming.variables, told, mixed_axes(self.grid))

    @cached_property
    def _positions(self) -> np.ndarray:
        return grid_positions(self.snapshot.manifest.table, self.grid)

    @cached_property
    def _coordinates(self) -> dict[str, tuple[int, pa.Array]]:
        """Column -> the number of its dimension, and the labels along it."""
        found = {}
        masked = masking_of(self.snapshot).grid(self.grid)
        for number, (name, dimension) in enumerate(zip(self._dims, masked.dimensions, strict=True)):
            if dimension.joint is not None:
                found[name] = number, pa.array(dimension.numbers())
            for axis in dimension.axes:
                labels = axis.coordinates()
                labels = encodable(labels) if labels.dtype.kind == "U" else labels
                own_name = name if dimension.joint is None else encodable_text(axis.name)
                found[own_name] = number, nested(labels, arrow_type(labels.dtype))
        return found

    def _bookkeeping(self) -> list[pa.Field]:
        fields = [
            pa.field("task_id", pa.int64(), nullable=False),
            pa.field("state", pa.string(), nullable=False),
            pa.field("seconds", pa.float64(), metadata={"units": "s", "long_name": "wall time of the task"}),
        ]
        if len(self._digests) > 1:
            fields.append(pa.field("code_digest", pa.string()))
        if self._has_threads:
            fields.append(pa.field(THREADS_COORDINATE, pa.int64()))
        return fields + [pa.field(name, labels.type) for name, (_, labels) in self._coordinates.items()]

    def columns(self, outputs: Sequence[Output], *, elements: bool) -> list[Column]:
        """The columns of some outputs: of their elements, or of the whole as lists."""
        made = element_columns if elements else whole_columns
        taken = frozenset(known.name for known in self._bookkeeping())
        return _free_names([column for output in outputs for column in made(output)], taken)

    def schema(self, columns: Sequence[Column], attrs: Mapping[str, Any]) -> pa.Schema:
        """The schema of the table with these columns of outputs; attributes are its, and their, metadata."""
        fields = self._bookkeeping()
        fields += [pa.field(c.name, c.type, metadata=as_metadata(c.output.attrs)) for c in columns]
        return pa.schema(fields, metadata=as_metadata(attrs))

    def batches(self, columns: Sequence[Column], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """All rows, a block at a time."""
        rows = min(max(_BLOCK_BYTES // max(sum(output.nbytes for output in self.outputs), 1), 1), _MOST_ROWS)
        for start in range(0, len(self.snapshot.states), rows):
            yield self._block(columns, schema, slice(start, min(start + rows, len(self.snapshot.states))))

    def _block(self, columns: Sequence[Column], schema: pa.Schema, tasks: slice) -> pa.RecordBatch:
        best = _of_tasks(self.snapshot.best, tasks)
        found = {"task_id": pa.array(np.arange(tasks.start, tasks.stop)), **self._told(best, tasks)}
        places = np.unravel_index(self._positions[tasks], self.grid.shape) if self.grid.shape else ()
        for name, (number, labels) in self._coordinates.items():
            found[name] = labels.take(pa.array(places[number]))
        parts = read_parts(self.snapshot.shards, best, self._naming)
        dims = {output.name: output.dims for output in self.outputs if not output.as_text}
        values = [_values_by_name(part, dims) for part in parts]
        for column in columns:
            found[column.name] = _column(column, parts, values, len(best.outcome))
        return pa.record_batch([found[name] for name in schema.names], schema=schema)

    def _told(self, best: BestRecords, tasks: slice) -> dict[str, pa.Array]:
        """The state of each task, its time, and the code and the threads that its result was made with."""
        seconds = np.zeros(len(best.outcome))
        codes = np.zeros(len(seconds), np.int64)
        threads = np.zeros(len(seconds), np.int64)
        for batch, task_ids, rows in chosen_rows(self.snapshot.shards, best, best.outcome >= 0):
            seconds[task_ids] = batch.columns["seconds"][rows]
            origin = Origin.from_json(batch.origin)
            codes[task_ids] = self._digests.get(origin.code, 0)
            threads[task_ids] = origin.threads
        states = pa.array([state.value for state in STATE_ORDER]).take(pa.array(self.snapshot.states[tasks]))
        return {
            "state": states,
            "seconds": pa.array(seconds, mask=best.outcome < 0),
            "code_digest": pa.array([*self._digests, ""]).take(pa.array(codes, mask=best.outcome != 1)),
            THREADS_COORDINATE: pa.array(threads, mask=(best.outcome != 1) | (threads == 0)),
        }


def as_metadata(attrs: Mapping[str, Any]) -> dict[str, str]:
    """Attributes as Arrow keeps them: texts as they are, all others as JSON."""
    plain = {}
    for name, value in attrs.items():
        text = value if isinstance(value, str) else json.dumps(value, default=str)
        plain[encodable_text(str(name))] = encodable_text(text)
    return plain


def _of_tasks(best: BestRecords, tasks: slice) -> BestRecords:
    """The records that count for a stretch of tasks, which are numbered from 0."""
    return replace(
        best, shard=best.shard[tasks], batch=best.batch[tasks], row=best.row[tasks], outcome=best.outcome[tasks]
    )


def _digests(snapshot: Snapshot) -> dict[str, int]:
    """The digests of the code that results are from, numbered."""
    digests: dict[str, int] = {}
    for batch, _, _ in chosen_rows(snapshot.shards, snapshot.best, snapshot.best.outcome == 1):
        digests.setdefault(Origin.from_json(batch.origin).code, len(digests))
    return digests


def _outputs(
    layouts: Sequence[tuple[int, Layout]], only: Collection[str] | None, ignored: Collection[str]
) -> tuple[list[Output], dict[str, str]]:
    """What tasks returned, in the order in which they first did; and of what can't be one output, why: it is text."""
    given: dict[str, list[tuple[int, Variable]]] = {}
    for task_id, layout in layouts:
        wanted = with_coordinates(layout.variables, only)
        for variable in layout.variables:
            if variable.name in wanted and variable.name not in ignored:
                given.setdefault(variable.name, []).append((task_id, variable))
    refused = {name: why for name, same in given.items() if (why := _why_apart(name, same))}
    outputs = []
    for name, same in given.items():
        values = max(prod(variable.shape) for _, variable in same)
        outputs.append(_text_output(name, values) if name in refused else _output(name, same))
    return outputs, refused


def _text_output(name: str, values: int) -> Output:
    """An output of which each task has one text, of so many values."""
    return Output(name=name, dims=(), dtype=np.dtype(str), shape=(), as_text=max(values, 1))


def _full(given: Sequence[tuple[int, Variable]]) -> Sequence[tuple[int, Variable]]:
    """Those that have values, since an empty list goes with any type; the first if none has."""
    return [(task_id, variable) for task_id, variable in given if prod(variable.shape)] or given[:1]


def _why_apart(name: str, given: Sequence[tuple[int, Variable]]) -> str:
    """Why what tasks returned under a name can't be one output; empty if it can."""
    first_id, first = _full(given)[0]
    for task_id, variable in given:
        mixed = prod(variable.shape) and family(_dtype(variable)) != family(_dtype(first))
        if set(variable.dims) != set(first.dims):
            return (
                f"{name!r} has the dims {first.dims} in task {first_id} and {variable.dims} in task {task_id}; "
                "they must agree"
            )
        if mixed:
            return (
                f"{name!r} is a {family(_dtype(first))} in task {first_id} and a {family(_dtype(variable))} "
                f"in task {task_id}; they must agree"
            )
    try:
        check_meaning(name, [(task_id, variable.attrs) for task_id, variable in _full(given)])
    except ResultError as error:
        return str(error)
    return ""


def _output(name: str, given: Sequence[tuple[int, Variable]]) -> Output:
    full = _full(given)
    dims = full[0][1].dims
    lengths = [dict(zip(variable.dims, variable.shape, strict=True)) for _, variable in given]
    return Output(
        name=name,
        dims=dims,
        dtype=np.result_type(*{kept(_dtype(variable)) for _, variable in full}),
        shape=tuple(max(own[dim] for own in lengths) for dim in dims),
        attrs=common_attrs([(task_id, variable.attrs) for task_id, variable in full])[0],
        coordinate=all(variable.coordinate for _, variable in given),
    )


def _dtype(variable: Variable) -> np.dtype[Any]:
    return np.dtype(str) if variable.type == TEXT else np.dtype(variable.type)


def _values_by_name(part: Part, dims: Mapping[str, tuple[str, ...]]) -> dict[str, np.ndarray]:
    """The values of some tasks, with their dims in the order of the output's."""
    return {
        variable.name: in_order(values, variable.dims, dims.get(variable.name, variable.dims))
        for variable, values in zip(part.layout.variables, part.read(), strict=True)
    }


def _column(column: Column, parts: Sequence[Part], values: Sequence[Mapping[str, np.ndarray]], tasks: int) -> pa.Array:
    """The column over all tasks of a block; those that have no such value miss it."""
    arrays = [pa.array([], column.type)]
    places = np.zeros(tasks, np.int64)
    missing = np.ones(tasks, bool)
    size = 0
    for part, by_name in zip(parts, values, strict=True):
        array = column.array(by_name[column.output.name]) if column.output.name in by_name else None
        if array is not None:
            places[part.task_ids] = np.arange(size, size + len(array))
            missing[part.task_ids] = False
            arrays.append(array)
            size += len(array)
    return pa.concat_arrays(arrays).take(pa.array(places, mask=missing))
