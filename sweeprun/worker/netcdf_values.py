"""What a netCDF file of any program holds, without what xarray would round or stumble over."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sweeprun.store.storable import has_large_integers

if TYPE_CHECKING:
    import xarray as xr


def read_groups(path: Path) -> "dict[str, xr.Dataset]":
    """The groups of a file by their paths, in memory.

    Numbers with units like those of dates, of which xarray makes none, stay numbers. Integers some of which are missing
    are objects if floats would round them.
    """
    import xarray as xr

    try:
        groups = xr.open_groups(path)
    except ValueError:
        if not (numbers := _no_dates(path)):
            raise
        groups = xr.open_groups(path, decode_times=dict.fromkeys(numbers, False))
    try:
        return {name: _unrounded(dataset.load(), path, name) for name, dataset in groups.items()}
    finally:
        for dataset in groups.values():
            dataset.close()


def _no_dates(path: Path) -> set[str]:
    """The variables that have units of dates and can't be read as such, and their bounds."""
    import xarray as xr

    found: set[str] = set()
    groups = xr.open_groups(path, decode_times=False)
    try:
        for dataset in groups.values():
            for name, variable in dataset.variables.items():
                if "since" not in str(variable.attrs.get("units")):
                    continue
                try:
                    xr.decode_cf(xr.Dataset({name: variable}))
                except ValueError:
                    found |= {str(name), str(variable.attrs.get("bounds", name))}
    finally:
        for dataset in groups.values():
            dataset.close()
    return found


def _unrounded(dataset: "xr.Dataset", path: Path, group: str) -> "xr.Dataset":
    names = [name for name, variable in dataset.variables.items() if _may_be_rounded(variable)]
    if not names:
        return dataset
    import xarray as xr

    with xr.open_dataset(path, group=group, mask_and_scale=False, decode_times=False) as raw:
        for name in names:
            values, missing = raw[name].values, np.isnan(dataset[name].values)
            if has_large_integers(values[~missing]):
                exact = values.astype(object)
                exact[missing] = None
                dataset[name] = (dataset[name].dims, exact, dataset[name].attrs)
    return dataset


def _may_be_rounded(variable: Any) -> bool:
    """Whether floats stand for integers of 64 bits, because one value means that there is none."""
    stored = np.dtype(variable.encoding.get("dtype", variable.dtype))
    scaled = {"scale_factor", "add_offset"} & variable.encoding.keys()
    return variable.dtype.kind == "f" and stored.kind in "iu" and stored.itemsize > 4 and not scaled
