"""Python values as coordinates: a value is a *type* and a *label*, of which it can be made again.

Labels are what coordinates are: numbers, booleans and texts. Dates are texts of ISO 8601 in one form (``2024-05-01``,
``2024-05-01T12:30:00.5``), time spans the number of the longest unit that measures them exactly (``36h``), so equal
ones have equal labels, whatever their types.
"""

import ast
import datetime as dt
import re
from collections.abc import Callable
from enum import Enum
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from sweeprun.design.dates import NANOSECONDS, date_label, label_of_date, label_of_span, nanoseconds, span_label
from sweeprun.design.scalars import Scalar
from sweeprun.errors import FormatError, OverrideError

_PLAIN = {kind.__name__: kind for kind in (bool, int, float, str)}
_NONE, _PATH, _TUPLE, _DATE, _DATETIME, _TIMEDELTA = "None", "Path", "tuple", "date", "datetime", "timedelta"
_NUMPY, _PANDAS = "numpy.", "pandas."
_NUMBERS = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
_FLOATS = ("float16", "float32", "float64")

_DATE_UNITS = ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns")
_UNIT = re.compile(r"(.*)\[(\w+)\]")

_WHAT_CAN_BE = "an axis has booleans, numbers, texts, dates, time spans, paths, None, or tuples of numbers and texts"


def typed_label(value: Any) -> tuple[str, Scalar]:
    """The type of a value, and its label.

    Raises
    ------
    OverrideError
        If it can't be a coordinate; the message says what would be right.
    """
    if isinstance(value, Enum):
        raise OverrideError(
            f"{value!r} is a member of an Enum: give the names, [one.name for one in {type(value).__name__}], and look "
            f"the member up in the function, {type(value).__name__}[name]"
        )
    if value is None:
        return _NONE, "None"
    if type(value) in _PLAIN.values():
        return type(value).__name__, value
    if isinstance(value, np.generic):
        return _of_numpy(value)
    if isinstance(value, PurePath):
        return _PATH, str(value)
    if type(value) is tuple:
        return _TUPLE, _tuple_label(value)
    if isinstance(value, dt.date | dt.timedelta):
        return _of_calendar(value)
    raise OverrideError(f"{_shown(value)} can't be a coordinate: {_hint(value)}")


def _not_too_far(kind: str, label: str) -> tuple[str, Scalar]:
    """A date or time span, if it can be measured in microseconds."""
    if (date_label(label) if is_date(kind) else span_label(label)) != label:
        raise OverrideError(f"{label} can't be a coordinate: it is too far away")
    return kind, label


