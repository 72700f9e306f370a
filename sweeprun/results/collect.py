"""Collect: the records of a run as one labelled Dataset, also while the run is going."""

import json
import shlex
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr

from sweeprun import __version__
from sweeprun.design.axes import RESERVED_NAMES
from sweeprun.design.extending import grid_positions, whole_grid
from sweeprun.design.grid import Grid
from sweeprun.design.tasks import TaskTable
from sweeprun.errors import FormatError, ResultError, SweeprunError, UsageError
from sweeprun.results.dtypes import encodable
from sweeprun.results.merging import MergedResults, merge_results
from sweeprun.results.parts import Part, chosen_rows, read_parts
from sweeprun.store.code import accepted_code, read_code
from sweeprun.store.directory import RunDirectory
from sweeprun.store.extensions import config_text
from sweeprun.store.manifest import Manifest
from sweeprun.store.origins import Origin
from sweeprun.store.provenance import short_form, shown_time
from sweeprun.store.states import STATE_ORDER, Snapshot, TaskState, take_snapshot

MANIFEST_ATTRIBUTE = "manifest"
CODE_ATTRIBUTE = "code"
_LONGEST_ATTRIBUTE = 8_000_000
_BOOKKEEPING_BYTES = 200
"""What the coordinates take for each task while they are put together."""

_MOST_BYTES = 2**30
_MOST_PADDING = 1000
"""So many times what was returned may a Dataset have, if it is larger than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """A collected run.

    Attributes
    ----------
    dataset
        Dims: the axes in their order, then those of the outputs.
    states
        How many tasks are in each state.
    unsound
        ``(shard, task_id)`` of records that were left out because their checksum is wrong.
    torn
        ``(shard, what)`` of shards of which not everything can be read.
    ends_torn
        Those of them that only end in the middle of something, as while a worker writes.
    """

    dataset: xr.Dataset
    states: dict[TaskState, int]
    unsound: tuple[tuple[str, int], ...]
    torn: tuple[tuple[str, str], ...]
    ends_torn: frozenset[str]


def collect_run(run: RunDirectory) -> Collected:
    """Merge all that a run has recorded so far, as `collect_snapshot` does."""
    return collect_snapshot(take_snapshot(run))


def collect_snapshot(snapshot: Snapshot) -> Collected:
    """Merge all that a run had recorded when somebody looked.

    Tasks that failed, were lost or are pending are NaN, NaT or ``""``; the coordinates ``task_id``, ``state`` and
    ``seconds`` say so. Integers and booleans become floats only if something is missing.

    Raises
    ------
    FormatError
        If the run can't be read.
    ResultError
        If two tasks returned what can't be one variable.
    UsageError
        If it would be huge, and next to nothing of it is there yet.
    """
    try:
        return _collect(snapshot)
    except SweeprunError:
        raise
    except (ArithmeticError, LookupError, MemoryError, RecursionError, TypeError, ValueError) as error:
        raise FormatError(
            f"the records of {snapshot.run.path} can't be put together: {type(error).__name__}: {error}"
        ) from error


def _collect(snapshot: Snapshot) -> Collected:
    manifest, shards = snapshot.manifest, snapshot.shards
    best, states = snapshot.best, snapshot.states
    grid = _grid(manifest.table)
    names = dimension_names(grid)
    parts = read_parts(shards, best, RESERVED_NAMES.union(names))
    positions = _positions(manifest.table, grid)
    results = merge_results(parts, positions)
    _check_memory(snapshot, results)
    bookkeeping = {
        "task_id": np.arange(len(grid)),
        "state": np.array([state.value for state in STATE_ORDER])[states],
        **_seconds_and_code(snapshot),
    }
    if len(manifest.table.blocks) > 1:
        task_ids = np.empty_like(positions)
        task_ids[positions] = np.arange(len(grid))  # what each place of the grid takes its values from
        bookkeeping = {name: data[task_ids] for name, data in bookkeeping.items()}
    dataset = _dataset(grid, names, results, bookkeeping)
    _describe(dataset, snapshot, grid, parts)
    return Collected(
        dataset=dataset,
        states=snapshot.counts(),
        unsound=best.unsound,
        torn=tuple((shard.path.name, shard.torn) for shard in shards if shard.torn is not None),
        ends_torn=frozenset(shard.path.name for shard in shards if shard.only_tail),
    )


def _grid(table: TaskTable) -> Grid:
    grid = whole_grid(table)
    if len(grid) != len(table):
        raise FormatError(f"the run has {len(table)} tasks, which are not the {len(grid)} points of its grid")
    return grid


def _positions(table: TaskTable, grid: Grid) -> np.ndarray:
    """Where each task lies on the grid."""
    positions = grid_positions(table, grid)
    if len(table.blocks) > 1 and (np.bincount(positions, minlength=len(grid)) != 1).any():
        raise FormatError("two tasks of the run have the same place on its grid")
    return positions


def _check_memory(snapshot: Snapshot, results: MergedResults) -> None:
    """Refuse a Dataset of next to nothing but missing values that needs more memory than most machines have."""
    size = len(snapshot.states) * (_BOOKKEEPING_BYTES + results.bytes_of_task())
    given = sum(len(batch.data) for shard in snapshot.shards for batch in shard.batches)
    if size > max(_MOST_BYTES, _MOST_PADDING * given):
        raise UsageError(
            f"the Dataset would have {size} bytes, and the results so far {given}: next to all of it would be missing "
            "values. Collect when more tasks have ended"
        )


def _seconds_and_code(snapshot: Snapshot) -> dict[str, np.ndarray]:
    """The wall time of each task, and, if results come from different code, the digest of each one's."""
    seconds = np.full(len(snapshot.states), np.nan)
    digests: dict[str, int] = {}
    numbers = np.full(len(seconds), -1)
    for batch, task_ids, rows in chosen_rows(snapshot.shards, snapshot.best, snapshot.best.outcome >= 0):
        seconds[task_ids] = batch.columns["seconds"][rows]
        succeeded = snapshot.best.outcome[task_ids] == 1
        code = Origin.from_json(batch.origin).code
        if succeeded.any():
            numbers[task_ids[succeeded]] = digests.setdefault(code, len(digests))
    if len(digests) <= 1:
        return {"seconds": seconds}
    return {"seconds": seconds, "code_digest": np.array([*digests, ""])[numbers]}


