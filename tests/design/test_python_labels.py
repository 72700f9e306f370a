"""Python values as types and labels: what is given is what a task gets, and equal moments are one coordinate."""

import datetime as dt
import json
import math
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.axes import Axis, LabelKind
from sweeprun.design.dates import as_labels, date_label, dates, span_label, spans
from sweeprun.design.python_axes import axis_of_values, dimensions_of
from sweeprun.design.python_labels import check_label, relabelled, restored
from sweeprun.design.python_labels import typed_label as label_of
from sweeprun.design.python_values import Typed, as_typed, read_like
from sweeprun.design.values import Choice, IntegerRange
from sweeprun.design.values_json import axis_values_from_dict
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

anything = st.one_of(
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.none(),
    st.dates(),
    st.datetimes(),
    st.timedeltas(dt.timedelta(days=-(10**8)), dt.timedelta(days=10**8)),
    st.integers(-(2**63), 2**63 - 1).map(np.int64),
    st.floats(width=32, allow_nan=False).map(np.float32),
    st.datetimes(NOON.replace(year=1700), NOON.replace(year=2200)).map(pd.Timestamp),
    st.tuples(st.integers(), st.text(), st.none(), st.floats(allow_nan=False, allow_infinity=False)),
)


@pytest.mark.parametrize("value", VALUES)
def test_a_value_comes_back_as_it_was_with_its_type(value: Any) -> None:
    kind, label = label_of(value)
    again = restored(kind, label)
    assert type(again) is type(value)
    assert again == value
    if isinstance(value, np.generic):
        assert again.dtype == value.dtype
    check_label(kind, label)


@given(st.lists(anything, min_size=1))
def test_what_is_on_disk_is_what_was_given(values: list[Any]) -> None:
    typed = Typed.of(values)
    read = axis_values_from_dict(json.loads(json.dumps(typed.to_dict())))
    assert read == typed
    assert [read.value(i) for i in range(len(read))] == values
    assert [type(read.value(i)) for i in range(len(read))] == list(map(type, values))


def test_non_finite_floats_are_values_like_any_other() -> None:
    read = axis_values_from_dict(json.loads(json.dumps(Typed.of([math.inf, math.nan]).to_dict())))
    assert read.value(0) == math.inf
    assert math.isnan(read.value(1))


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


@pytest.mark.parametrize(
    ("text", "label"),
    [("2024-05-01", "2024-05-01"), ("2024-05-01T00:00", "2024-05-01"), ("2024-05-01 06", "2024-05-01T06:00:00"),
     ("2024", "2024-01-01"), ("now", None), ("2024-13-01", None), ("2024-05-01T00:00+01:00", None)],
)  # fmt: skip
def test_dates_are_read_as_they_are_typed(text: str, label: str | None) -> None:
    assert date_label(text) == label


def test_time_spans_are_read_as_they_are_typed() -> None:
    assert span_label("90m") == "90m"
    assert span_label("120m") == "2h"
    assert span_label("-48h") == "-2D"
    assert span_label("1 day") is None


def test_what_is_typed_becomes_the_type_that_there_is() -> None:
    assert relabelled("float", 1) == 1.0
    assert type(relabelled("float", 1)) is float
    assert relabelled("numpy.float32", 0.1) == float(np.float32(0.1))
    assert relabelled("datetime", "2024-01-01T00:00") == "2024-01-01"
    for kind, label in [("int", 0.5), ("int", "1"), ("bool", 1), ("float", "x"), ("date", "x"), ("timedelta", "1")]:
        with pytest.raises(OverrideError, match=f"is no {kind}"):
            relabelled(kind, label)


def test_coordinates_of_dates_are_in_nanoseconds_where_these_reach() -> None:
    assert dates(["2024-01-01", "2024-01-01T00:00:00.000000001"]).dtype == "datetime64[ns]"
    far = dates(["0001-01-01", "9999-01-01"])
    assert far.dtype == "datetime64[us]"
    assert far[0] == np.datetime64("0001-01-01")
    assert spans(["36h", "-1ns"]).tolist() == [129_600_000_000_000, -1]
    assert spans(["200000D"]).dtype == "timedelta64[us]"
    assert as_labels(far) == ["0001-01-01", "9999-01-01"]
    assert as_labels(spans(["36h"])) == ["36h"]
    assert as_labels(np.array([1.5])) == [1.5]


