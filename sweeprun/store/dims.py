"""The names of dimensions that a task did not name."""

import numpy as np


def is_of_pandas(value: object) -> bool:
    """Whether it is a Series or a DataFrame."""
    return hasattr(value, "to_xarray")


def default_dims(name: str, array: np.ndarray) -> tuple[str, ...]:
    """The dims of an array that came without names for them."""
    return tuple(default_dim(name, place) for place in range(array.ndim))


def default_dim(name: str, place: int) -> str:
    """The dim of an array at some place that came without a name for it."""
    return f"{name}_{place}"
