"""The CF conventions for netCDF: attributes that tell other programs what a file holds.

References
----------
"NetCDF Climate and Forecast (CF) Metadata Conventions", version 1.11: 2.2 (types), 2.5.1 (missing data), 2.6 (title,
history, source), 3.3 (long names), 3.5 (flags), 5 (coordinate variables).
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import xarray as xr

from sweeprun.results.attributes import STATISTICS_ATTRIBUTE
from sweeprun.results.dtypes import is_missing
from sweeprun.results.formats.portable import ORIGINAL_NAME, portable_text

CONVENTIONS = "CF-1.11"

_OF_THE_TYPE = ("valid_min", "valid_max", "valid_range", "actual_range", "flag_values", "flag_masks")
"""Attributes that have the type of their variable; in a record they are plain numbers."""

_LONG_NAMES = {
    "task_id": "number of the task",
    "state": "state of the task",
    "code_digest": "code of the result",
    "worker_threads": "threads that the result was made with",
}


def with_conventions(dataset: xr.Dataset) -> xr.Dataset:
    """The same Dataset with what CF asks for and we know; values are not copied, and what tasks said stays.

    ``Conventions`` is there only if it is true: CF has no complex numbers, and a coordinate of numbers has to rise or
    fall all the way, which the values of an axis need not do.
    """
    described = dataset.copy()
    described.attrs = {**_about(dataset), **dataset.attrs, **_joined(dataset)}
    for name, variable in described.variables.items():
        variable.attrs = {**_meaning(name, variable), **variable.attrs, **_typed(variable)}
        if variable.dims == (name,) and variable.dtype.kind == "f" and not is_missing(variable.values).any():
            variable.encoding["_FillValue"] = None  # a coordinate variable may not have one
    return described


def conforms(dataset: xr.Dataset) -> bool:
    """Whether types and coordinates are those that CF has."""
    complex_ones = any(variable.dtype.kind == "c" for variable in dataset.variables.values())
    return not complex_ones and all(_is_ordered(dataset.variables[dim]) for dim in _labelled(dataset))


def _labelled(dataset: xr.Dataset) -> Iterator[Any]:
    return (dim for dim in dataset.dims if dim in dataset.variables)


def _is_ordered(coordinate: xr.Variable) -> bool:
    """Whether a coordinate of numbers or dates is strictly monotonic, and whole; texts have no order to keep."""
    if coordinate.dtype.kind not in "biufmM":
        return True
    values = coordinate.values.astype(int) if coordinate.dtype.kind == "b" else coordinate.values
    rising, falling = values[1:] > values[:-1], values[1:] < values[:-1]
    return bool((rising.all() or falling.all()) and not is_missing(values).any())


def _about(dataset: xr.Dataset) -> dict[str, str]:
    """What the file is and where it comes from, as far as its attributes say."""
    attrs = dataset.attrs
    if "sweeprun" not in attrs:
        return {}
    axes = ", ".join(map(str, dataset["task_id"].dims)) if "task_id" in dataset.variables else ""
    title = f"Results of a sweep over {axes}" if axes else "Results of a single task"
    if STATISTICS_ATTRIBUTE in attrs:
        title = f"Statistics over {attrs.get('over', 'members')} of a sweep"
    return {
        "title": portable_text(title),
        "source": portable_text(f"sweeprun {attrs['sweeprun']}" + _commit(str(attrs.get("git")))),
    }


def _commit(git: str) -> str:
    try:
        found = json.loads(git)
    except ValueError:
        return ""
    if not isinstance(found, Mapping) or not isinstance(found.get("commit"), str):
        return ""
    return f", code at commit {found['commit']}" + (" with uncommitted changes" if found.get("changed") else "")


def _joined(dataset: xr.Dataset) -> dict[str, str]:
    """The attributes of which tasks may have given a part."""
    attrs = dataset.attrs
    joined = {}
    if "command" in attrs and "created" in attrs:
        earlier = f"{attrs['history']}\n" if attrs.get("history") else ""
        joined["history"] = f"{earlier}{attrs['created']} {attrs['command']}"
    theirs = str(attrs.get("Conventions", ""))
    if "CF-" not in theirs and conforms(dataset):
        joined["Conventions"] = f"{CONVENTIONS}, {theirs}" if theirs else CONVENTIONS
    return joined


def _meaning(name: Any, variable: xr.Variable) -> dict[str, Any]:
    """A variable that has no other name is called by its own; what 0 and 1 are in a file without booleans."""
    named = "long_name" in variable.attrs or "standard_name" in variable.attrs
    meaning: dict[str, Any] = (
        {} if named else {"long_name": _LONG_NAMES.get(name) or variable.attrs.get(ORIGINAL_NAME, str(name))}
    )
    if variable.dtype.kind == "b":
        meaning |= {"flag_values": np.array([0, 1], np.int8), "flag_meanings": "false true"}
    return meaning


def _typed(variable: xr.Variable) -> dict[str, np.ndarray]:
    """Attributes in the type of their variable, where it holds them exactly."""
    if variable.dtype.kind not in "iuf":
        return {}
    typed = {}
    for name in _OF_THE_TYPE:
        if name not in variable.attrs:
            continue
        given = np.asarray(variable.attrs[name])
        if given.dtype.kind in "iuf":
            with np.errstate(all="ignore"):
                cast = given.astype(variable.dtype)
            if variable.dtype.kind == "f" or (cast == given).all():
                typed[name] = cast
    return typed
