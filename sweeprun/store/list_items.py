"""What is within lists, where a value is its numbers alone: one that has names or labels of its own would lose them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sweeprun.store.dims import is_of_pandas, only_counts
from sweeprun.store.foreign_values import WithAttributes, converted
from sweeprun.store.object_values import Unstorable, is_missing

_NO_ATTRS: Mapping[str, Any] = {}


def plain_items(data: Sequence[Any]) -> tuple[list[Any], Mapping[str, Any]]:
    """A list whose values of foreign types are what they are to NumPy, and the attributes that all of them have.

    Raises
    ------
    Unstorable
        If they would lose names, labels or units.
    """
    attrs: list[Mapping[str, Any]] = []
    names: list[Any] = []

    def plain(item: Any) -> Any:
        if isinstance(item, list | tuple) and not hasattr(item, "_asdict"):
            return [plain(each) for each in item]
        if isinstance(item, np.ma.MaskedArray):
            return _with_none(item)
        if is_missing(item):
            return item
        if _is_column(item):
            names.append(item.name)
        item = _without_labels(item)
        attrs.append(item.attrs if isinstance(item, WithAttributes) else _NO_ATTRS)
        return item.data if isinstance(item, WithAttributes) else item

    items = [plain(item) for item in data]
    if any(own != attrs[0] for own in attrs):
        raise Unstorable("it holds quantities of different units")
    if any(name != names[0] for name in names):
        raise Unstorable("it holds columns of different names, which a list has no place for; return a mapping of them")
    return items, attrs[0] if attrs else _NO_ATTRS


def _without_labels(item: Any) -> Any:
    """A value as what it is to NumPy; one with labels that only count, or without any, is its values."""
    kind = type(item).__name__
    item = converted(item)
    if isinstance(item, Mapping) or hasattr(item, "data_vars") or _has_labels(item):
        raise Unstorable(
            f"it holds a value of type {kind} in a list, which has no place for its names and labels; "
            "return a mapping, with a name for each"
        )
    return item.values[()] if hasattr(item, "dims") else item


def _has_labels(item: Any) -> bool:
    if is_of_pandas(item) and hasattr(item, "axes"):
        return not all(map(only_counts, item.axes))
    return hasattr(item, "dims") and bool(item.dims or item.attrs or getattr(item, "coords", ()))


def _is_column(item: Any) -> bool:
    """Whether it is a column of a table, which has a name, be it None."""
    return type(item).__name__ == "Series" and hasattr(item, "name")


def _with_none(array: np.ma.MaskedArray[Any, Any]) -> Any:
    """Its values in lists, None in the place of those that are masked."""
    values = np.empty(array.size, object)
    values[:] = list(array.data.reshape(-1))
    values[np.ma.getmaskarray(array).reshape(-1)] = None
    return values.reshape(array.shape).tolist()
