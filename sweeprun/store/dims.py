"""The names of dimensions that a task did not name."""

import re
from collections.abc import Container, Sequence
from typing import Any

_PHONY = "phony_dim_"
_NAMELESS = re.compile(rf"(?:.+\.)?{_PHONY}\d+")
"""What the netCDF library calls a dimension that has no name in a file, one of the next length by the next number."""


def is_of_pandas(value: object) -> bool:
    """Whether it is a Series or a DataFrame."""
    return hasattr(value, "to_xarray")


def is_table(value: object) -> bool:
    """Whether it has columns of one length: a DataFrame, or a table of pyarrow, polars and others that speak Arrow."""
    return getattr(value, "ndim", 2) > 1 if is_of_pandas(value) else hasattr(value, "__arrow_c_stream__")


def only_counts(index: Any) -> bool:
    """Whether an index of pandas is what comes without one: 0, 1, …, without a name."""
    return type(index).__name__ == "RangeIndex" and index.name is None and (index.start, index.step) == (0, 1)


def given_names(dims: Sequence[object], labelled: Container[object] = ()) -> tuple[str | None, ...]:
    """The dims of a variable of xarray; None for one without a name, as in the HDF5 files of other programs.

    netCDF gives dimensions without names one name for all of a length, so that two would be one if they happen to be
    as long.

    Parameters
    ----------
    dims
        As xarray has them.
    labelled
        Those that have a coordinate, so that they have a name.
    """
    return tuple(None if dim not in labelled and _NAMELESS.fullmatch(str(dim)) else str(dim) for dim in dims)


def with_names(name: str, dims: Sequence[str | None]) -> tuple[str, ...]:
    """The dims of a variable; those without a name are called after it."""
    return tuple(default_dim(name, place) if dim is None else dim for place, dim in enumerate(dims))


def may_be_nameless(text: str) -> bool:
    """Whether a text may name dimensions that have no name."""
    return _PHONY in text


def default_dims(name: str, count: int) -> tuple[str, ...]:
    """The dims of an array of so many that came without names for them."""
    return tuple(default_dim(name, place) for place in range(count))


def default_dim(name: str, place: int) -> str:
    """The dim of an array at some place that came without a name for it."""
    return f"{name}_{place}"