@pytest.mark.parametrize(
    ("values", "kind", "dtype"),
    [
        ([dt.date(2024, 1, 1), np.datetime64("2024-01-02T03")], LabelKind.DATE, "datetime64[ns]"),
        ([dt.timedelta(hours=1)], LabelKind.SPAN, "timedelta64[ns]"),
        (np.array([0.1, 0.2], "f4"), LabelKind.FLOAT, "float64"),
        (np.arange(3), LabelKind.INTEGER, "int64"),
        (range(3), LabelKind.INTEGER, "int64"),
        ([1, 0.5], LabelKind.FLOAT, "float64"),
        ([True, False], LabelKind.BOOLEAN, "bool"),
        ([None, "l1"], LabelKind.TEXT, "<U4"),
        ([(64,), (64, 64)], LabelKind.TEXT, "<U8"),
        ([1, "auto"], LabelKind.MIXED, "<U4"),
        ([dt.date(2024, 1, 1), "never"], LabelKind.MIXED, "<U10"),
        (pd.date_range("2024-01-01", periods=2), LabelKind.DATE, "datetime64[ns]"),
        (pd.Series([1.5, 2.5]), LabelKind.FLOAT, "float64"),
        ({1: "x"}.keys(), LabelKind.INTEGER, "int64"),
    ],
)
def test_the_coordinate_of_an_axis(values: Any, kind: LabelKind, dtype: str) -> None:
    axis = axis_of_values("a", values)
    assert axis.kind is kind
    assert axis.coordinates().dtype == dtype
    assert Axis.from_dict(json.loads(json.dumps(axis.to_dict()))) == axis
    assert [axis.values.value(i) for i in range(len(axis))] == list(values)


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


@pytest.mark.parametrize(
    ("values", "match"),
    [
        (3, r"write \[3\]"),
        ("abc", r"\['abc'\]"),
        ({1, 2}, "no order"),
        ([], "empty"),
        (range(0), "empty"),
        (np.zeros((2, 2)), "2 dimensions"),
        (iter([1]), "no list"),
        ([1, 1.0], "1 and 1.0, which are one coordinate"),
        ([1, "1"], "1 and '1', which are one coordinate"),
        ([0.1, 0.1], "0.1 twice"),
        ([dt.date(2024, 5, 1), MIDNIGHT], "one coordinate"),
        ({}, "no axes"),
        ({"x": [1, 2], "y": [1]}, "x has 2, y has 1"),
        ({"x": [1, 1], "y": [2, 2]}, "points 0 and 1"),
    ],
)
def test_what_is_no_axis_is_refused(values: Any, match: str) -> None:
    with pytest.raises(OverrideError, match=match):
        dimensions_of({"a": values})


@pytest.mark.parametrize("name", [1, "", "a b", "task_id"])
def test_names_of_axes_are_those_of_arguments(name: Any) -> None:
    with pytest.raises(OverrideError):
        dimensions_of({name: [1]})


def test_typed_values_join_others() -> None:
    joined = Typed.of([0.5]).joined(Choice(values=(0.25, "x"), texts=("0.25", "x"), labels=(0.25, "x")), [0])
    assert joined == Typed.of([0.5, 0.25])
    assert as_typed(IntegerRange(start=0, stop=2)) == Typed.of([0, 1])
    assert Typed.of([1, 2, 3]).rest(1) == Typed.of([2, 3])
    assert read_like(Typed.of([0.5]), IntegerRange(start=0, stop=2)) == Typed.of([0.0, 1.0])
    assert read_like(IntegerRange(start=0, stop=2), IntegerRange(start=0, stop=4)) == IntegerRange(start=0, stop=4)
    with pytest.raises(OverrideError, match="values of this axis are float"):
        read_like(Typed.of([0.5]), Choice(values=([1],), texts=("[1]",), labels=("[1]",)))
