"""A variable in a netCDF file without its padding: where tasks returned less than the longest, nothing is written.

Variables that are mostly padding are written block by block, in chunks that have about the length of most tasks. A
chunk without any value is not in the file, and reads as missing.

References
----------
HDF5 User Guide, 5.5 "Space Allocation", on chunks that are allocated as they are written, and fill values.
"""

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

import numpy as np

from sweeprun.results.dtypes import missing
from sweeprun.results.formats.zarr_layout import block_shape, regions_of
from sweeprun.results.merging import Merged
from sweeprun.results.plan import Plan

_FEWEST_BYTES = 2**22
"""Smaller variables are not worth the trouble."""

_MOST_GIVEN = 0.5
"""Of a variable that is mostly padding, tasks gave no more than this share."""

_TYPES = ("<f4", "<f8", "<c8", "<c16")
_CHUNK_BYTES = 2**20
_BLOCK_BYTES = 2**25


def is_padded(plan: Plan, variable: Merged) -> bool:
    """Whether a variable is mostly padding, and large enough for that to matter."""
    size = len(plan.grid) * prod(variable.shape)
    if not variable.gridded or variable.coordinate or variable.dtype.str not in _TYPES or not plan.names:
        return False
    if not size or size * variable.dtype.itemsize < _FEWEST_BYTES:
        return False
    given = sum(len(piece.part.task_ids) * prod(piece.variable.shape) for piece in variable.pieces)
    return given <= _MOST_GIVEN * size


def write_padded(plan: Plan, merged: Merged, file: Any, model: Any) -> None:
    """Write a variable, described as in another file, block by block."""
    grid = plan.grid.shape
    own = own_chunk(merged)
    bytes_of_point = prod(merged.shape) * merged.dtype.itemsize
    points = min(_CHUNK_BYTES // (prod(own) * merged.dtype.itemsize), _BLOCK_BYTES // bytes_of_point)
    chunk = block_shape(grid, points)
    region = block_shape(grid, _BLOCK_BYTES // bytes_of_point)
    region = tuple(-(-length // part) * part for length, part in zip(region, chunk, strict=True))
    attrs = {name: model.getncattr(name) for name in model.ncattrs()}
    fill = attrs.pop("_FillValue", None)
    variable = file.createVariable(
        model.name,
        model.dtype,
        model.dimensions,
        zlib=True,
        complevel=1,
        chunksizes=(*chunk, *own),
        fill_value=fill,
    )
    variable.setncatts(attrs)
    for place, start, stop in regions_of(grid, region):
        values = plan.results.read(start, stop, {merged.name})[merged.name]
        values = values.reshape(*(one.stop - one.start for one in place), *merged.shape)
        for tile in _tiles(merged.shape, own):
            inside: tuple[Any, ...] = (..., *tile)
            part = values[inside].astype(model.dtype, copy=False)
            if not _is_untouched(part):
                variable[(*place, *tile)] = part


def own_chunk(merged: Merged) -> tuple[int, ...]:
    """The shape of a chunk along the dims that a variable has of its own: that of most tasks, if it isn't too large."""
    counts = [len(piece.part.task_ids) for piece in merged.pieces]
    shapes = [piece.shape(merged.dims) for piece in merged.pieces]
    usual = [_median([shape[place] for shape in shapes], counts) for place in range(len(merged.dims))]
    chunk = [min(max(length, 1), whole) for length, whole in zip(usual, merged.shape, strict=True)]
    return block_shape(tuple(chunk), _CHUNK_BYTES // merged.dtype.itemsize)


def _median(lengths: Sequence[int], counts: Sequence[int]) -> int:
    """The length that half of the tasks don't exceed."""
    order = np.argsort(lengths)
    place = np.searchsorted(np.cumsum(np.asarray(counts)[order]), sum(counts) / 2)
    return int(lengths[order[place]])


def _tiles(shape: Sequence[int], chunk: Sequence[int]) -> Iterator[tuple[slice, ...]]:
    return (place for place, _, _ in regions_of(tuple(shape), tuple(chunk)))


def _is_untouched(values: np.ndarray) -> bool:
    """Whether all values are what a file has where nothing was written, to the bit: a NaN that is another is kept.

    Complex numbers are of a type that has no fill value, so where nothing was written they would be zeros.
    """
    if values.dtype.kind == "c":
        return False
    bits = np.dtype(f"u{values.dtype.itemsize}")
    fill = missing((1,), values.dtype).view(bits)[0]
    return bool((np.ascontiguousarray(values).view(bits) == fill).all())
