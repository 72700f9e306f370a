"""Python values as types and labels: what is given is what a task gets, and equal moments are one coordinate."""

import datetime as dt
import math
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweeprun.design.axes import Axis
from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.python_axes import axis_of_values
from sweeprun.design.python_labels import check_label, relabelled, restored
from sweeprun.design.python_labels import typed_label as label_of
from sweeprun.design.ranges import IntegerRange
from sweeprun.errors import FormatError, OverrideError

NOON = dt.datetime.fromisoformat("2024-05-01T12:00:00")
MIDNIGHT = dt.datetime.fromisoformat("2024-05-01")

VALUES: list[Any] = [
    True,
    7,
    -0.25,
    "a ü, b",
    None,
    Path("data/ä b.csv"),
    (1, "a", (None, 0.5)),
    np.bool_(True),
    np.int8(-3),
    np.uint64(2**64 - 1),
    np.float16(0.1),
    np.float32(0.1),
    np.float64(0.1),
    np.str_("x"),
    np.datetime64("2024"),
    np.datetime64("2024-02"),
    np.datetime64("2024-02-03T04"),
    np.datetime64("2024-02-03T04:05:06.000000007"),
    np.timedelta64(3, "W"),
    np.timedelta64(-90, "m"),
    np.timedelta64(5, "ns"),
    dt.date(2024, 2, 29),
    dt.datetime.fromisoformat("2024-02-29T12:30:00.000005"),
    dt.timedelta(days=1, microseconds=3),
    pd.Timestamp("2024-02-29 12:00:00.000000001"),
    pd.Timestamp("2024-02-29").as_unit("s"),
    pd.Timedelta("36h"),
]


@pytest.mark.parametrize("value", VALUES)
def test_a_value_comes_back_as_it_was_with_its_type(value: Any) -> None:
    kind, label = label_of(value)
    again = restored(kind, label)
    assert type(again) is type(value)
    assert again == value
    if isinstance(value, np.generic):
        assert again.dtype == value.dtype
    check_label(kind, label)


def test_one_moment_has_one_label_whatever_its_type() -> None:
    noon = [
        NOON,
        np.datetime64("2024-05-01T12"),
        np.datetime64("2024-05-01T12:00:00.000000000"),
        pd.Timestamp("2024-05-01 12:00"),
    ]
    assert {label_of(one)[1] for one in noon} == {"2024-05-01T12:00:00"}
    days = [dt.date(2024, 5, 1), MIDNIGHT, np.datetime64("2024-05-01", "us")]
    assert {label_of(one)[1] for one in days} == {"2024-05-01"}
    assert {label_of(one)[1] for one in (dt.timedelta(hours=36), np.timedelta64(2160, "m"), pd.Timedelta("36h"))} == {
        "36h"
    }
    assert label_of(dt.timedelta(0))[1] == "0s"


class Colour(Enum):
    RED = 1


class Level(IntEnum):
    LOW = 1


@pytest.mark.parametrize(
    ("value", "match"),
    [
        (Colour.RED, r"names, \[one.name for one in Colour\]"),
        (Level.LOW, "member of an Enum"),
        ([1], "write it as a tuple"),
        ({"a": 1}, "look it up in the function"),
        (1j, "real and imaginary"),
        (np.complex128(1j), "real and imaginary"),
        (object(), "give objects names"),
        (np.datetime64("NaT"), "no point in time"),
        (pd.NaT, "no point in time"),
        (np.timedelta64(1, "M"), "give its unit"),
        (np.datetime64("2024-01-01", "ps"), "nanoseconds at best"),
        (dt.datetime(2024, 1, 1, tzinfo=dt.UTC), "time zone"),
        (pd.Timestamp("2024-01-01", tz="UTC"), "time zone"),
        ((1, [2]), "a tuple holds"),
        ((1, math.nan), "a tuple holds"),
        (np.longdouble(1), "can't be a coordinate"),
        (np.datetime64("120000-01-01"), "too far away"),
        (np.timedelta64(10**9, "D"), "too far away"),
        (dt.timedelta.max, "too far away"),
    ],
)
def test_what_can_be_no_coordinate_is_refused_with_what_would_be_right(value: Any, match: str) -> None:
    with pytest.raises(OverrideError, match=match):
        label_of(value)


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        ("float", 1),
        ("int", True),
        ("date", "2024-5-1"),
        ("date", "today"),
        ("timedelta", "60m"),
        ("str", 1),
        ("tuple", 1),
        ("date", "120000-01-01"),
        ("timedelta", f"{10**20}D"),
    ],
)
def test_a_label_out_of_a_file_is_of_its_type(kind: str, label: Any) -> None:
    with pytest.raises(TypeError):
        check_label(kind, label)


def test_unknown_types_are_refused_by_name() -> None:
    with pytest.raises(FormatError, match=r"pandas\.Interval"):
        restored("pandas.Interval", "x")
    with pytest.raises(FormatError):
        restored("numpy.void", "x")


def test_what_is_typed_becomes_the_type_that_there_is() -> None:
    assert relabelled("float", 1) == 1.0
    assert type(relabelled("float", 1)) is float
    assert relabelled("numpy.float32", 0.1) == float(np.float32(0.1))
    assert relabelled("datetime", "2024-01-01T00:00") == "2024-01-01"
    for kind, label in [("int", 0.5), ("int", "1"), ("bool", 1), ("float", "x"), ("date", "x"), ("timedelta", "1")]:
        with pytest.raises(OverrideError, match=f"is no {kind}"):
            relabelled(kind, label)


def test_a_kind_that_the_labels_are_not_of_is_refused() -> None:
    axis = axis_of_values("a", ["x"])
    for kind in ("datetime64", "timedelta64", "int64"):
        with pytest.raises(TypeError):
            Axis.from_dict({**axis.to_dict(), "kind": kind})
    with pytest.raises(TypeError):
        Axis.from_dict({**Axis(name="a", values=IntegerRange(start=0, stop=2), kind=LabelKind.INTEGER).to_dict(),
                        "kind": "datetime64"})  # fmt: skip


def test_a_value_is_found_as_somebody_types_it() -> None:
    days = axis_of_values("day", pd.date_range("2024-01-01", periods=3))
    assert days.find("2024-01-02T00:00") == 1
    assert days.find("2024-01-09") is None
    assert days.find("x") is None
    assert axis_of_values("wait", [dt.timedelta(hours=36)]).find("2160m") == 0
    assert axis_of_values("lr", [0.1, 0.01]).find("1e-2") == 1
    assert axis_of_values("on", [True, False]).find("false") == 1
