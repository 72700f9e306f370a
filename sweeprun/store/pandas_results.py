"""What a task function returned as a Series or a DataFrame, with its labels, as xarray has it.

Dims are named like the index if that has a name, and otherwise like those of arrays. An index that only counts is none.
The levels of a MultiIndex are dims; what is at none of its entries is missing.
"""

from collections.abc import Iterable
from math import prod
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from sweeprun.errors import ResultError
from sweeprun.store.dims import default_dim, is_of_pandas, only_counts
from sweeprun.store.storable import RECORDED_TYPE, has_large_integers


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
        return _by_levels(result, result.columns)
    dim = "index" if result.index.name is None else str(result.index.name)
    if dim in result.columns:
        raise ResultError(f"the result has a column that is named like its index, {dim!r}; rename one of them")
    variables = {column: (dim, _values(result[column])) for column in result.columns}
    return xr.Dataset(variables, {} if only_counts(result.index) else {dim: _labels(result.index)}, result.attrs)


def as_row(value: Any) -> dict[Any, Any] | None:
    """A row of a DataFrame, whose values are of different types, as a mapping; None of anything else."""
    if value.ndim != 1 or value.dtype != object or value.index.nlevels > 1 or not value.index.is_unique:
        return None
    kinds = {_kind(item) for item in value if not pd.api.types.is_scalar(item) or not pd.isna(item)}
    return dict(value.items()) if len(kinds) > 1 else None


def _kind(item: object) -> type:
    """The type of a value, all numbers being of one."""
    return float if pd.api.types.is_number(item) and not pd.api.types.is_bool(item) else type(item)


def with_labels(value: Any, name: str) -> Any:
    """One thing that a task returned: a Series as a DataArray, a DataFrame as a Dataset; anything else as it is."""
    if not is_of_pandas(value):
        return value
    if value.ndim > 1:
        return as_xarray(value, name)
    if value.index.nlevels > 1:
        return _by_levels(value, ())
    dim = default_dim(name, 0) if value.index.name is None else str(value.index.name)
    labels = {} if only_counts(value.index) else {dim: _labels(value.index)}
    return xr.DataArray(_values(value), labels, (dim,), attrs=value.attrs)


def _by_levels(value: Any, columns: Iterable[Any]) -> Any:
    """A Series or DataFrame over the levels of its index.

    Where the levels have more combinations than the index has entries, integers become floats; those that would be
    rounded become objects, which are looked at one by one.
    """
    levels = value.index.set_names(
        [f"level_{place}" if name is None else name for place, name in enumerate(value.index.names)]
    ).remove_unused_levels()
    if len(set(levels.names)) < levels.nlevels:
        raise ResultError(f"the result has two levels of one name in its index: {list(levels.names)}")
    if taken := [column for column in columns if column in levels.names]:
        raise ResultError(
            f"the result has a column that is named like a level of its index, {taken[0]!r}; rename one of them"
        )
    if any((codes < 0).any() for codes in levels.codes):
        raise ResultError("the index of the result has entries that are missing")
    if len(value) < prod(map(len, levels.levels)):
        value = value.apply(_unrounded) if value.ndim > 1 else _unrounded(value)
        found = value.set_axis(levels).to_xarray()
        for column in found.data_vars.values() if value.ndim > 1 else [found]:
            if column.dtype == object and {type(item) for item in column.values.flat} == {bool, float}:
                column.attrs[RECORDED_TYPE] = "bool"  # the floats are NaN, where there is no entry
        return found.assign_attrs(value.attrs)
    return value.set_axis(levels).to_xarray().assign_attrs(value.attrs)


def _unrounded(column: pd.Series) -> pd.Series:
    """A column that may become floats."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return pd.Series(_values(column), column.index, dtype=object)
    return column.astype(object) if has_large_integers(column) else column


def _values(column: pd.Series) -> np.ndarray:
    """The values of a column; beside missing ones as objects, since pandas would round integers."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        categories = np.array([*column.cat.categories, None], dtype=object)[column.cat.codes.to_numpy()]
        return categories if column.isna().any() else np.asarray(column.to_numpy())
    if isinstance(column.dtype, pd.api.extensions.ExtensionDtype) and column.isna().any():
        return np.asarray(column.to_numpy(dtype=object))
    return np.asarray(column.to_numpy())


def _labels(index: pd.Index) -> np.ndarray:
    """Labels as they are; those of several families, or of one that can't be stored, as texts that differ."""
    labels = _values(index.to_series())
    families = {_kind(label) for label in labels if not pd.isna(label)} if labels.dtype == object else set()
    if not families or (len(families) == 1 and families <= {float, str, bytes}):
        return labels
    texts = [str(label) for label in labels]
    return np.array(texts) if len(set(texts)) == index.nunique(dropna=False) else labels
