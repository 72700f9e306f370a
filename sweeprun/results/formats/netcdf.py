"""Datasets in netCDF-4 files: their types and attributes there."""

import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from sweeprun.results.dtypes import ascii_bytes
from sweeprun.results.formats.cf import with_conventions
from sweeprun.results.formats.portable import ORIGINAL_NAME

_COMPLEX_DIMS = ("complex", "ri", "c", "_pfnc_complex")
"""What other programs call the dim of real and imaginary parts: ``auto_complex`` makes one number of the two."""


def write_portable(dataset: xr.Dataset, path: Path) -> None:
    """Write a portable Dataset to a new file, durably."""
    write_netcdf(as_netcdf(dataset), path)
    with path.open("rb") as file:
        os.fsync(file.fileno())


def as_netcdf(dataset: xr.Dataset) -> xr.Dataset:
    """A portable Dataset in the types and with the attributes of netCDF; only values of other types are copied."""
    if has_complex(dataset):
        dataset = _without_complex_dims(dataset)
    types = {name: variable.dtype for name, variable in dataset.variables.items()}
    others = {name: netcdf_dtype(dtype, types.values()) for name, dtype in types.items()}
    others = {name: dtype for name, dtype in others.items() if dtype != types[name]}
    dataset = dataset.assign({name: dataset[name].astype(dtype) for name, dtype in others.items()})
    return with_conventions(dataset) if "sweeprun" in dataset.attrs else dataset


def netcdf_dtype(dtype: np.dtype[Any], all_of_them: Collection[np.dtype[Any]]) -> np.dtype[Any]:
    """The type of a variable in a netCDF file, which holds its values exactly.

    There are no half floats. Complex numbers are of one precision in a file: of two, the netCDF library may
    take one for the other.
    """
    if dtype == np.float16:
        return np.dtype(np.float32)
    if dtype == np.complex64 and np.dtype(np.complex128) in all_of_them:
        return np.dtype(np.complex128)
    return dtype


def has_complex(dataset: xr.Dataset) -> bool:
    """Whether any variable is of complex numbers."""
    return any(variable.dtype.kind == "c" for variable in dataset.variables.values())


def write_netcdf(dataset: xr.Dataset, path: Path) -> None:
    """Write what `as_netcdf` gave."""
    # Characters of fixed width: half the time and a sixth of the size of strings of variable width, and NUL is kept.
    texts = {name: variable for name, variable in dataset.variables.items() if variable.dtype.kind == "U"}
    encoding = {name: {"dtype": "S1"} for name in texts}
    for name, variable in texts.items():
        plain = ascii_bytes(variable.values)
        if plain is not None:  # as bytes with the same attribute: the same file, in less time
            dataset = dataset.assign({name: (variable.dims, plain, {**variable.attrs, "_Encoding": "utf-8"})})
            del encoding[name]
    dataset.to_netcdf(path, engine="netcdf4", format="NETCDF4", encoding=encoding, auto_complex=has_complex(dataset))


def _without_complex_dims(dataset: xr.Dataset) -> xr.Dataset:
    """With other names for dims that readers of complex numbers take for the real and imaginary parts of one."""
    names = {dim: f"{dim}_" for dim, length in dataset.sizes.items() if dim in _COMPLEX_DIMS and length == 2}
    while taken := [new for new in names.values() if new in dataset.dims or new in dataset.variables]:
        names = {dim: f"{new}_" if new in taken else new for dim, new in names.items()}
    plain = dataset.rename(names)
    for dim, new in names.items():
        if new in plain.variables:
            plain.variables[new].attrs.setdefault(ORIGINAL_NAME, dim)
    return plain


def open_netcdf(path: Path) -> xr.Dataset:
    """Open a netCDF file as it is written here: only if it has complex numbers, dims may be parts of them."""
    import netCDF4

    with netCDF4.Dataset(path) as file:
        complex_ones = bool(file.cmptypes)
    return xr.open_dataset(path, auto_complex=complex_ones)
