"""A collected run as a Zarr store, written stretch by stretch, and brought up to date by what is new.

A *region* is a block of the grid that is contiguous in the order of its positions. Each variable has one file, a shard
in Zarr's words, for each region, parted into chunks. Beside the variables, the group ``.sweeprun`` notes which record
each value is from, and what the files of each region looked like when they were written: only regions with other
records, or with files that are no longer the same, are written again.

References
----------
Zarr core specification, version 3, and its ``sharding_indexed`` codec (ZEP 2).
"""

import fcntl
import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import zarr
import zarr.errors
from zarr.storage import LocalStore

from sweeprun.errors import UsageError
from sweeprun.results.formats.fingerprints import files_below, make_durable, seal_of
from sweeprun.results.formats.netcdf import check_output, put_in_place
from sweeprun.results.formats.owners import OWN_GROUP, OWNER_ATTRIBUTES
from sweeprun.results.formats.portable import portable
from sweeprun.results.formats.zarr_layout import Layout, encoded, encoding_of, layout_of, regions_of
from sweeprun.results.plan import Plan
from sweeprun.store.files import sync_directory, temporary_sibling

_NOTES = f"{OWN_GROUP}/record"
_NOTES_PER_CHUNK = 2**20
_SEALS = f"{OWN_GROUP}/files"
_SEALS_PER_CHUNK = 2**12
_UNKNOWN = np.uint64(2**64 - 1)
"""The note of a value that is being written."""


def write_store(plan: Plan, path: Path) -> None:
    """Write a run as a Zarr store, or bring the store up to date that this run has there.

    A store with other variables, shapes or types, or with damaged metadata, is replaced, whole or not at all. One that
    is brought up to date has a task's state only when it has its results; after a kill or a power cut in between, the
    next call mends it, as it does a region whose files somebody has changed.

    Raises
    ------
    UsageError
        If it can't be written.
    """
    check_output(path)
    path = path.absolute()
    layout = layout_of(plan)
    try:
        with _locked(path), _without_warnings():
            if not _update(plan, layout, path):
                _replace(plan, layout, path)
    except OSError as error:
        raise UsageError(f"can't write {str(path)!r}: {error.strerror or error}") from error


def _update(plan: Plan, layout: Layout, path: Path) -> bool:
    """Write what is new into the store that is there; whether that could be done."""
    if not plan.names or not path.is_dir():
        return False
    try:
        group = zarr.open_group(LocalStore(path), mode="r+", use_consolidated=False)
        own, notes, seals = _own_arrays(group)
        known = own.attrs.get("fingerprint") == layout.fingerprint
        if not known or own.attrs.get("fixed") != seal_of(path, _fixed_files(layout, path)):
            return False
        before, sealed = notes[:], seals[:]
        for left in path.rglob("*.partial"):  # by Zarr, when it was killed
            left.unlink(missing_ok=True)
    except (LookupError, RuntimeError, TypeError, ValueError, OSError):  # no store of ours, or one that is damaged
        return False
    sources = plan.sources
    for number, (place, start, stop) in enumerate(regions_of(plan.grid.shape, layout.region)):
        files = _region_files(layout, path, place)
        same = bool(sealed[number] == seal_of(path, files))
        if not same or (before[start:stop] != sources[start:stop]).any():
            notes[start:stop] = _UNKNOWN
            for file in () if same else files:  # whoever writes a part of a file reads it, and it may be damaged
                file.unlink(missing_ok=True)
            _write_region(plan, layout, path, place, start, stop)
            make_durable(path, files)
            seals[number] = seal_of(path, files)
            notes[start:stop] = sources[start:stop]
    _finish(plan, layout, path)
    return True


def _own_arrays(group: Any) -> tuple[Any, Any, Any]:
    """Our own group, the records that values are from, and the seals of the regions."""
    return group[OWN_GROUP], group[_NOTES], group[_SEALS]


