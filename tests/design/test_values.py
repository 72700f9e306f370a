"""Axis values: listed ones and ranges."""

import json
import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.values import (
    Choice,
    DecimalRange,
    IntegerRange,
    axis_values_from_dict,
    decode_value,
    encode_value,
    iterate,
)
from sweeprun.errors import FormatError, OverrideError

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.integers() | st.text(), inner, max_size=3)
)


def same(a: Any, b: Any) -> bool:
    """Equality in values and types; nan equals itself."""
    if isinstance(a, dict):
        return type(a) is type(b) and list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and (a == b or (isinstance(a, float) and math.isnan(a) and math.isnan(b)))


@given(values)
def test_values_survive_strict_json(value: Any) -> None:
    text = json.dumps(encode_value(value), allow_nan=False)
    assert same(decode_value(json.loads(text)), value)


def test_float_ranges_read_as_written() -> None:
    values = DecimalRange(start="0", stop="1", step="0.1")
    assert list(iterate(values)) == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    assert values.text(7) == "0.7"


decimals = st.decimals(-100, 100, places=3)


@given(decimals, decimals, st.decimals(-10, 10, places=2).filter(bool))
def test_float_ranges_equal_decimal_arithmetic(start: Decimal, stop: Decimal, step: Decimal) -> None:
    expected, at = [], start
    while (at < stop if step > 0 else at > stop) and len(expected) < 500:
        expected.append(float(at))
        at += step
    values = DecimalRange(start=str(start), stop=str(stop), step=str(step))
    assert [values.value(i) for i in range(min(len(values), 500))] == expected


@given(st.integers(-20, 20), st.integers(-20, 20), st.integers(-5, 5).filter(bool))
def test_integer_ranges_are_pythons(start: int, stop: int, step: int) -> None:
    values = IntegerRange(start=start, stop=stop, step=step)
    assert list(iterate(values)) == list(range(start, stop, step))


@pytest.mark.parametrize(
    "values",
    [
        Choice(values=(1, None, {"a": [1.5]}), texts=("1", "null", "{a:[1.5]}"), labels=(1, "null", "{a:[1.5]}")),
        IntegerRange(start=3, stop=-4, step=-2),
        DecimalRange(start="0.5", stop="2", step="0.25"),
    ],
)
def test_axis_values_survive_json(values: Any) -> None:
    assert axis_values_from_dict(json.loads(json.dumps(values.to_dict(), allow_nan=False))) == values


def test_a_huge_range_is_never_written_out() -> None:
    values = IntegerRange(start=0, stop=10**15)
    assert values.value(10**15 - 1) == 10**15 - 1
    assert len(json.dumps(values.to_dict())) < 200


@pytest.mark.parametrize(("stop", "step"), [("1", "0"), ("inf", "1"), ("nan", "1")])
def test_endless_ranges_are_refused(stop: str, step: str) -> None:
    with pytest.raises(OverrideError):
        DecimalRange(start="0", stop=stop, step=step)


def test_unknown_kinds_are_refused_by_name() -> None:
    with pytest.raises(FormatError, match="'spiral'"):
        axis_values_from_dict({"kind": "spiral"})
