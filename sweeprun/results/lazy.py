"""A Dataset of a run whose values are read when they are indexed or computed with.

References
----------
xarray's documentation, "How to add a new backend", on lazy loading.
"""

import hashlib
import pickle
import uuid
from collections.abc import Sequence
from numbers import Integral
from threading import Lock
from typing import Any

import numpy as np
from xarray.backends import BackendArray
from xarray.core import indexing

from sweeprun.results.merging import Merged, MergedResults


class GriddedValues(BackendArray):
    """A variable over the grid, as xarray indexes what lies in a file.

    Parameters
    ----------
    results, variable
        Whose values.
    grid
        The shape of the grid.
    lock
        Held while values are read: computations of dask run in several threads.
    """

    def __init__(self, results: MergedResults, variable: Merged, grid: Sequence[int], lock: Lock) -> None:
        self.name = variable.name
        self.shape = (*grid, *variable.shape)
        self.dtype = variable.dtype
        self._results = results
        self._grid = tuple(grid)
        self._lock = lock
        self.token = uuid.uuid4().hex

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.OUTER, self._read)

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process gets the values, not the open run."""
        return indexing.NumpyIndexingAdapter, (self._read((slice(None),) * len(self.shape)),)

    def _read(self, key: tuple[Any, ...]) -> np.ndarray:
        """The values at an integer, a slice or an array of integers along each dimension."""
        on_grid, own = key[: len(self._grid)], key[len(self._grid) :]
        indices = [np.atleast_1d(np.arange(length)[one]) for one, length in zip(on_grid, self._grid, strict=True)]
        values = self._read_at(flat_positions(indices, self._grid))
        values = values.reshape((*map(len, indices), *values.shape[1:]))
        for axis, one in reversed(list(enumerate(own, start=len(indices)))):
            values = values[(slice(None),) * axis + (one,)]
        return values[tuple(0 if isinstance(one, Integral) else slice(None) for one in on_grid)]

    def _read_at(self, positions: np.ndarray) -> np.ndarray:
        points, places = positions, None
        if (np.diff(positions) <= 0).any():
            points, places = np.unique(positions, return_inverse=True)
        with self._lock:
            if len(points) and points[-1] - points[0] == len(points) - 1:
                found = self._results.read(int(points[0]), int(points[-1]) + 1, {self.name})
            else:
                found = self._results.read_at(points, {self.name})
        values = found[self.name]
        return values if places is None else values[places]


def flat_positions(indices: Sequence[np.ndarray], shape: Sequence[int]) -> np.ndarray:
    """The positions on a grid of all combinations of some indices along each dimension, the first slowest."""
    positions = np.zeros(1, np.int64)
    for own, length in zip(indices, shape, strict=True):
        positions = np.add.outer(positions * length, own).reshape(-1)
    return positions


class KeptOnceRead(indexing.CopyOnWriteArray):
    """Values that stay in memory once all of them were read, and are copied before anybody writes to them."""

    __slots__ = ()

    def __dask_tokenize__(self) -> tuple[str, ...]:
        """What names the values in a graph of dask, which else pickles them: the object that reads them, and where."""
        values = self.array.array if isinstance(self.array, indexing.MemoryCachedArray) else self.array
        source = getattr(values, "array", None)
        if isinstance(source, GriddedValues):
            return (source.token, repr(values.key))
        return (hashlib.sha256(pickle.dumps(np.asarray(values))).hexdigest(),)


def lazy_values(results: MergedResults, grid: Sequence[int]) -> dict[str, KeptOnceRead]:
    """All gridded variables, in the shape of the grid; read when they are asked for."""
    lock = Lock()
    gridded = (GriddedValues(results, variable, grid, lock) for variable in results.variables if variable.gridded)
    return {values.name: _kept_once_read(values) for values in gridded}


def _kept_once_read(values: GriddedValues) -> KeptOnceRead:
    cached: Any = indexing.MemoryCachedArray(indexing.LazilyIndexedArray(values))  # type: ignore[no-untyped-call]
    return KeptOnceRead(cached)
