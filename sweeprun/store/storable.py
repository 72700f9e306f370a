"""One value that a task returned as a NumPy array that can be written exactly as it is, or why there is none.

Reasons name types and never values, so that tasks that behave the same are recorded alike.
"""

from collections.abc import Mapping, Sequence
from math import isnan
from types import MappingProxyType
from typing import Any

import numpy as np

from sweeprun.store.list_items import plain_items
from sweeprun.store.object_values import NothingThere, Unstorable, is_missing, plain_text, typed_objects

TEXT = "text"
"""The type of strings in a layout."""

RECORDED_TYPE = "recorded_type"
"""The attribute of truth values that are numbers, because some are missing."""

Stored = tuple[np.ndarray, str, Mapping[str, Any]]
"""The array, its type in the layout, and attributes that say what its values don't."""

_NO_ATTRS: Mapping[str, Any] = MappingProxyType({})
_OF_TRUTH_VALUES: Mapping[str, Any] = MappingProxyType({RECORDED_TYPE: "bool"})

NUMBERS = frozenset({bool, int, float, complex, np.bool_, *np.sctypeDict.values()}) - {
    np.str_,
    np.bytes_,
    np.void,
    np.object_,
    np.datetime64,
    np.timedelta64,
    np.longdouble,
    np.clongdouble,
}
"""Types of numbers whose arrays hold what they are."""

_PLAIN = NUMBERS | {str, bytes, type(None)}

_NESTED = frozenset({list, tuple, np.ndarray})

_EXACT = 2**53
"""Integers up to this are doubles, too."""

_WIDER = (("int", "i1"), ("uint", "u1"), ("complex", "c16"), ("longdouble", "f8"), ("float1", "f8"), ("", "f4"))
"""What the names of types begin with, and the type that holds them; the first that fits counts."""

_NO_LENGTH = ("Y", "M")
_GENERIC = "generic"
_READ_UNITS = ("s", "ms", "us", "ns")
_FINER_UNITS = ("ps", "fs", "as")


def storable(data: Any) -> Stored:
    """A value as an array.

    Raises
    ------
    Unstorable
        If no array is equal to it.
    """
    if type(data) is float:
        return np.asarray(data), "<f8", _NO_ATTRS
    attrs = _NO_ATTRS
    if isinstance(data, np.ma.MaskedArray):
        array, attrs = _unmasked(data)
    elif type(data) in NUMBERS or type(data) is np.ndarray:
        array = np.asarray(data)
    elif isinstance(data, list | tuple):
        array, attrs = _of_sequence(data)
    elif isinstance(data, str | bytes):
        _refuse_zeros_at_the_end(data)
        array = np.asarray(plain_text(data))
    else:
        array = _as_array(data)
    kind = array.dtype.kind
    if kind in "OT":
        array, more = _of_objects(array)
        attrs = {**attrs, **more}
        kind = array.dtype.kind
    if kind in "mM":
        _check_times(array)
    elif kind not in "biufcUS" or array.dtype.char in "gG":
        array = _in_a_wider_type(array)
    if array.dtype.kind == "U":
        return array, TEXT, attrs
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return array, array.dtype.str, attrs


def has_large_integers(array: Any) -> bool:
    """Whether it is of integers some of which floats would round."""
    return array.dtype.kind in "iu" and bool(((array > _EXACT) | (array < -_EXACT)).any())


def _as_array(data: Any) -> np.ndarray:
    try:
        return np.asarray(data)
    except Exception as error:  # a foreign type's own conversion may raise anything
        raise Unstorable(f"{type(data).__name__} gives no array ({type(error).__name__})") from error


def _of_sequence(data: Sequence[Any]) -> tuple[np.ndarray, Mapping[str, Any]]:
    """A list or tuple, of others or of values; NumPy alone would round integers, and make texts of numbers."""
    types = _leaf_types(data)
    attrs: Mapping[str, Any] = _NO_ATTRS
    if not types <= _PLAIN:
        data, attrs = plain_items(data)
        types = _leaf_types(data)
    if types <= NUMBERS:
        try:
            array = np.asarray(data)
        except ValueError as error:
            raise Unstorable("its parts have different lengths") from error
        if array.dtype.kind in "biu" or (array.dtype.kind in "fc" and not (np.abs(array) >= _EXACT).any()):
            return array, attrs
    array, more = _of_objects(_object_array(data))
    return array, {**attrs, **more}


def _leaf_types(data: Any) -> set[type]:
    """The types of the values in lists of lists; an array counts as one of its type."""
    types = set(map(type, data))
    if types.isdisjoint(_NESTED):
        return types
    found = types.difference(_NESTED)
    for item in data:
        if isinstance(item, list | tuple):
            found |= _leaf_types(item)
        elif type(item) is np.ndarray:
            found.add(item.dtype.type)
    return found


