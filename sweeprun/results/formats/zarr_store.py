"""A collected run as a Zarr store, written stretch by stretch, and brought up to date by what is new.

A *region* is a block of the grid that is contiguous in the order of its positions. Each variable has one file, a shard
in Zarr's words, for each region, parted into chunks. Beside the variables, the group ``.sweeprun`` notes which record
each value is from, and what the files of each region looked like when they were written: only regions with other
records, or with files that are no longer the same, are written again.

References
----------
Zarr core specification, version 3, and its ``sharding_indexed`` codec (ZEP 2).
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import xarray as xr
import zarr
import zarr.errors

from sweeprun.results.attributes import OWNER_ATTRIBUTES
from sweeprun.results.formats.own_group import OWN_GROUP
from sweeprun.results.formats.portable import portable
from sweeprun.results.formats.zarr_layout import Layout, encoded, encoding_of, layout_of, regions_of
from sweeprun.results.formats.zarr_places import Directory, Place
from sweeprun.results.plan import Plan
from sweeprun.store.local_paths import OutputPath, StoreUrl

_NOTES = f"{OWN_GROUP}/record"
_NOTES_PER_CHUNK = 2**20
_SEALS = f"{OWN_GROUP}/files"
_SEALS_PER_CHUNK = 2**12
_UNKNOWN = np.uint64(2**64 - 1)
"""The note of a value that is being written."""


def write_store(plan: Plan, output: OutputPath) -> None:
    """Write a run as a Zarr store, or bring the store up to date that this run has there.

    A store with other variables, shapes or types, or with damaged metadata, is replaced, whole or not at all. One that
    is brought up to date has a task's state only when it has its results; after a kill or a power cut in between, the
    next call mends it, as it does a region whose files somebody has changed.

    Parameters
    ----------
    plan
        The run.
    output
        A directory, or a URL of an object store: see `sweeprun.results.formats.remote` for what differs there.

    Raises
    ------
    UsageError
        If it can't be written.
    """
    layout = layout_of(plan)
    with _without_warnings():
        place = _place(output)
        with place.alone():
            if not _update(plan, layout, place):
                _replace(plan, layout, place)


def _place(output: OutputPath) -> Place:
    """Where the store lies; only what is wanted is loaded."""
    if isinstance(output, StoreUrl):
        from sweeprun.results.formats.remote import Remote

        return Remote(output)
    return Directory(output)


def _update(plan: Plan, layout: Layout, place: Place) -> bool:
    """Write what is new into the store that is there; whether that could be done."""
    if not plan.names or not place.is_there():
        return False
    try:
        group = zarr.open_group(place.store, mode="r+", use_consolidated=False)
        own, notes, seals = _own_arrays(group)
        known = own.attrs.get("fingerprint") == layout.fingerprint
        if not known or own.attrs.get("fixed") != place.seal(_fixed_files(layout, place)):
            return False
        before, sealed = notes[:], seals[:]
        place.clear_leftovers()
    except (LookupError, RuntimeError, TypeError, ValueError, OSError):  # no store of ours, or one that is damaged
        return False
    sources = plan.sources
    for number, (block, start, stop) in enumerate(regions_of(plan.grid.shape, layout.region)):
        files = _region_files(layout, block)
        same = bool(sealed[number] == place.seal(files))
        if not same or (before[start:stop] != sources[start:stop]).any():
            place.check()
            notes[start:stop] = _UNKNOWN
            if not same:  # whoever writes a part of a file reads it, and it may be damaged
                place.remove(files)
            _write_region(plan, layout, place, block, start, stop)
            place.settle(files)
            seals[number] = place.seal(files)
            notes[start:stop] = sources[start:stop]
    place.check()
    _finish(plan, layout, place)
    return True


def _own_arrays(group: Any) -> tuple[Any, Any, Any]:
    """Our own group, the records that values are from, and the seals of the regions."""
    return group[OWN_GROUP], group[_NOTES], group[_SEALS]


def _region_files(layout: Layout, block: tuple[slice, ...]) -> list[str]:
    """The file of each variable in a region, whether it is there or not."""
    numbers = [str(one.start // part) for one, part in zip(block, layout.region, strict=True)]
    return [
        "/".join([str(name), "c", *numbers, *["0"] * (variable.ndim - len(numbers))])
        for name, variable in layout.template.variables.items()
    ]


def _fixed_files(layout: Layout, place: Place) -> list[str]:
    """What an update leaves alone: the metadata of the variables, and all of the labels."""
    files = [f"{name}/zarr.json" for name in layout.template.variables]
    return files + [file for name in layout.labels.variables for file in place.below(str(name))]


def _replace(plan: Plan, layout: Layout, place: Place) -> None:
    """Write the whole store anew."""
    with place.anew(_owner(plan)) as new:
        group = _create(plan, layout, new)
        own, notes, seals = _own_arrays(group)
        if plan.names:
            regions = list(regions_of(plan.grid.shape, layout.region))
            for block, start, stop in regions:
                place.check()
                _write_region(plan, layout, new, block, start, stop)
            seals[:] = np.array([new.seal(_region_files(layout, block)) for block, _, _ in regions], np.uint64)
        own.attrs["fixed"] = new.seal(_fixed_files(layout, new))
        notes[:] = plan.sources
        place.check()
        _finish(plan, layout, new)


def _owner(plan: Plan) -> dict[str, Any]:
    """The attributes that say whose the store is."""
    owner = {key: plan.attrs[key] for key in OWNER_ATTRIBUTES}
    return {str(key): value for key, value in portable(xr.Dataset(attrs=owner)).attrs.items()}


def _create(plan: Plan, layout: Layout, place: Place) -> Any:
    """A store with arrays of their whole shapes, and with the labels."""
    store, shape = place.store, plan.grid.shape
    encoding = {name: encoding_of(layout, variable) for name, variable in layout.template.variables.items()}
    layout.template.to_zarr(store, mode="a", zarr_format=3, consolidated=False, encoding=encoding)
    group = zarr.open_group(store, mode="r+")
    for name, variable in layout.template.variables.items():
        array: Any = group[str(name)]
        array.resize((*shape, *variable.shape[len(shape) :]))
    if layout.labels.variables:
        layout.labels.to_zarr(store, mode="a", consolidated=False)
    own = group.require_group(OWN_GROUP)
    own.attrs.update(fingerprint=layout.fingerprint, **_owner(plan))
    regions = sum(1 for _ in regions_of(shape, layout.region))
    group.create_array(_NOTES, shape=(len(plan.grid),), chunks=(_NOTES_PER_CHUNK,), dtype="uint64")
    group.create_array(_SEALS, shape=(regions,), chunks=(_SEALS_PER_CHUNK,), dtype="uint64")
    return group


def _write_region(plan: Plan, layout: Layout, place: Place, block: tuple[slice, ...], start: int, stop: int) -> None:
    """Write all that tasks gave in a region, then that they did.

    Not by xarray, which reads what is there before it writes, as dates that it takes to be within 1677-2262.
    """
    shape = tuple(one.stop - one.start for one in block)
    group = zarr.open_group(place.store, mode="r+", use_consolidated=False)
    results = {merged.name for merged in plan.results.variables if merged.gridded}
    for names in (results, set(plan.bookkeeping)):
        values = encoded(plan.block(start, stop, shape, names), layout.names)
        for name, variable in values.variables.items():
            array: Any = group[str(name)]
            array[block] = variable.values.view(np.int64) if variable.dtype.kind in "mM" else variable.values


def _finish(plan: Plan, layout: Layout, place: Place) -> None:
    """Say where it comes from, and which variables are coordinates."""
    group = zarr.open_group(place.store, mode="r+", use_consolidated=False)
    names = [*layout.template.coords, *(name for name, one in layout.labels.coords.items() if one.dims != (name,))]
    coordinates = {"coordinates": " ".join(map(str, names))}
    group.attrs.put(portable(xr.Dataset(attrs=plan.attrs)).attrs | coordinates)
    zarr.consolidate_metadata(place.store)


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Consolidated metadata and bytes of fixed width aren't specified yet; all readers that we know have them."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Consolidated metadata")
        warnings.filterwarnings("ignore", "The data type", zarr.errors.UnstableSpecificationWarning)
        warnings.filterwarnings("ignore", "Object at lock is not recognized")  # ours, in an object store
        yield
