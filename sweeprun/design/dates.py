"""Points and spans of time as texts, in one form each: ``2024-05-01T12:30:00.5`` and ``36h``."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from sweeprun.design.scalars import Scalar

NANOSECONDS = {
    "D": 86_400_000_000_000,
    "h": 3_600_000_000_000,
    "m": 60_000_000_000,
    "s": 1_000_000_000,
    "ms": 1_000_000,
    "us": 1_000,
    "ns": 1,
}
_WRITTEN_DATE = re.compile(r"-?\d{4,5}(-\d\d){0,2}([T ]\d\d(:\d\d){0,2}(\.\d{1,9})?)?")
_SPAN_LABEL = re.compile(r"(-?\d{1,30})(D|h|m|s|ms|us|ns)")


def date_label(text: str) -> str | None:
    """A date of ISO 8601 in the one form that labels have; None if it is none."""
    try:
        return label_of_date(np.datetime64(text)) if _WRITTEN_DATE.fullmatch(text) else None
    except ValueError:
        return None


def span_label(text: str) -> str | None:
    """A time span such as ``90m`` in the one form that labels have; None if it is none."""
    if not _SPAN_LABEL.fullmatch(text) or abs(nanoseconds(text)) // 1000 >= 2**63:
        return None
    return label_of_span(nanoseconds(text))


def dates(labels: Sequence[Scalar]) -> np.ndarray:
    """The coordinate of dates: in nanoseconds, as most software expects, or microseconds where these don't reach."""
    texts = [str(label) for label in labels]
    moments = np.array(texts, dtype="datetime64[us]")
    within = (moments > np.datetime64("1677-09-22")) & (moments < np.datetime64("2262-04-11"))
    return np.array(texts, dtype="datetime64[ns]") if within.all() else moments


def spans(labels: Sequence[Scalar]) -> np.ndarray:
    """The coordinate of time spans: in nanoseconds, or microseconds where these don't reach."""
    counts = [nanoseconds(label) for label in labels]
    if all(abs(count) < 2**63 for count in counts):
        return np.array(counts, dtype="timedelta64[ns]")
    return np.array([count // 1000 for count in counts], dtype="timedelta64[us]")


def as_labels(coordinate: np.ndarray) -> list[Any]:
    """The values of a coordinate as they are written: dates and time spans as texts."""
    if coordinate.dtype.kind == "M":
        return ["NaT" if np.isnat(one) else label_of_date(one) for one in coordinate]
    if coordinate.dtype.kind == "m":
        size = NANOSECONDS[np.datetime_data(coordinate.dtype)[0]]
        return ["NaT" if np.isnat(one) else label_of_span(int(one.astype(np.int64)) * size) for one in coordinate]
    found: list[Any] = coordinate.tolist()
    return found


def label_of_date(moment: np.datetime64) -> str:
    """A date as a label: no more of the time than is needed."""
    unit = np.datetime_data(moment.dtype)[0]
    text = str(moment.astype(f"datetime64[{'D' if unit in 'YMWD' else 's' if unit in 'hm' else unit}]"))
    day, _, time = text.partition("T")
    whole, point, fraction = time.partition(".")
    fraction = fraction.rstrip("0")
    time = f"{whole}{point}{fraction}" if fraction else whole
    return day if time in ("", "00:00:00") else f"{day}T{time}"


def label_of_span(count: int) -> str:
    """A number of nanoseconds as a label: of the longest unit that measures it exactly."""
    if not count:
        return "0s"
    unit = next(unit for unit, size in NANOSECONDS.items() if count % size == 0)
    return f"{count // NANOSECONDS[unit]}{unit}"


def nanoseconds(label: Scalar) -> int:
    """How long the time span of a label is.

    Raises
    ------
    ValueError
        If it is none.
    """
    found = _SPAN_LABEL.fullmatch(str(label))
    if found is None:
        raise ValueError(f"{label!r} is no time span")
    return int(found[1]) * NANOSECONDS[found[2]]
