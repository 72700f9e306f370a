"""Scalars and values in strict JSON: what comes back is what was written, types and keys included."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.scalars import check_types, decode_value, encode_value

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


@pytest.mark.parametrize(
    "value",
    [math.nan, [math.inf, -math.inf], {1: {"float": "nan"}, "1": [None]}, {"items": []}, {None: 1, 2.5: {True: -0.0}}],
)
def test_values_that_look_like_their_encoding_survive_too(value: Any) -> None:
    assert same(decode_value(json.loads(json.dumps(encode_value(value), allow_nan=False))), value)


def test_plain_values_look_like_themselves_in_json() -> None:
    assert encode_value([True, 1, 0.5, "a ü", None]) == [True, 1, 0.5, "a ü", None]


def test_a_tuple_comes_back_as_a_list() -> None:
    assert decode_value(encode_value({"sizes": (1, (2.5,))})) == {"sizes": [1, [2.5]]}


@pytest.mark.parametrize(
    ("kind", "values", "match"),
    [
        (str, ("a", 1), "^1 is a int"),
        (int, (1, "2"), "^'2' is a str"),
        (bool | int | float | str | None, (None, [3]), r"^\[3\] is a list"),
    ],
)
def test_the_first_value_of_another_type_is_named(kind: Any, values: tuple[object, ...], match: str) -> None:
    with pytest.raises(TypeError, match=match):
        check_types(kind, *values)
    check_types(kind, *values[:1])
    check_types(kind)
