"""Python's own values in NumPy's types: numbers, texts, dates and time spans, if all are of one family."""

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath
from typing import Any

import numpy as np


class Unstorable(ValueError):  # noqa: N818  # it costs one value, and is no error of the run
    """A value can't be stored exactly; the text says why, with types and without values."""


class NothingThere(Unstorable):
    """An array says nothing but that its values are missing, so that their type is unknown."""


_WORDS = {bool: "a truth value", str: "a text", bytes: "bytes", int: "an integer", float: "a float", list: "a list"}

_MISSING = frozenset({"NAType", "NaTType"})
_OUTSIDE = range(-(2**63), 2**64)
_NUMBERS = (int, float, np.number, np.bool_, Decimal, Fraction)

Typed = tuple[np.ndarray, Mapping[str, Any]]


def is_missing(item: object) -> bool:
    """Whether it is one of the values that only say that there is none: None, and pandas' NA and NaT."""
    return item is None or (type(item).__name__ in _MISSING and type(item).__module__.startswith("pandas."))


def typed_objects(items: Sequence[Any]) -> Typed:
    """Values as an array of one dimension, and attributes that say what the values don't.

    Raises
    ------
    Unstorable
        If they are of different families, or can't be stored exactly.
    """
    for belongs, typed in _FAMILIES:
        if all(map(belongs, items)):
            return typed(items)
    kinds = sorted({describe(item) for item in items})
    if kinds == [_WORDS[list]]:
        raise Unstorable("its parts have different lengths")
    raise Unstorable(f"it {'is' if len(items) == 1 else 'holds'} {' and '.join(kinds)}")


def describe(item: object) -> str:
    """What kind of value it is, in words, whatever its value."""
    return _WORDS.get(type(item), f"a value of type {type(item).__name__}")


def _of(*types: type) -> Callable[[Any], bool]:
    return lambda item: isinstance(item, types)


def plain_text(item: str | bytes) -> str | bytes:
    """A text or bytes without a type of its own, such as an enum's, whose name NumPy would take, and cut short."""
    return str.__str__(item) if isinstance(item, str) else bytes.__add__(item, b"")


def _texts(items: Sequence[Any]) -> Typed:
    return np.array([plain_text(item) if isinstance(item, str) else str(item) for item in items]), {}


def _bytes(items: Sequence[Any]) -> Typed:
    return np.array([plain_text(item) for item in items]), {}


def _truth_values(items: Sequence[Any]) -> Typed:
    return np.array(items, dtype=bool), {}


def _integers(items: Sequence[Any]) -> Typed:
    numbers = [int(item) for item in items]
    low, high = min(numbers), max(numbers)
    if low not in _OUTSIDE or high not in _OUTSIDE or (low < 0 and high >= 2**63):
        raise Unstorable("it has integers beyond 64 bits")
    return np.array(numbers, dtype=np.int64 if high < 2**63 else np.uint64), {}


def _numbers(items: Sequence[Any]) -> Typed:
    floats = [_as_float(item) for item in items]
    for value, item in zip(floats, items, strict=True):
        exact = item.item() if isinstance(item, np.generic) and not isinstance(item, np.longdouble) else item
        if value != exact and item == item:  # noqa: PLR0124  # NaN alone differs from itself
            raise Unstorable(f"no float64 is equal to {describe(item)} in it")
    return np.array(floats), {}


def _as_float(number: Any) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("nan")


def _complex_numbers(items: Sequence[Any]) -> Typed:
    real, _ = _numbers([item.real for item in items])
    imaginary, _ = _numbers([item.imag for item in items])
    values = np.empty(len(items), complex)
    values.real, values.imag = real, imaginary
    return values, {}


def _time_spans(items: Sequence[Any]) -> Typed:
    return _times(items, "m8[us]"), {}


def _dates(items: Sequence[Any]) -> Typed:
    if any(isinstance(item, datetime) and item.tzinfo is not None for item in items):
        raise Unstorable("it has a time zone; convert it to UTC without one, in pandas by .tz_convert(None)")
    return _times(items, "M8[us]"), {}


def _times(items: Sequence[Any], kind: str) -> np.ndarray:
    """Python's times in microseconds; those of NumPy and pandas may be finer."""
    own = [item.to_numpy() if hasattr(item, "to_numpy") else item for item in items]
    typed = [item if isinstance(item, np.generic) else np.array(item, kind)[()] for item in own]
    array = np.array(typed)
    if any(one.astype(there.dtype) != there for there, one in zip(typed, array, strict=True) if not np.isnat(there)):
        raise Unstorable("it holds times that no one unit holds exactly")
    return array


def _is_of_cftime(item: Any) -> bool:
    return type(item).__module__.startswith("cftime")


def _cf_dates(items: Sequence[Any]) -> Typed:
    """Dates of other calendars as numbers with units, as the CF conventions have them."""
    calendars = {item.calendar for item in items}
    if len(calendars) > 1 or "" in calendars:
        raise Unstorable("it holds dates of different calendars, or of none")
    (calendar,) = calendars
    unit = "microseconds" if any(item.microsecond for item in items) else "seconds"
    units = f"{unit} since 2000-01-01"
    cftime = sys.modules["cftime"]
    numbers = np.asarray(cftime.date2num(list(items), units, calendar))
    if numbers.dtype.kind not in "iu":
        raise Unstorable(f"it holds dates that are no whole number of {unit}")
    return numbers.astype(np.int64), {"units": units, "calendar": calendar}


_FAMILIES: tuple[tuple[Callable[[Any], bool], Callable[[Sequence[Any]], Typed]], ...] = (
    (_of(str, PurePath), _texts),
    (_of(bytes), _bytes),
    (_of(bool, np.bool_), _truth_values),
    (lambda item: isinstance(item, int | np.integer | np.bool_) and not isinstance(item, np.timedelta64), _integers),
    (lambda item: isinstance(item, _NUMBERS) and not isinstance(item, np.timedelta64 | np.complexfloating), _numbers),
    (lambda item: isinstance(item, (*_NUMBERS, complex)) and not isinstance(item, np.timedelta64), _complex_numbers),
    (_of(timedelta, np.timedelta64), _time_spans),
    (_of(date, np.datetime64), _dates),
    (_is_of_cftime, _cf_dates),
)
"""Whether a value belongs to a family, and how values of it alone become an array; the first that fits counts."""