def restored(kind: str, label: Scalar) -> Any:  # noqa: PLR0911  # one for each family of types
    """The value of a type and a label: the inverse of `typed_label`.

    Raises
    ------
    FormatError
        If there is no such type.
    """
    name, unit = _split(kind)
    if kind in _PLAIN:
        return label
    if name in _OF_LABELS:
        return _OF_LABELS[name](label)
    if name == f"{_NUMPY}datetime64":
        return np.datetime64(str(label)).astype(f"datetime64[{unit}]")
    if name == f"{_NUMPY}timedelta64":
        size = 7 * NANOSECONDS["D"] if unit == "W" else NANOSECONDS[unit]
        return np.int64(nanoseconds(label) // size).astype(f"timedelta64[{unit}]")
    if kind.startswith(_NUMPY) and kind.removeprefix(_NUMPY) in (*_NUMBERS, *_FLOATS, "str"):
        return np.dtype(kind.removeprefix(_NUMPY)).type(label)
    if name in (f"{_PANDAS}Timestamp", f"{_PANDAS}Timedelta"):
        import pandas as pd

        if name == f"{_PANDAS}Timestamp":
            return pd.Timestamp(label).as_unit(unit)
        return pd.Timedelta(nanoseconds(label), "ns").as_unit(unit)
    raise FormatError(f"unknown type of an axis's values: {kind!r}; written by a newer sweeprun?")


def relabelled(kind: str, label: Scalar) -> Scalar:
    """What somebody typed, as the label of a value of some type: ``2024-05-01T00:00`` of a date is ``2024-05-01``.

    Raises
    ------
    OverrideError
        If no value of that type is written so.
    """
    found: Scalar
    if is_date(kind):
        found = date_label(str(label))
    elif is_span(kind):
        found = span_label(str(label))
    elif kind in ("str", _PATH, f"{_NUMPY}str", _NONE, _TUPLE):
        return str(label)
    elif kind.removeprefix(_NUMPY) == "bool":
        found = label if isinstance(label, bool) else None
    elif isinstance(label, bool | str | None):
        found = None
    elif kind.removeprefix(_NUMPY).startswith("float"):
        found = float(label)
    else:
        found = label if isinstance(label, int) else None
    if found is None:
        raise OverrideError(f"{label!r} is no {kind}, as the other values of the axis are")
    return typed_label(restored(kind, found))[1]


def check_label(kind: str, label: Scalar) -> None:
    """Refuse a label out of a file that is none of its type.

    Raises
    ------
    TypeError, ValueError
        If it isn't.
    """
    number = kind.removeprefix(_NUMPY)
    if is_date(kind):
        well = isinstance(label, str) and date_label(label) == label
    elif is_span(kind):
        well = isinstance(label, str) and span_label(label) == label
    elif number in ("bool", *_PLAIN, *_NUMBERS, *_FLOATS):
        plain = "bool" if number == "bool" else "float" if "float" in number else "int" if "int" in number else "str"
        well = type(label) is _PLAIN[plain]
    else:
        well = isinstance(label, str)
    if not well:
        raise TypeError(f"{label!r} is no label of a {kind}")


def is_date(kind: str) -> bool:
    """Whether values of a type are points in time."""
    return _split(kind)[0] in (_DATE, _DATETIME, f"{_NUMPY}datetime64", f"{_PANDAS}Timestamp")


def is_span(kind: str) -> bool:
    """Whether values of a type are spans of time."""
    return _split(kind)[0] in (_TIMEDELTA, f"{_NUMPY}timedelta64", f"{_PANDAS}Timedelta")


def _of_numpy(value: np.generic) -> tuple[str, Scalar]:
    name = value.dtype.name
    if isinstance(value, np.datetime64 | np.timedelta64):
        if np.isnat(value):
            raise OverrideError("NaT can't be a coordinate: it is no point in time; leave it out")
        unit, step = np.datetime_data(value.dtype)
        if isinstance(value, np.datetime64):
            if unit not in _DATE_UNITS or step != 1:
                raise OverrideError(f"{value!r} can't be a coordinate: dates are measured in nanoseconds at best")
            return _not_too_far(f"{_NUMPY}datetime64[{unit}]", label_of_date(value))
        if (unit not in NANOSECONDS and unit != "W") or step != 1:
            raise OverrideError(f"{value!r} can't be a coordinate: give its unit, one of D, h, m, s, ms, us, ns")
        count = int(value.astype(np.int64))
        size = 7 * NANOSECONDS["D"] if unit == "W" else NANOSECONDS[unit]
        return _not_too_far(f"{_NUMPY}timedelta64[{unit}]", label_of_span(count * size))
    if isinstance(value, np.str_):
        return f"{_NUMPY}str", str(value)
    if name in _NUMBERS or name in _FLOATS:
        return f"{_NUMPY}{name}", value.item()
    raise OverrideError(f"{_shown(value)} can't be a coordinate: {_hint(value)}")


def _of_calendar(value: Any) -> tuple[str, Scalar]:
    """The types of `datetime` and of pandas, which are their subclasses."""
    if value is not value or str(value) == "NaT":  # noqa: PLR0124  # pandas.NaT is a datetime
        raise OverrideError("NaT can't be a coordinate: it is no point in time; leave it out")
    in_pandas: Any = value if type(value).__module__.partition(".")[0] == "pandas" else None
    if isinstance(value, dt.timedelta):
        if in_pandas is not None:
            count = int(in_pandas.to_timedelta64().astype("m8[ns]").astype(int))
            return f"{_PANDAS}Timedelta[{in_pandas.unit}]", label_of_span(count)
        return _not_too_far(_TIMEDELTA, label_of_span((value // dt.timedelta(microseconds=1)) * 1000))
    if isinstance(value, dt.datetime):
        if value.tzinfo is not None:
            raise OverrideError(
                f"{value!r} has a time zone, which coordinates don't have: give it in UTC, without one "
                "(.astimezone(UTC).replace(tzinfo=None), in pandas .tz_convert(None))"
            )
        if in_pandas is not None:
            return _not_too_far(f"{_PANDAS}Timestamp[{in_pandas.unit}]", label_of_date(in_pandas.to_datetime64()))
        return _DATETIME, label_of_date(np.datetime64(value))
    return _DATE, label_of_date(np.datetime64(value))


def _tuple_label(value: tuple[Any, ...]) -> str:
    if not _is_literal(value):
        raise OverrideError(f"{_shown(value)} can't be a coordinate: a tuple holds plain numbers, texts and tuples")
    return repr(value)


def _is_literal(value: Any) -> bool:
    if type(value) is tuple:
        return all(map(_is_literal, value))
    finite = type(value) is not float or (value == value and abs(value) != float("inf"))  # noqa: PLR0124
    return value is None or (type(value) in _PLAIN.values() and finite)


def _split(kind: str) -> tuple[str, str]:
    found = _UNIT.fullmatch(kind)
    return (found[1], found[2]) if found else (kind, "")


_OF_LABELS: dict[str, Callable[[Any], Any]] = {
    _NONE: lambda _: None,
    _PATH: Path,
    _TUPLE: ast.literal_eval,
    _DATE: dt.date.fromisoformat,
    _DATETIME: dt.datetime.fromisoformat,
    _TIMEDELTA: lambda label: dt.timedelta(microseconds=nanoseconds(label) // 1000),
}


def _shown(value: Any) -> str:
    text = repr(value)
    return f"{text[:60]}… ({type(value).__name__})" if len(text) > 60 else f"{text} ({type(value).__name__})"


def _hint(value: Any) -> str:
    match value:
        case list():
            return "write it as a tuple"
        case complex() | np.complexfloating():
            return "sweep over its real and imaginary parts, and put them together in the function"
        case np.ndarray() | dict() | set():
            return "sweep over a name or a number of it, and look it up in the function"
    return f"{_WHAT_CAN_BE}; give objects names, and look them up in the function"