def _region_files(layout: Layout, path: Path, place: tuple[slice, ...]) -> list[Path]:
    """The file of each variable in a region, whether it is there or not."""
    numbers = [str(one.start // part) for one, part in zip(place, layout.region, strict=True)]
    return [
        path.joinpath(str(name), "c", *numbers, *["0"] * (variable.ndim - len(numbers)))
        for name, variable in layout.template.variables.items()
    ]


def _fixed_files(layout: Layout, path: Path) -> list[Path]:
    """What an update leaves alone: the metadata of the variables, and all of the labels."""
    files = [path / str(name) / "zarr.json" for name in layout.template.variables]
    return files + [file for name in layout.labels.variables for file in files_below(path / str(name))]


def _replace(plan: Plan, layout: Layout, path: Path) -> None:
    """Write the whole store beside, and put it in its place."""
    with temporary_sibling(path) as temporary:
        try:
            group = _create(plan, layout, temporary)
            own, notes, seals = _own_arrays(group)
            if plan.names:
                for number, (place, start, stop) in enumerate(regions_of(plan.grid.shape, layout.region)):
                    _write_region(plan, layout, temporary, place, start, stop)
                    seals[number] = seal_of(temporary, _region_files(layout, temporary, place))
            own.attrs["fixed"] = seal_of(temporary, _fixed_files(layout, temporary))
            notes[:] = plan.sources
            _finish(plan, layout, temporary)
            make_durable(temporary, files_below(temporary))
            put_in_place(temporary, path)
            sync_directory(path.parent)
        finally:
            if temporary.is_dir():
                shutil.rmtree(temporary)


def _create(plan: Plan, layout: Layout, path: Path) -> Any:
    """A store with arrays of their whole shapes, and with the labels."""
    store, shape = LocalStore(path), plan.grid.shape
    encoding = {name: encoding_of(layout, variable) for name, variable in layout.template.variables.items()}
    layout.template.to_zarr(store, mode="w", zarr_format=3, consolidated=False, encoding=encoding)
    group = zarr.open_group(store, mode="r+")
    for name, variable in layout.template.variables.items():
        array: Any = group[str(name)]
        array.resize((*shape, *variable.shape[len(shape) :]))
    if layout.labels.variables:
        layout.labels.to_zarr(store, mode="a", consolidated=False)
    own = group.create_group(OWN_GROUP)
    owner = {key: plan.attrs[key] for key in OWNER_ATTRIBUTES}
    own.attrs.update(fingerprint=layout.fingerprint, **portable(xr.Dataset(attrs=owner)).attrs)
    regions = sum(1 for _ in regions_of(shape, layout.region))
    group.create_array(_NOTES, shape=(len(plan.grid),), chunks=(_NOTES_PER_CHUNK,), dtype="uint64")
    group.create_array(_SEALS, shape=(regions,), chunks=(_SEALS_PER_CHUNK,), dtype="uint64")
    return group


def _write_region(plan: Plan, layout: Layout, path: Path, place: tuple[slice, ...], start: int, stop: int) -> None:
    """Write all that tasks gave in a region, then that they did.

    Not by xarray, which reads what is there before it writes, as dates that it takes to be within 1677-2262.
    """
    shape = tuple(one.stop - one.start for one in place)
    group = zarr.open_group(LocalStore(path), mode="r+", use_consolidated=False)
    results = {merged.name for merged in plan.results.variables if merged.gridded}
    for names in (results, set(plan.bookkeeping)):
        block = encoded(plan.block(start, stop, shape, names), layout.names)
        for name, variable in block.variables.items():
            array: Any = group[str(name)]
            array[place] = variable.values.view(np.int64) if variable.dtype.kind in "mM" else variable.values


def _finish(plan: Plan, layout: Layout, path: Path) -> None:
    """Say where it comes from, and which variables are coordinates."""
    group = zarr.open_group(LocalStore(path), mode="r+", use_consolidated=False)
    names = [*layout.template.coords, *(name for name, one in layout.labels.coords.items() if one.dims != (name,))]
    coordinates = {"coordinates": " ".join(map(str, names))}
    group.attrs.put(portable(xr.Dataset(attrs=plan.attrs)).attrs | coordinates)
    zarr.consolidate_metadata(LocalStore(path))


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Consolidated metadata and bytes of fixed width aren't specified yet; all readers that we know have them."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Consolidated metadata")
        warnings.filterwarnings("ignore", "The data type", zarr.errors.UnstableSpecificationWarning)
        yield


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let one at a time change the store that is there; where a file system has no locks, whoever comes."""
    while True:
        descriptor = -1
        try:
            with suppress(FileNotFoundError, NotADirectoryError):
                descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            if descriptor >= 0:
                with suppress(OSError):
                    fcntl.flock(descriptor, fcntl.LOCK_EX)
                if not _is_at(descriptor, path):  # it was replaced while we waited
                    continue
            yield
            return
        finally:
            if descriptor >= 0:
                os.close(descriptor)


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
