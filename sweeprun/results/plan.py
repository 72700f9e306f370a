"""The plan of a Dataset: what a run's results are as labelled variables, known before any value is put in its place."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr

from sweeprun.design.axes import OWN_COORDINATES, RESERVED_NAMES, THREADS_COORDINATE
from sweeprun.design.extension import grid_positions, whole_grid
from sweeprun.design.grid import Grid
from sweeprun.design.tasks import TaskTable
from sweeprun.errors import FormatError, ResultError
from sweeprun.provenance.origin import Origin
from sweeprun.results.agreement import common_attrs, dropped_note
from sweeprun.results.attributes import attributes_of
from sweeprun.results.dimension_notes import dimension_notes
from sweeprun.results.dtypes import encodable
from sweeprun.results.echoes import echoed, mixed_axes, told_of
from sweeprun.results.layout_groups import chosen_rows, naming_of, read_parts
from sweeprun.results.lazy import lazy_values
from sweeprun.results.masking import Masking, masking_of, secret_results
from sweeprun.results.merging import MergedResults, merge_results
from sweeprun.results.mixed_groups import mixed_groups
from sweeprun.results.not_given import NOT_GIVEN, not_given_text
from sweeprun.results.notes import Note
from sweeprun.results.variables import check_known
from sweeprun.store.snapshot import STATE_ORDER, Snapshot


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A run as a Dataset whose values are still to be read.

    Attributes
    ----------
    snapshot
        The run, as it was when somebody looked.
    grid
        All of its points; labels that are secret are masked.
    names
        The dims of the grid's dimensions.
    results
        What tasks returned.
    bookkeeping
        ``task_id``, ``state`` and the like: name -> one value for each position of the grid.
    only
        The results that were asked for; None if all were.
    masking, left_out
        What of the run is masked, and the results that are left out as secret.
    tolerance
        How far apart labels of own dimensions may be that are one.
    """

    snapshot: Snapshot
    grid: Grid
    masking: Masking
    left_out: tuple[str, ...] = ()
    names: tuple[str, ...]
    results: MergedResults
    bookkeeping: dict[str, np.ndarray]
    only: tuple[str, ...] | None = None
    tolerance: float = 0.0

    @property
    def asked(self) -> tuple[str, ...]:
        """The results that were asked for."""
        return self.results.names if self.only is None else self.only

    @property
    def refused(self) -> dict[str, str]:
        """Those of them that can't be collected: name -> why."""
        return {name: why for name, why in self.results.refused.items() if name in self.asked}

    @property
    def collectable(self) -> tuple[str, ...]:
        """Those of them that can, as far as is known before values are read; coordinates come with others."""
        return tuple(one.name for one in self.results.variables if one.name in self.asked and not one.coordinate)

    def dataset(self, without: Collection[str] = ()) -> xr.Dataset:
        """All of it, but some variables."""
        names = {*self.bookkeeping, *(one.name for one in self.results.variables)}
        only = names.difference(without) if without else None
        data_vars, coordinates = self._gridded(0, len(self.grid), self.grid.shape, only)
        return _made(data_vars, self._labels() | coordinates).assign_attrs(self.attrs)

    def lazy_dataset(self) -> xr.Dataset:
        """The same, but values are read when they are indexed or computed with."""
        values = lazy_values(self.results, self.grid.shape)
        coordinates = self._labels() | self._told(0, len(self.grid), self.grid.shape)
        data_vars, more = self._described(values)
        return _made(data_vars, coordinates | more).assign_attrs(self.attrs)

    def labels(self) -> xr.Dataset:
        """What is the same for all tasks: the coordinates of axes and of the results' own dimensions."""
        return _made({}, self._labels())

    def block(self, start: int, stop: int, shape: tuple[int, ...], only: Collection[str] | None = None) -> xr.Dataset:
        """What each task has, at the positions ``start … stop - 1`` of the grid.

        Parameters
        ----------
        start, stop, shape
            The positions, and their shape as a block of the grid.
        only
            Which variables; by default all.
        """
        return _made(*self._gridded(start, stop, shape, only))

    @cached_property
    def attrs(self) -> dict[str, Any]:
        """Where it comes from."""
        attrs = attributes_of(self.snapshot, self.grid, self._common[0], self.masking, self.only, self.left_out)
        attrs[NOT_GIVEN] = not_given_text(self.results)
        return attrs | {"tolerance": repr(self.tolerance)} if self.tolerance else attrs

    @property
    def notes(self) -> tuple[Note, ...]:
        """What is to be said of it."""
        _ = self.attrs  # where configs are masked
        return (
            *self.masking.notes(self.left_out),
            *self.results.notes,
            *mixed_groups(self.results.parts),
            *dropped_note("", self._common[1]),
            *dimension_notes(self.snapshot.manifest, [part.layout for part in self.results.parts]),
        )

    @cached_property
    def _common(self) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The attributes that all results have, and the names of the others."""
        return common_attrs([(part.first_task, part.layout.attrs) for part in self.results.parts])

    @cached_property
    def sources(self) -> np.ndarray:
        """A number for the state and the record that each position has its values from; shape ``(len(grid),)``."""
        snapshot = self.snapshot
        notes = snapshot.states.astype(np.uint64) + np.uint64(1)
        for batch, task_ids, rows in chosen_rows(snapshot.shards, snapshot.best, snapshot.best.outcome >= 0):
            checksums = batch.columns["checksum"][rows].astype(np.uint64)
            attempts = batch.columns["attempt"][rows].astype(np.uint64)
            notes[task_ids] |= (checksums << np.uint64(8)) | (attempts << np.uint64(40))
        placed = np.empty_like(notes)
        placed[self.results.positions] = notes
        return placed

    @property
    def nbytes(self) -> int:
        """How much memory all of it takes, about."""
        return len(self.grid) * (_BOOKKEEPING_BYTES + self.results.bytes_of_task())

    def _labels(self) -> dict[str, Any]:
        coordinates: dict[str, Any] = {}
        for name, dimension in zip(self.names, self.grid.dimensions, strict=True):
            if dimension.joint is not None:
                coordinates[name] = (name, dimension.numbers())
            for axis in dimension.axes:
                labels = axis.coordinates()
                own_name = name if dimension.joint is None else axis.name
                stored = encodable(labels) if labels.dtype.kind == "U" else labels
                coordinates[own_name] = (name, stored, {} if axis.key == axis.name else {"long_name": axis.key})
        for dim, own in self.results.dimensions.items():
            if own.values is not None:
                coordinates[dim] = (dim, own.values, own.attrs)
        for merged in self.results.variables:
            if not merged.gridded:
                coordinates[merged.name] = (merged.dims, merged.value, merged.attrs)
        return coordinates

    def _gridded(
        self, start: int, stop: int, shape: tuple[int, ...], only: Collection[str] | None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Data variables and coordinates."""
        values = self.results.read(start, stop, only).items()
        data_vars, coordinates = self._described({name: one.reshape((*shape, *one.shape[1:])) for name, one in values})
        told = self._told(start, stop, shape)
        return data_vars, {name: one for name, one in told.items() if only is None or name in only} | coordinates

    def _told(self, start: int, stop: int, shape: tuple[int, ...]) -> dict[str, Any]:
        """The bookkeeping as coordinates."""
        return {
            name: (self.names, data[start:stop].reshape(shape), _SECONDS if name == "seconds" else {})
            for name, data in self.bookkeeping.items()
        }

    def _described(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Data variables and coordinates, of the values of what is gridded."""
        data_vars: dict[str, Any] = {}
        coordinates: dict[str, Any] = {}
        for merged in self.results.variables:
            if merged.name in values:
                target = coordinates if merged.coordinate else data_vars
                target[merged.name] = ((*self.names, *merged.dims), values[merged.name], merged.attrs)
        return data_vars, coordinates


_BOOKKEEPING_BYTES = 200
"""What the coordinates take for each task while they are put together."""

_SECONDS = {"units": "s", "long_name": "wall time of the task"}


def plan_of(snapshot: Snapshot, only: Collection[str] | None = None, *, tolerance: float = 0.0) -> Plan:
    """The plan of a run's Dataset.

    Parameters
    ----------
    snapshot
        The run.
    only
        The results that are wanted, which come with their coordinates; by default all.
    tolerance
        How far apart labels of own dimensions may be that are one.

    Raises
    ------
    FormatError
        If the run can't be read.
    UsageError
        If there are no such results.
    """
    table = snapshot.manifest.table
    grid = _grid(table)
    names = dimension_names(grid)
    positions = _positions(table, grid)
    taken = OWN_COORDINATES.union(names, grid.names())
    naming = naming_of(snapshot, taken)
    parts = read_parts(snapshot.shards, snapshot.best, naming)
    masking = masking_of(snapshot)
    repeated = echoed(parts, naming.variables, told_of(grid, names, positions), mixed_axes(grid))
    secret = secret_results((one for part in parts for one in part.layout.variables), snapshot.revealed) - repeated
    secret = secret.difference(only or ())
    results = merge_results(parts, positions, only, ignored=repeated | secret, tolerance=tolerance)
    check_known(only or (), results.names)
    bookkeeping = {
        "task_id": np.arange(len(grid)),
        "state": np.array([state.value for state in STATE_ORDER])[snapshot.states],
        **_seconds_and_origin(snapshot),
    }
    if {THREADS_COORDINATE} & {*names, *grid.names()}:
        bookkeeping.pop(THREADS_COORDINATE, None)
    if len(table.blocks) > 1:
        task_ids = np.empty_like(positions)
        task_ids[positions] = np.arange(len(grid))  # what each place of the grid takes its values from
        bookkeeping = {name: data[task_ids] for name, data in bookkeeping.items()}
    return Plan(
        snapshot=snapshot,
        grid=masking.grid(grid),
        masking=masking,
        left_out=tuple(sorted(secret)),
        names=names,
        results=results,
        bookkeeping=bookkeeping,
        only=None if only is None else tuple(only),
        tolerance=tolerance,
    )


def _made(data_vars: dict[str, Any], coordinates: dict[str, Any]) -> xr.Dataset:
    try:
        return xr.Dataset(data_vars, coordinates)
    except ValueError as error:
        raise ResultError(f"the results of the tasks don't make one Dataset: {error}") from error


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


def _seconds_and_origin(snapshot: Snapshot) -> dict[str, np.ndarray]:
    """The wall time of each task; the code and the threads that its result was made with, where these differ.

    The number of threads is 0 if it isn't known.
    """
    seconds = np.full(len(snapshot.states), np.nan)
    digests: dict[str, int] = {}
    numbers = np.full(len(seconds), -1)
    threads = np.zeros(len(seconds), np.int64)
    known: set[int] = set()
    for batch, task_ids, rows in chosen_rows(snapshot.shards, snapshot.best, snapshot.best.outcome >= 0):
        seconds[task_ids] = batch.columns["seconds"][rows]
        succeeded = task_ids[snapshot.best.outcome[task_ids] == 1]
        if len(succeeded):
            origin = Origin.from_json(batch.origin)
            numbers[succeeded] = digests.setdefault(origin.code, len(digests))
            threads[succeeded] = origin.threads
            known.add(origin.threads)
    found = {"seconds": seconds}
    if len(digests) > 1:
        found["code_digest"] = np.array([*digests, ""])[numbers]
    if len(known - {0}) > 1:
        found[THREADS_COORDINATE] = threads
    return found


def dimension_names(grid: Grid) -> tuple[str, ...]:
    """The dims of the axes: their names, with ``.`` in the place of ``/``, which netCDF and Zarr keep for groups."""
    names: list[str] = []
    for dimension in grid.dimensions:
        name = dimension.name.replace("/", ".")
        while name in names or name in RESERVED_NAMES:
            name += "_"
        names.append(name)
    return tuple(names)
