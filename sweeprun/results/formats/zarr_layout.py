"""How a run becomes a Zarr store: its regions and chunks, and the types in which a store holds values.

References
----------
Zarr core specification, version 3, and its ``sharding_indexed`` codec (ZEP 2).
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import numpy as np
import xarray as xr

from sweeprun.results.attributes import digest_of
from sweeprun.results.formats.portable import portable, portable_names
from sweeprun.results.plan import Plan

FORMAT = 2
"""Of all that a store holds besides the Dataset."""

_CHUNK_BYTES = 2**23
_REGION_BYTES = 2**27
_LARGEST_CHUNK = 2**30
"""The compressors of Zarr take no buffer of 2 GiB or more."""

_TEXT_BYTES = 64
"""What a string is taken to need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a plan becomes a store.

    Attributes
    ----------
    names
        Names that have to change; see `portable`.
    template
        All variables that have the dims of the grid, of which each has the length 1.
    labels
        All others.
    chunk, region
        The shapes of chunks and of regions, in points of the grid.
    fingerprint
        Of all of it, and of the run: stores that have the same can be brought up to date.
    """

    names: dict[Any, Any]
    template: xr.Dataset
    labels: xr.Dataset
    chunk: tuple[int, ...]
    region: tuple[int, ...]
    fingerprint: str


def layout_of(plan: Plan) -> Layout:
    """How a plan becomes a store, and what tells one such store from another."""
    labels = plan.labels()
    first = plan.block(0, 1, (1,) * len(plan.names))
    names = portable_names(labels.isel({name: slice(1) for name in plan.names if name in labels.dims}).merge(first))
    template, labels = encoded(first, names), encoded(labels, names)
    largest = max((_bytes_of_point(variable) for variable in template.variables.values()), default=1)
    whole = sum(map(_bytes_of_point, template.variables.values())) or 1
    chunk = block_shape(plan.grid.shape, _CHUNK_BYTES // largest)
    region = block_shape(plan.grid.shape, _REGION_BYTES // whole)
    region = tuple(-(-length // part) * part for length, part in zip(region, chunk, strict=True))
    told = {
        "format": FORMAT,
        "run": digest_of(plan.snapshot.run),
        "variables": [
            (str(name), variable.dims, variable.shape[len(plan.names) :], str(variable.dtype), repr(variable.attrs))
            for name, variable in template.variables.items()
        ],
        "labels": [(str(name), one.dims, repr(one.attrs), _digest(one)) for name, one in labels.variables.items()],
        "chunks": [chunk, region],
        "shape": plan.grid.shape,
    }
    fingerprint = hashlib.sha256(json.dumps(told).encode(errors="backslashreplace")).hexdigest()
    return Layout(names=names, template=template, labels=labels, chunk=chunk, region=region, fingerprint=fingerprint)


def block_shape(shape: tuple[int, ...], points: int) -> tuple[int, ...]:
    """The largest block of at most so many points, and at least one, that is contiguous: ``(1, …, k, full, …)``."""
    block = [1] * len(shape)
    left = max(1, points)
    for place in range(len(shape) - 1, -1, -1):
        block[place] = min(shape[place], left)
        left //= shape[place]
        if not left:
            break
    return tuple(block)


def regions_of(shape: tuple[int, ...], region: tuple[int, ...]) -> Iterator[tuple[tuple[slice, ...], int, int]]:
    """All regions of a grid: where each is on the dimensions, and its positions ``start … stop - 1``."""
    strides = [prod(shape[place + 1 :]) for place in range(len(shape))]
    for firsts in product(*(range(0, length, part) for length, part in zip(shape, region, strict=True))):
        place = tuple(
            slice(first, min(first + part, length)) for first, part, length in zip(firsts, region, shape, strict=True)
        )
        start = sum(first * stride for first, stride in zip(firsts, strides, strict=True))
        yield place, start, start + prod(one.stop - one.start for one in place)


def encoded(dataset: xr.Dataset, names: dict[Any, Any]) -> xr.Dataset:
    """With names, attributes and strings that a store can hold."""
    plain = portable(dataset, names)
    return plain.assign(
        {
            name: (one.dims, one.values.astype(_STORED[one.dtype.kind](one.dtype)), one.attrs)
            for name, one in plain.variables.items()
            if one.dtype.kind in _STORED
        }
    )


_STORED: dict[str, Callable[[Any], Any]] = {
    "U": lambda _: np.dtypes.StringDType(),
    "O": lambda _: np.dtypes.StringDType(),
    "S": lambda dtype: np.promote_types(dtype, "S2"),  # a single byte xarray takes for a character of a string
}


def encoding_of(layout: Layout, variable: xr.Variable) -> dict[str, Any]:
    """Chunks and shards of a variable with the dims of the grid; its times count from 1970, whatever comes first."""
    own = tuple(max(1, length) for length in variable.shape[len(layout.chunk) :])
    parts = block_shape(own, _CHUNK_BYTES // variable.dtype.itemsize) if _is_parted(variable) else own
    encoding: dict[str, Any] = {}
    if layout.chunk:
        shards = tuple(-(-length // part) * part for length, part in zip(own, parts, strict=True))
        encoding = {"chunks": (*layout.chunk, *parts), "shards": (*layout.region, *shards)}
    elif _is_parted(variable):
        encoding = {"chunks": parts}
    if variable.dtype.kind in "mM":
        unit = _UNITS[np.datetime_data(variable.dtype)[0]]
        encoding |= {"dtype": "int64", "_FillValue": np.iinfo(np.int64).min}
        encoding["units"] = f"{unit} since 1970-01-01" if variable.dtype.kind == "M" else unit
    return encoding


_UNITS = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}


def _is_parted(variable: xr.Variable) -> bool:
    """Whether what one point has is too large for a chunk."""
    return variable.dtype.kind != "T" and _bytes_of_point(variable) > _LARGEST_CHUNK


def _bytes_of_point(variable: xr.Variable) -> int:
    """What one point of the grid takes of a variable of which the template has one."""
    return int(variable.size) * (_TEXT_BYTES if variable.dtype.kind == "T" else variable.dtype.itemsize)


def _digest(variable: xr.Variable) -> str:
    values = variable.values
    content = (
        repr(values.tolist()).encode(errors="backslashreplace")
        if values.dtype.kind in "OT"
        else np.ascontiguousarray(values).tobytes()
    )
    return hashlib.sha256(f"{values.dtype}{values.shape}".encode() + content).hexdigest()
