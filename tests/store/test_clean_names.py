"""A name depends on its own key alone."""

from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.store.clean_names import clashing, clean_name, outer_ones, renamed_from
from sweeprun.store.payloads import Layout, decode_result, encode_result

keys = st.lists(st.text("x/.", min_size=1, max_size=3) | st.integers(0, 2) | st.tuples(st.just("x"), st.just("x")))


@given(keys.map(lambda own: {key: clean_name(key)[0] for key in own}))
def test_keys_without_clashes_have_names_of_their_own_and_unchanged_ones_stay(names: dict[Any, str]) -> None:
    clashes = clashing(names)
    kept = [name for key, name in names.items() if key not in clashes]
    assert len(set(kept)) == len(kept)
    assert all(key not in clashes for key, name in names.items() if key == name)
    assert set(clashing(dict(reversed(names.items())))) == set(clashes)


@pytest.mark.parametrize(
    ("places", "keeps"),
    [
        ([("a", 1), ("b", 1)], [True, True]),
        ([("a", 2), ("a", 1)], [False, True]),
        ([("a", 2), ("a", 2), ("b", 2)], [False, False, True]),
        ([("a", 3), ("a", 1), ("a", 3)], [False, True, False]),
    ],
)
def test_the_outermost_keeps_its_name(places: list[tuple[str, int]], keeps: list[bool]) -> None:
    assert outer_ones(places) == keeps
    assert outer_ones(places[::-1]) == keeps[::-1]


@pytest.mark.parametrize(
    ("name", "original", "expected"),
    [
        ("x.y", "x/y", "x/y"),
        ("g.x.y", "/x/y", "/x/y"),
        ("result_x.y", "x/y", "x/y"),
        ("x.y_", "x/y", "x/y"),  # as earlier versions called it beside "x.y"
        ("tas", "STREFHT", None),
        ("tas", "t/a", None),
        ("tas", 3, None),
    ],
)
def test_what_a_variable_was_called_is_told_from_attributes_of_tasks(
    name: str, original: object, expected: str | None
) -> None:
    assert renamed_from(name, {"original_name": original}) == expected
    assert renamed_from(name, {}) is None


def recorded(result: Any) -> tuple[dict[str, Any], dict[str, str]]:
    text, payload = encode_result(result)
    layout = Layout.from_json(text)
    arrays = decode_result(layout, payload)
    return {v.name: a.tolist() for v, a in zip(layout.variables, arrays, strict=True)}, layout.left_out


@pytest.mark.parametrize(
    ("result", "kept", "left_out"),
    [
        ({"x/y": 1, "x.y": 2}, {"x.y": 2}, {"x/y"}),
        ({1: 10.0, "1": 20.0}, {"1": 20.0}, {"[1]"}),
        ({"x/y": 1, ("x", "y"): 2, "z": 3}, {"z": 3}, {"x/y", "[('x', 'y')]"}),
        ({"a": {"b": {"c": 1}}, "a.b.c": 2}, {"a.b.c": 2}, {"a.b['c']"}),
        ({"a": {"b.c": 1}, "a.b": {"c": 2}, "z": 3}, {"z": 3}, {"a['b.c']", "a.b['c']"}),
        ({"x/y": None, "x.y": 2}, {"x.y": 2}, set()),
        ({"g": {"x/y": 1, "x.y": 2}, "z": {"a": 1}}, {"g.x.y": 2, "z.a": 1}, {"g.x/y"}),
    ],
)
def test_of_two_results_with_one_name_one_is_left_out_whatever_the_order(
    result: dict[Any, Any], kept: dict[str, Any], left_out: set[str]
) -> None:
    for order in permutations(result):
        found, why = recorded({key: result[key] for key in order})
        assert (found, set(why)) == (kept, left_out)
        assert all("another result of the task" in reason for reason in why.values())


def test_columns_and_labels_of_pandas_are_no_exception() -> None:
    for columns in (["x/y", "x.y"], ["x.y", "x/y"]):
        found, why = recorded(pd.DataFrame({name: [len(name.strip("/")), name.count("/")] for name in columns}))
        assert (found["x.y"], set(why)) == ([3, 0], {"x/y"})
    found, why = recorded(pd.Series({1: "a", "1": 2.5, "b": np.True_}, dtype=object))
    assert (found, set(why)) == ({"1": 2.5, "b": True}, {"[1]"})
