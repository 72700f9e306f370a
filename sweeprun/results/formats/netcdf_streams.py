"""A run as a netCDF file, written block by block, so that results larger than memory can be collected.

Variables that are mostly padding are written as `padded` says. The others, which are contiguous, are written in blocks
of the grid, each of which is read once; or from memory, if they fit into little of it.

Texts and dates are written from memory: how long a file's texts are, and from which date and in which unit its dates
count, is known only when all of them were read. So are coordinates, which xarray lists at all variables that have them.

References
----------
HDF5 User Guide, 5.5 "Space Allocation", on storage that is contiguous, and fill values that are never written.
"""

import os
from collections.abc import Callable, Mapping
from math import prod
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import xarray as xr

from sweeprun.results.dtypes import missing
from sweeprun.results.formats.in_place import write_in_place
from sweeprun.results.formats.netcdf import (
    as_netcdf,
    has_complex,
    netcdf_dtype,
    write_netcdf,
    write_portable,
)
from sweeprun.results.formats.padded import is_padded, write_padded
from sweeprun.results.formats.portable import portable, portable_names
from sweeprun.results.formats.zarr_layout import block_shape, regions_of
from sweeprun.results.merging import Merged
from sweeprun.results.plan import Plan
from sweeprun.store.files import temporary_sibling

_BYTES_IN_MEMORY = 2**26
"""As much as this is written at once: that takes less time where there are many tasks of few numbers."""

_BLOCK_BYTES = 2**25


def write_run(plan: Plan, path: Path, check: Callable[[Path], None]) -> None:
    """Write a run as netCDF-4, in the place of what was there, which ``check`` refuses if it is something else.

    Raises
    ------
    UsageError
        If the path can't be written.
    """
    padded = {one.name: one for one in plan.results.variables if is_padded(plan, one)}
    dense = _large(plan, {one.name: one for one in plan.results.variables if one.name not in padded})
    streamed = padded | dense
    rest = plan.dataset(streamed)
    if not streamed:
        plain = portable(rest)
        write_in_place(path, lambda temporary: write_portable(plain, temporary), check)
        return
    types = {*(one.dtype for one in rest.variables.values()), *(one.dtype for one in streamed.values())}
    placeholders = {name: _placeholder(plan, one, netcdf_dtype(one.dtype, types)) for name, one in streamed.items()}
    whole = rest.assign(placeholders)
    new_names = portable_names(whole)
    described = as_netcdf(portable(whole))
    names = {name: str(new_names.get(name, name)) for name in streamed}
    write_in_place(path, lambda temporary: _write(plan, described, names, padded, dense, temporary), check)


def _large(plan: Plan, variables: Mapping[str, Merged]) -> dict[str, Merged]:
    """Those that are written block by block: all that can be, in their order, or none if they are small together."""
    streamable = {
        name: one
        for name, one in variables.items()
        if plan.names and one.gridded and not one.coordinate and one.dtype.kind in "biufc" and all(one.shape)
    }
    size = len(plan.grid) * sum(prod(one.shape) * one.dtype.itemsize for one in streamable.values())
    return streamable if size > _BYTES_IN_MEMORY else {}


def _placeholder(
    plan: Plan, variable: Merged, dtype: np.dtype[Any]
) -> tuple[tuple[str, ...], np.ndarray, Mapping[str, Any]]:
    """As if all of it were missing, or zeros; takes no memory."""
    shape = (*plan.grid.shape, *variable.shape)
    value = missing((), dtype) if dtype.kind in "fc" else np.zeros((), dtype)
    return (*plan.names, *variable.dims), np.broadcast_to(value, shape), variable.attrs


def _write(
    plan: Plan,
    described: xr.Dataset,
    names: Mapping[str, str],
    padded: Mapping[str, Merged],
    dense: Mapping[str, Merged],
    path: Path,
) -> None:
    write_netcdf(described.drop_vars(names.values()), path)
    with temporary_sibling(path) as small:  # how xarray describes variables in a file
        write_netcdf(described.isel({dim: slice(1) for dim in described.dims}), small)
        auto_complex = has_complex(described)
        with (
            netCDF4.Dataset(path, "a", auto_complex=auto_complex) as file,
            netCDF4.Dataset(small, auto_complex=auto_complex) as model,
        ):
            file.set_auto_mask(False)
            for dim, length in described.sizes.items():
                if dim not in file.dimensions:
                    file.createDimension(str(dim), length)
            for name, merged in padded.items():
                write_padded(plan, merged, file, model[names[name]])
            file.set_fill_off()  # what is written whole isn't filled before
            _write_dense(plan, {name: _like(file, model[names[name]]) for name in dense})
    with path.open("rb") as written:
        os.fsync(written.fileno())


def _like(file: Any, model: Any) -> Any:
    """A new variable that is described as one in another file is."""
    attrs = {name: model.getncattr(name) for name in model.ncattrs()}
    fill = attrs.pop("_FillValue", None)
    variable = file.createVariable(model.name, model.dtype, model.dimensions, fill_value=fill, contiguous=True)
    variable.setncatts(attrs)
    return variable


def _write_dense(plan: Plan, variables: Mapping[str, Any]) -> None:
    """Write variables that are contiguous; of each block of the grid, all at once, as records hold them together."""
    if not variables:
        return
    merged = {one.name: one for one in plan.results.variables if one.name in variables}
    bytes_of_point = sum(prod(one.shape) * one.dtype.itemsize for one in merged.values())
    grid = plan.grid.shape
    for place, start, stop in regions_of(grid, block_shape(grid, _BLOCK_BYTES // bytes_of_point)):
        values = plan.results.read(start, stop, set(variables))
        for name, variable in variables.items():
            block = values[name].reshape(*(one.stop - one.start for one in place), *merged[name].shape)
            variable[place] = block.astype(variable.dtype, copy=False)
