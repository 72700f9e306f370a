"""Ranges as the values of an axis."""

import json
import math
from decimal import Decimal, Inexact, localcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.ranges import DecimalRange, IntegerRange
from sweeprun.errors import OverrideError


def test_float_ranges_read_as_written() -> None:
    values = DecimalRange(start="0", stop="1", step="0.1")
    assert [values.value(i) for i in range(len(values))] == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
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


@given(
    st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), (st.floats(-1e3, -1e-9) | st.floats(1e-9, 1e3)), st.integers(0, 2**62)
)
def test_float_ranges_equal_exact_arithmetic(start: float, stop: float, step: float, place: int) -> None:
    values = DecimalRange(start=repr(start), stop=repr(stop), step=repr(step))
    exact_start, exact_stop, exact_step = (Fraction(repr(bound)) for bound in (start, stop, step))
    assert len(values) == max(0, math.ceil((exact_stop - exact_start) / exact_step))
    if len(values):
        index = place % len(values)
        assert values.value(index) == float(exact_start + index * exact_step)
        assert values.value(index - len(values)) == values.value(index)


@pytest.mark.parametrize(
    ("start", "stop", "step", "length"),
    [
        ("0", "1.0000000000000000000000000000000000001", "1", 2),
        ("0", "1e-30", "1e-31", 10),
        ("5e-324", "1.5e-323", "5e-324", 2),
        ("0", "-0.3", "-0.1", 3),
        ("0", "-0.3", "0.1", 0),
        ("0", "0.3", "-0.1", 0),
        ("1", "1", "0.1", 0),
        ("0", "0.05", "0.1", 1),
    ],
)
def test_lengths_are_exact(start: str, stop: str, step: str, length: int) -> None:
    assert len(DecimalRange(start=start, stop=stop, step=step)) == length


def test_what_a_task_does_to_pythons_decimals_changes_no_value() -> None:
    values = DecimalRange(start="1000", stop="1010", step="0.1")
    with localcontext() as context:
        context.prec = 3
        context.traps[Inexact] = True
        assert (values.value(3), len(values)) == (1000.3, 100)


@pytest.mark.parametrize("index", [-4, 3])
def test_there_is_no_value_outside(index: int) -> None:
    for values in (DecimalRange(start="0", stop="0.3", step="0.1"), IntegerRange(start=0, stop=3)):
        with pytest.raises(IndexError):
            values.value(index)


@pytest.mark.parametrize(
    ("kind", "bounds"),
    [
        (IntegerRange, {"start": 0, "stop": 10**20, "step": 1}),
        (DecimalRange, {"start": "0", "stop": "1e30", "step": ".1"}),
    ],
)
def test_more_values_than_can_be_numbered_are_refused(kind: Any, bounds: dict[str, Any]) -> None:
    with pytest.raises(OverrideError, match="more than can be numbered"):
        kind(**bounds)


def test_ranges_are_written_as_one_would_sweep_over_them() -> None:
    assert IntegerRange(start=3, stop=-4, step=-2).written() == "range(3,-4,-2)"
    assert DecimalRange(start="0.5", stop="2", step="0.25").written() == "range(0.5,2,0.25)"


@given(st.integers(-20, 20), st.integers(-20, 20), st.integers(-5, 5).filter(bool))
def test_integer_ranges_are_pythons(start: int, stop: int, step: int) -> None:
    values = IntegerRange(start=start, stop=stop, step=step)
    assert [values.value(i) for i in range(len(values))] == list(range(start, stop, step))


def test_a_huge_range_is_never_written_out() -> None:
    values = IntegerRange(start=0, stop=10**15)
    assert values.value(10**15 - 1) == 10**15 - 1
    assert len(json.dumps(values.to_dict())) < 200


@pytest.mark.parametrize(("stop", "step"), [("1", "0"), ("inf", "1"), ("nan", "1"), ("1", "nan"), ("one", "1")])
def test_endless_ranges_are_refused(stop: str, step: str) -> None:
    with pytest.raises(OverrideError, match="a range needs"):
        DecimalRange(start="0", stop=stop, step=step)


def test_a_range_without_a_step_is_refused() -> None:
    with pytest.raises(OverrideError, match="a step other than 0"):
        IntegerRange(start=0, stop=3, step=0)


@given(decimals, st.decimals(-10, 10, places=2).filter(bool), st.integers(1, 50), st.data())
def test_the_rest_of_a_float_range_is_a_float_range(
    start: Decimal, step: Decimal, count: int, data: st.DataObject
) -> None:
    values = DecimalRange(start=str(start), stop=str(start + count * step), step=str(step))
    first = data.draw(st.integers(0, count))
    rest = values.rest(first)
    assert [rest.value(i) for i in range(len(rest))] == [values.value(i) for i in range(first, count)]


def test_only_integers_can_go_on() -> None:
    assert IntegerRange(start=3, stop=9, step=2).continued(5) == range(3, 13, 2)
    assert DecimalRange(start="0", stop="1", step="0.1").continued(5) is None