def dimension_names(grid: Grid) -> tuple[str, ...]:
    """The dims of the axes: their names, with ``.`` in the place of ``/``, which netCDF and Zarr keep for groups."""
    names: list[str] = []
    for dimension in grid.dimensions:
        name = dimension.name.replace("/", ".")
        while name in names or name in RESERVED_NAMES:
            name += "_"
        names.append(name)
    return tuple(names)


def _dataset(
    grid: Grid, axes: tuple[str, ...], results: MergedResults, bookkeeping: dict[str, np.ndarray]
) -> xr.Dataset:
    coordinates: dict[str, Any] = {}
    for name, dimension in zip(axes, grid.dimensions, strict=True):
        if dimension.joint is not None:
            coordinates[name] = (name, dimension.numbers())
        for axis in dimension.axes:
            labels = axis.coordinates()
            own_name = name if dimension.joint is None else axis.name
            coordinates[own_name] = (name, encodable(labels) if labels.dtype.kind == "U" else labels)
    for name, data in bookkeeping.items():
        coordinates[name] = (axes, data.reshape(grid.shape))
    for dim, own in results.dimensions.items():
        if own.values is not None:
            coordinates[dim] = (dim, own.values, own.attrs)
    data_vars: dict[str, Any] = {}
    values = results.read(0, len(grid))
    for merged in results.variables:
        target = coordinates if merged.coordinate else data_vars
        if merged.gridded:
            data = values[merged.name].reshape((*grid.shape, *merged.shape))
            target[merged.name] = ((*axes, *merged.dims), data, merged.attrs)
        else:
            target[merged.name] = (merged.dims, merged.value, merged.attrs)
    try:
        dataset = xr.Dataset(data_vars, coordinates)
    except ValueError as error:
        raise ResultError(f"the results of the tasks don't make one Dataset: {error}") from error
    dataset["seconds"].attrs.update(units="s", long_name="wall time of the task")
    return dataset


def _made_on(snapshot: Snapshot) -> dict[str, int]:
    """Host and processor -> how many records were made there."""
    found: dict[str, int] = {}
    for shard in snapshot.shards:
        for batch in shard.batches:
            origin = Origin.from_json(batch.origin)
            name = f"{origin.host} ({origin.cpu})"
            found[name] = found.get(name, 0) + len(batch)
    return found


def _for_replay(run: RunDirectory, manifest: Manifest) -> dict[str, str]:
    """The manifest and the code: with them and the configs, any task can be run again. What is too long is left out."""
    code = read_code(run, accepted_code(run, manifest))
    texts = {
        MANIFEST_ATTRIBUTE: replace(manifest, provenance=short_form(manifest.provenance)).to_dict(),
        CODE_ATTRIBUTE: None if code is None else code.to_dict(),
    }
    written = {name: json.dumps(data) for name, data in texts.items() if data is not None}
    return {name: text for name, text in written.items() if len(text) <= _LONGEST_ATTRIBUTE}


def _describe(dataset: xr.Dataset, snapshot: Snapshot, grid: Grid, parts: list[Part]) -> None:
    """Attributes that say where the numbers come from."""
    run, manifest = snapshot.run, snapshot.manifest
    attrs = [part.layout.attrs for part in parts]
    if attrs:
        dataset.attrs.update({key: value for key, value in attrs[0].items() if all(a.get(key) == value for a in attrs)})
    provenance = manifest.provenance
    swept = grid.written()
    overrides = [override.written(swept[override.axis] if override.axis else None) for override in manifest.overrides]
    dataset.attrs.update(
        sweeprun=__version__,
        overrides=shlex.join(overrides),
        command=shlex.join(provenance.get("command", [])),
        created=str(provenance.get("created")),
        ended=str(shown_time(snapshot.ended())),
        host=str(provenance.get("host")),
        made_on=json.dumps(_made_on(snapshot)),
        run=run.path.name,
        versions=json.dumps(provenance.get("versions", {})),
        git=json.dumps(provenance.get("git")),
        streams=json.dumps(manifest.table.streams.to_dict()),
        base_config=config_text(run),
        **_for_replay(run, manifest),
    )
