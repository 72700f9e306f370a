"""What a task function returned as a Series or a DataFrame, with its labels, as xarray has it.

Dims are named like the index if that has a name, and otherwise like those of arrays. An index that only counts is none.
"""

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from sweeprun.errors import ResultError
from sweeprun.store.dims import default_dim, is_of_pandas


def as_xarray(result: Any, name: str) -> Any:
    """What a task returned: of a DataFrame a Dataset with a variable for each column, of a Series a DataArray."""
    if result.ndim == 1:
        own = result.name
        if own is not None and own in result.index.names:  # as of groupby("x")["x"]: the labels keep the name
            own = f"{name}_{own}"
        return with_labels(result, name if own is None else own).rename(own)
    if not result.columns.is_unique:
        raise ResultError(f"the result has two columns of one name: {list(result.columns)}")
    if result.index.nlevels > 1:
        return result.to_xarray()
    dim = "index" if result.index.name is None else str(result.index.name)
    if dim in result.columns:
        raise ResultError(f"the result has a column that is named like its index, {dim!r}; rename one of them")
    variables = {column: (dim, result[column].to_numpy()) for column in result.columns}
    return xr.Dataset(variables, {} if _only_counts(result.index) else {dim: _labels(result.index)})


def with_labels(value: Any, name: str) -> Any:
    """One thing that a task returned: of a Series or DataFrame a DataArray; anything else as it is."""
    if not is_of_pandas(value):
        return value
    if value.index.nlevels > 1 and value.ndim == 1:
        return value.to_xarray()
    dims = [
        default_dim(name, place) if index.name is None else str(index.name) for place, index in enumerate(value.axes)
    ]
    labels = {dim: _labels(index) for dim, index in zip(dims, value.axes, strict=True) if not _only_counts(index)}
    return xr.DataArray(value.to_numpy(), labels, dims)


def _only_counts(index: pd.Index) -> bool:
    return isinstance(index, pd.RangeIndex) and index.name is None and (index.start, index.step) == (0, 1)


def _labels(index: pd.Index) -> np.ndarray:
    """Labels as they are; those that are objects (intervals, periods, tuples) as texts."""
    labels = index.to_numpy()
    return labels if labels.dtype != object else np.array([str(label) for label in labels])