def _object_array(data: Sequence[Any]) -> np.ndarray:
    try:
        return np.array(data, dtype=object)
    except ValueError as error:
        raise Unstorable("its parts have different lengths") from error
    except Exception as error:  # a foreign type's own conversion may raise anything
        raise Unstorable(f"a value in it gives no array ({type(error).__name__})") from error


def _of_objects(array: np.ndarray) -> tuple[np.ndarray, Mapping[str, Any]]:
    """Python's objects in NumPy's type for them; those that are missing as NaN, NaT or an empty text."""
    items = array.reshape(-1).tolist() if array.dtype.kind == "T" else list(array.flat)
    if not items:
        return np.zeros(array.shape), _NO_ATTRS
    for item in items:
        if isinstance(item, str | bytes):
            _refuse_zeros_at_the_end(item)
    missing = [is_missing(item) for item in items]
    if array.dtype.kind == "T" or any(isinstance(item, str | bytes) for item in items):  # of pandas, whose NaN is one
        missing = [gone or (type(item) is float and isnan(item)) for gone, item in zip(missing, items, strict=True)]
    present = [item for item, gone in zip(items, missing, strict=True) if not gone]
    if not present:
        raise NothingThere("all of it is missing")
    typed, attrs = typed_objects(present)
    if len(present) == len(items):
        return typed.reshape(array.shape), attrs
    masked = np.zeros(len(items), typed.dtype)
    masked[~np.array(missing)] = typed
    filled, more = _unmasked(np.ma.masked_array(masked, missing))
    return filled.reshape(array.shape), {**attrs, **more}


def _refuse_zeros_at_the_end(item: str | bytes) -> None:
    """NumPy's texts and bytes of fixed width drop them."""
    if isinstance(item, bytes) and item.endswith(b"\0"):
        raise Unstorable("it ends with a zero byte, which NumPy's bytes drop; return np.frombuffer(value, np.uint8)")
    if isinstance(item, str) and item.endswith("\0"):
        raise Unstorable("it ends with a zero character, which NumPy's texts drop")


def _unmasked(array: np.ma.MaskedArray[Any, Any]) -> tuple[np.ndarray, Mapping[str, Any]]:
    """What stands for a missing value in the place of what is masked; integers and truth values become floats."""
    if not np.ma.is_masked(array):
        return np.asarray(array), _NO_ATTRS
    kind = array.dtype.kind
    if kind in "US":
        return np.asarray(array.filled(array.dtype.type())), _NO_ATTRS
    if kind not in "biufcmM":
        raise Unstorable(f"it is masked, and {array.dtype} has no missing value")
    if kind in "iu" and (np.abs(array.compressed().astype(object)) > _EXACT).any():
        raise Unstorable("some of it is missing, so that integers become floats, which would round those beyond 2**53")
    typed: Any = array.astype(np.float64) if kind in "biu" else array
    filled: np.ndarray = typed.filled(typed.dtype.type("NaT" if kind in "mM" else np.nan))
    return filled, _OF_TRUTH_VALUES if kind == "b" else _NO_ATTRS


def _check_times(array: np.ndarray) -> None:
    """Refuse times that readers, which know seconds to nanoseconds, could only round."""
    unit, multiple = np.datetime_data(array.dtype)
    if unit in _READ_UNITS and multiple == 1:
        return
    given = array[~np.isnat(array)]
    if array.dtype.kind == "m" and unit in (*_NO_LENGTH, _GENERIC) and given.size:
        what = "a unit" if unit == _GENERIC else "a length: it counts years or months"
        raise Unstorable(f"it is a time span without {what}; return np.timedelta64 in days, or a number")
    target = unit if unit in _READ_UNITS else "ns" if unit in _FINER_UNITS else "s"
    if unit != _GENERIC and (given.astype(f"{array.dtype.kind}8[{target}]").astype(array.dtype) != given).any():
        raise Unstorable(f"it is a time in {unit} that is no whole number of {target}, or out of their range")


def _in_a_wider_type(array: np.ndarray) -> np.ndarray:
    """Extended or brain floats, and integers of few bits, in a type of NumPy's that holds them exactly."""
    if array.dtype.type is np.void or array.dtype.kind not in "fcV":
        raise Unstorable("it has fields" if array.dtype.names else f"it is of the type {array.dtype}")
    wider = next(name for begin, name in _WIDER if array.dtype.name.startswith(begin))
    with np.errstate(all="ignore"):
        wide = array.astype(wider)
        if not ((wide.astype(array.dtype) == array) | (array != array)).all():  # noqa: PLR0124  # NaN alone does
            raise Unstorable(f"{array.dtype} holds more digits here than {wide.dtype}")
    return wide
