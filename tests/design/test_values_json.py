"""Axis values out of JSON: of every kind as they were written, and nothing that can't be values."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.python_values import Typed
from sweeprun.design.ranges import DecimalRange, IntegerRange
from sweeprun.design.values import Choice, Files, Numbers
from sweeprun.design.values_json import axis_values_from_dict
from sweeprun.errors import FormatError


@pytest.mark.parametrize(
    "values",
    [
        Choice(values=(1, None, {"a": [1.5]}), texts=("1", "null", "{a:[1.5]}"), labels=(1, "null", "{a:[1.5]}")),
        IntegerRange(start=3, stop=-4, step=-2),
        DecimalRange(start="0.5", stop="2", step="0.25"),
        Files(values=("d/ä b.nc",), texts=("'d/ä b.nc'",), labels=("ä b",), root="d/", suffix=".nc"),
        Numbers(values=(0.1, 2.5)),
        Typed.of([1, "a", None]),
    ],
)
def test_axis_values_survive_json(values: Any) -> None:
    assert axis_values_from_dict(json.loads(json.dumps(values.to_dict(), allow_nan=False))) == values


def test_unknown_kinds_are_refused_by_name() -> None:
    with pytest.raises(FormatError, match="'spiral'"):
        axis_values_from_dict({"kind": "spiral"})


@given(st.lists(st.integers(), min_size=1) | st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_of_a_sample_keep_their_digits_and_their_type(numbers: list[int] | list[float]) -> None:
    read = axis_values_from_dict(json.loads(json.dumps(Numbers(values=tuple(numbers)).to_dict(), allow_nan=False)))
    assert [(type(read.value(i)), read.value(i)) for i in range(len(read))] == [(type(n), n) for n in numbers]


def test_values_that_json_has_no_word_for_come_back() -> None:
    given = Choice(values=(math.inf, {1: [-math.inf]}), texts=("inf", "{1:[-inf]}"), labels=(math.inf, "{1:[-inf]}"))
    assert axis_values_from_dict(json.loads(json.dumps(given.to_dict(), allow_nan=False))) == given


CHOICE = {"kind": "choice", "values": [1, 2], "texts": ["1", "2"], "labels": [1, 2]}
FILES = {"kind": "files", "values": ["a.nc"], "texts": ["a.nc"], "labels": ["a"], "root": "", "suffix": ".nc"}
INTEGERS = {"kind": "integer_range", "start": 0, "stop": 4, "step": 1}
DECIMALS = {"kind": "decimal_range", "start": "0", "stop": "1", "step": "0.1"}
TYPED = {"kind": "typed", "types": "int", "labels": [1, 2]}


@pytest.mark.parametrize(
    ("data", "error", "match"),
    [
        (CHOICE | {"texts": ["1", 2]}, TypeError, "2 is a int"),
        (CHOICE | {"labels": [1, [2]]}, TypeError, r"\[2\] is a list"),
        (CHOICE | {"labels": [1]}, ValueError, "differ in length: 2, 2, 1"),
        (FILES | {"values": [7]}, TypeError, "7 is a int"),
        (FILES | {"root": None}, TypeError, "None is a NoneType"),
        ({"kind": "numbers", "values": [1, 0.5]}, TypeError, "not of one type"),
        ({"kind": "numbers", "values": ["1"]}, TypeError, "not of one type"),
        ({"kind": "numbers", "values": [True]}, TypeError, "not of one type"),
        ({"kind": "numbers", "values": []}, TypeError, "not of one type"),
        (INTEGERS | {"stop": 4.0}, TypeError, "4.0 is a float"),
        (DECIMALS | {"step": 0.1}, TypeError, "0.1 is a float"),
        (DECIMALS | {"stop": f"1e{'0' * 1000}"}, ValueError, "longer than any number"),
        (TYPED | {"labels": [1, "2"]}, TypeError, "'2' is no label of a int"),
        (TYPED | {"types": ["int"]}, ValueError, "is longer than"),
        (TYPED | {"types": ["int", 3]}, TypeError, "3 is a int"),
    ],
)
def test_what_can_be_no_values_is_refused(data: dict[str, Any], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        axis_values_from_dict(data)


def test_values_of_no_kind_are_refused() -> None:
    with pytest.raises(FormatError, match="None"):
        axis_values_from_dict({"values": [1]})
