"""Write a Dataset to a file, whole or not at all; the ending of the name tells the format."""

import json
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from sweeprun.errors import UsageError
from sweeprun.store.files import temporary_sibling

FORMATS = (".nc", ".zarr")


def check_output(path: Path) -> None:
    """Refuse a path that can't be written, before the work is done.

    Raises
    ------
    UsageError
        If the ending is unknown or the directory doesn't exist.
    """
    if path.suffix not in FORMATS:
        raise UsageError(f"can't write {str(path)!r}: the name must end in {' or '.join(FORMATS)}")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"can't write {str(path)!r}: there is no directory {str(path.absolute().parent)!r}")


def is_ours(path: Path) -> bool:
    """Whether a file is a Dataset that sweeprun wrote, and so can make again."""
    try:
        with xr.open_dataset(path, engine="netcdf4", decode_cf=False) as dataset:
            return "sweeprun" in dataset.attrs
    except (OSError, ValueError):
        return False


def write_dataset(dataset: xr.Dataset, path: Path) -> None:
    """Write a Dataset as netCDF-4 (``.nc``) or Zarr 3 (``.zarr``), in the place of what was there.

    What a format lacks is stored as the nearest that it has: half floats as single ones in netCDF, attributes other
    than numbers and strings as JSON. Complex numbers in netCDF are the compound type that
    ``xarray.open_dataset(path, auto_complex=True)`` reads as such.

    Raises
    ------
    UsageError
        If the path can't be written.
    """
    check_output(path)
    plain = dataset.copy()
    plain.attrs = _plain_attrs(plain.attrs)
    for variable in plain.variables.values():
        variable.attrs = _plain_attrs(variable.attrs)
    try:
        with temporary_sibling(path.absolute()) as temporary:
            try:
                _write(plain, temporary, path.suffix)
                _put_in_place(temporary, path.absolute())
            finally:
                if temporary.is_dir():
                    shutil.rmtree(temporary)
    except OSError as error:
        raise UsageError(f"can't write {str(path)!r}: {error.strerror or error}") from error


def _write(dataset: xr.Dataset, path: Path, suffix: str) -> None:
    if suffix == ".zarr":
        dataset.to_zarr(path, mode="w", zarr_format=2, consolidated=True)
        return
    for name, variable in dataset.variables.items():
        if variable.dtype == np.float16:
            dataset[name] = dataset[name].astype(np.float32)
    encoding = {name: {"dtype": "S1"} for name, variable in dataset.variables.items() if variable.dtype.kind == "U"}
    dataset.to_netcdf(path, engine="netcdf4", format="NETCDF4", encoding=encoding, auto_complex=True)


def _put_in_place(temporary: Path, path: Path) -> None:
    if temporary.is_dir() and path.exists():
        with temporary_sibling(path) as older:
            path.rename(older)
            temporary.rename(path)
            shutil.rmtree(older) if older.is_dir() else older.unlink()
        return
    temporary.replace(path)


def _plain_attrs(attrs: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): _plain(value) for name, value in attrs.items()}


def _plain(value: Any) -> Any:
    """An attribute as both formats hold it: a number, a string, or a list of one of them."""
    with suppress(TypeError, ValueError):
        if isinstance(value, np.generic | np.ndarray):
            value = value.tolist()
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return value
    if (
        isinstance(value, list)
        and value
        and (all(type(item) in (int, float) for item in value) or all(isinstance(item, str) for item in value))
    ):
        return value
    return json.dumps(value, default=str)
