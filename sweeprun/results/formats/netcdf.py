"""Write a Dataset to a file, whole or not at all; the ending of the name tells the format."""

import errno
import os
import shutil
import sys
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from sweeprun.errors import UsageError
from sweeprun.results.dtypes import ascii_bytes
from sweeprun.results.formats.cf import with_conventions
from sweeprun.results.formats.portable import ORIGINAL_NAME, portable
from sweeprun.store.files import sync_directory, temporary_sibling
from sweeprun.store.local_paths import OutputPath, StoreUrl

FORMATS = (".nc", ".zarr", ".csv", ".parquet")
TABLES = (".csv", ".parquet")
"""Those that `sweeprun.results.formats.table_files` writes."""

_COMPLEX_DIMS = ("complex", "ri", "c", "_pfnc_complex")
"""What other programs call the dim of real and imaginary parts: ``auto_complex`` makes one number of the two."""

_ZARR_FILES = {".zgroup", ".zmetadata", "zarr.json"}


def check_output(path: OutputPath) -> None:
    """Refuse a path that can't be written, before the work is done.

    What there is of an object store is asked for by `sweeprun.results.formats.owners.check_replaceable`.

    Raises
    ------
    UsageError
        If the ending is unknown, the directory doesn't exist, or something else is there.
    """
    if isinstance(path, StoreUrl):
        return
    shown = f"can't write {str(path)!r}"
    path = path.absolute()
    if path.suffix not in FORMATS:
        raise UsageError(f"{shown}: the name must end in {', '.join(FORMATS[:-1])} or {FORMATS[-1]}")
    if not path.parent.is_dir():
        raise UsageError(f"{shown}: there is no directory {str(path.parent)!r}")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise UsageError(f"{shown}: no permission to write to {str(path.parent)!r}")
    if path.suffix == ".nc" and not _has_name_for_libraries(path):
        raise UsageError(
            f"{shown}: netCDF can't open this path, as the encoding of file names is {sys.getfilesystemencoding()}; "
            "set PYTHONUTF8=1 or LC_ALL=C.UTF-8, or choose another format"
        )
    if path.suffix == ".nc" and "\\" in str(path):
        raise UsageError(f"{shown}: netCDF can't open a path with a backslash; choose another, or .zarr")
    if path.suffix != ".zarr" and path.is_dir():
        raise UsageError(f"{shown}: it is a directory")
    if path.suffix == ".zarr" and _holds_something_else(path):
        raise UsageError(f"{shown}: what is there is no Zarr store, so it is not replaced")


def _has_name_for_libraries(path: Path) -> bool:
    """Whether a path is a text that can be handed to a library of C: one of bytes that the encoding lacks is not."""
    try:
        str(path).encode(sys.getfilesystemencoding())
    except UnicodeEncodeError:
        return False
    return True


def _holds_something_else(path: Path) -> bool:
    """Whether what is at a path is no Zarr store; another collect may be replacing it at this moment."""
    while True:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        except NotADirectoryError:
            return True
        try:
            if _ZARR_FILES.intersection(os.listdir(descriptor)):  # noqa: PTH208  # of what is open, whatever is at the path by now
                return False
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(descriptor), path.stat()):
                    return True
        finally:
            os.close(descriptor)


def write_dataset(dataset: xr.Dataset, path: Path) -> None:
    """Write a Dataset as netCDF-4 (``.nc``) or Zarr (``.zarr``), in the place of what was there.

    As netCDF, a collected run follows the CF conventions as far as it can; see `with_conventions`.

    What a format lacks is stored as the nearest that it has: half floats as single ones in netCDF, attributes other
    than numbers and strings as JSON, names as `portable` says. Complex numbers in netCDF are the compound type that
    ``xarray.open_dataset(path, auto_complex=True)`` reads as such. Dates come back in xarray's default unit, ns.

    Raises
    ------
    UsageError
        If the path can't be written.
    """
    plain = portable(dataset)
    write_in_place(path, lambda temporary: _write(plain, temporary, path.suffix))


def write_in_place(path: Path, write: Callable[[Path], None]) -> None:
    """Have a file or a store written beside, whole, and put it in its place.

    Raises
    ------
    UsageError
        If the path can't be written.
    """
    check_output(path)
    try:
        with temporary_sibling(path.absolute()) as temporary:
            try:
                write(temporary)
                put_in_place(temporary, path.absolute())
            finally:
                if temporary.is_dir():
                    shutil.rmtree(temporary)
    except OSError as error:
        raise UsageError(f"can't write {str(path)!r}: {error.strerror or error}") from error
    except RuntimeError as error:  # what the netCDF library calls a full disk, among others
        raise UsageError(f"can't write {str(path)!r}: {error}") from error


def _write(dataset: xr.Dataset, path: Path, suffix: str) -> None:
    if suffix == ".zarr":
        # Format 3 specifies neither strings of fixed width nor consolidated metadata yet, and warns of both.
        from zarr.storage import LocalStore

        dataset.to_zarr(LocalStore(path), mode="w", zarr_format=2, consolidated=True)
        return
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
    """Open a netCDF file as `write_dataset` writes it: only if it has complex numbers, dims may be parts of them."""
    import netCDF4

    with netCDF4.Dataset(path) as file:
        complex_ones = bool(file.cmptypes)
    return xr.open_dataset(path, auto_complex=complex_ones)


def put_in_place(temporary: Path, path: Path) -> None:
    """Replace what is there, durably; a directory can't be replaced at once, and somebody else may be doing it, too."""
    if temporary.is_dir():
        _put_directory_in_place(temporary, path)
    else:
        temporary.replace(path)
    sync_directory(path.parent)


def _put_directory_in_place(temporary: Path, path: Path) -> None:
    while True:
        with temporary_sibling(path) as older:
            try:
                with suppress(FileNotFoundError):
                    path.rename(older)
                temporary.rename(path)
                return
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                    raise
            finally:
                if older.is_dir():
                    shutil.rmtree(older)
