"""Values of an axis that were given in Python: kept with their types, on disk and when more are typed."""

import datetime as dt
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.python_values import Typed, read_like
from sweeprun.design.ranges import DecimalRange, IntegerRange
from sweeprun.design.values import Choice, Numbers
from sweeprun.design.values_json import axis_values_from_dict
from sweeprun.errors import OverrideError

NOON = dt.datetime.fromisoformat("2024-05-01T12:00:00")

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


def test_typed_values_join_others() -> None:
    joined = Typed.of([0.5]).joined(Choice(values=(0.25, "x"), texts=("0.25", "x"), labels=(0.25, "x")), [0])
    assert joined == Typed.of([0.5, 0.25])
    assert IntegerRange(start=0, stop=2).joined(Typed.of([5]), [0]) == Typed.of([0, 1, 5])
    assert Typed.of([1, 2, 3]).rest(1) == Typed.of([2, 3])
    assert read_like(Typed.of([0.5]), IntegerRange(start=0, stop=2)) == Typed.of([0.0, 1.0])
    assert read_like(IntegerRange(start=0, stop=2), IntegerRange(start=0, stop=4)) == IntegerRange(start=0, stop=4)
    with pytest.raises(OverrideError, match="values of this axis are float"):
        read_like(Typed.of([0.5]), Choice(values=([1],), texts=("[1]",), labels=("[1]",)))


def choice(*values: Any) -> Choice:
    return Choice(values=values, texts=tuple(map(str, values)), labels=values)


def test_as_many_types_as_labels_are_needed() -> None:
    with pytest.raises(ValueError, match="differ in length: 1, 2"):
        Typed(types=("int",), labels=(1, 2))


def test_values_are_written_as_they_are_typed() -> None:
    typed = Typed.of([True, False, 0.5, None, "a ü", dt.timedelta(hours=36), Path("data/b.csv")])
    assert typed.written() == "true,false,0.5,None,a ü,36h,data/b.csv"


def test_one_type_of_all_values_is_stored_once() -> None:
    assert Typed.of(range(1000)).to_dict()["types"] == "int"
    assert Typed.of([1, "a"]).to_dict()["types"] == ["int", "str"]


@given(st.lists(anything, min_size=1), st.data())
def test_the_rest_joined_again_is_all_of_them(values: list[Any], data: st.DataObject) -> None:
    typed = Typed.of(values)
    place = data.draw(st.integers(0, len(values)))
    begin = Typed(types=typed.types[:place], labels=typed.labels[:place])
    rest = typed.rest(place)
    assert begin.joined(rest, range(len(rest))) == typed


@pytest.mark.parametrize(
    "values",
    [IntegerRange(start=3, stop=-4, step=-2), DecimalRange(start="0", stop="0.3", step="0.1"), Numbers(values=(1, 5))],
)
def test_values_of_other_kinds_keep_their_types(values: Any) -> None:
    typed = Typed.of_pairs(values.types_and_labels())
    expected = [values.value(index) for index in range(len(values))]
    assert [typed.value(index) for index in range(len(typed))] == expected
    assert [type(typed.value(index)) for index in range(len(typed))] == [type(value) for value in expected]


def test_an_unlisted_type_can_be_no_typed_value() -> None:
    with pytest.raises(OverrideError, match="write it as a tuple"):
        choice([1, 2]).types_and_labels()


@pytest.mark.parametrize(
    ("known", "typed", "expected"),
    [
        ([0.5], choice(1, 0.25), [1.0, 0.25]),
        ([np.float32(0.5)], choice(0.1), [np.float32(0.1)]),
        ([Path("a.csv")], choice("ä b.csv"), [Path("ä b.csv")]),
        ([NOON], choice("2024-05-02", "2024-05-02 06"), [NOON.replace(day=2, hour=0), NOON.replace(day=2, hour=6)]),
        ([dt.timedelta(hours=1)], choice("90m"), [dt.timedelta(minutes=90)]),
        (["a"], choice(1, True), ["1", "True"]),
        ([1, "auto"], choice(2, "never"), [2, "never"]),
    ],
)
def test_typed_words_become_what_the_axis_has(known: list[Any], typed: Choice, expected: list[Any]) -> None:
    read = read_like(Typed.of(known), typed)
    found = [read.value(index) for index in range(len(read))]
    assert found == expected
    assert list(map(type, found)) == list(map(type, expected))


@pytest.mark.parametrize(
    ("known", "typed", "match"),
    [
        (Typed.of([1]), choice(0.5), "0.5 is no int"),
        (Typed.of([NOON]), choice("today"), "'today' is no datetime"),
        (IntegerRange(start=0, stop=2), choice("x"), "'x' is no int"),
        (Typed.of([1, "a"]), choice({"b": 1}), "values of this axis are int or str"),
    ],
)
def test_words_that_cannot_be_of_the_type_are_refused(known: Any, typed: Choice, match: str) -> None:
    with pytest.raises(OverrideError, match=match):
        read_like(known, typed)
