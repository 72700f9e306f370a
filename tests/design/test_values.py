"""Axis values: what every kind of them answers, and those that are listed."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.label_kinds import LabelKind, label_key
from sweeprun.design.python_values import Typed
from sweeprun.design.ranges import DecimalRange, IntegerRange
from sweeprun.design.values import AxisValues, Choice, Files, Numbers
from sweeprun.design.values_json import KINDS, axis_values_from_dict

words = st.text("abc/.ü '", min_size=1, max_size=4)
scalars = st.booleans() | st.integers(-(10**20), 10**20) | st.floats(-1e9, 1e9) | words


def choice(*values: Any) -> Choice:
    return Choice(values=values, texts=tuple(map(str, values)), labels=values)


def files(paths: list[str]) -> Files:
    like = Files(values=(), texts=(), labels=(), root="a", suffix="b")
    return Files(values=tuple(paths), texts=tuple(paths), labels=tuple(map(like.label_of, paths)), root="a", suffix="b")


def decimal_range(start: int, count: int) -> DecimalRange:
    return DecimalRange(start=f"{start}.25", stop=f"{start + count}.25", step="1")


KIND_STRATEGIES: dict[type[AxisValues], st.SearchStrategy[Any]] = {
    Choice: st.lists(scalars, min_size=1, max_size=6).map(lambda own: choice(*own)),
    Files: st.lists(words, min_size=1, max_size=6).map(files),
    Numbers: (st.lists(st.integers(), min_size=1, max_size=6) | st.lists(st.floats(), min_size=1, max_size=6)).map(
        lambda own: Numbers(values=tuple(own))
    ),
    IntegerRange: st.builds(
        lambda start, count, step: IntegerRange(start=start, stop=start + count * step, step=step),
        st.integers(-(2**64), 2**64) | st.integers(-5, 5),
        st.integers(1, 6),
        st.sampled_from([-2, -1, 1, 3]),
    ),
    DecimalRange: st.builds(decimal_range, st.integers(0, 5), st.integers(1, 6)),
    Typed: st.lists(scalars, min_size=1, max_size=6).map(Typed.of),
}
any_values = st.one_of(*KIND_STRATEGIES.values())


def labels_of(values: AxisValues) -> list[Any]:
    return [label_key(values.label(index)) for index in range(len(values))]


def test_every_kind_is_tried_here() -> None:
    assert set(KIND_STRATEGIES) == set(KINDS.values())


@given(any_values)
def test_every_kind_says_where_a_label_is(values: AxisValues) -> None:
    labels = labels_of(values)
    for label in labels:
        assert labels[values.index_of(label if label != "nan" else float("nan"))] == label  # type: ignore[index]
    assert values.index_of("no such label") is None


@given(any_values, any_values, st.data())
def test_what_is_joined_has_all_labels_in_order(values: AxisValues, more: AxisValues, data: st.DataObject) -> None:
    new = data.draw(st.lists(st.integers(0, len(more) - 1), unique=True).map(sorted))
    joined = values.joined(more, new)
    added = [labels_of(more)[index] for index in new]
    assert labels_of(joined) == labels_of(values) + added
    assert type(joined) is type(values) or new
    assert axis_values_from_dict(json.loads(json.dumps(joined.to_dict()))).to_dict() == joined.to_dict()


@given(any_values, st.data())
def test_the_rest_begins_where_it_is_said_to(values: AxisValues, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(values) - 1))
    rest = values.rest(first)
    assert (type(rest), labels_of(rest)) == (type(values), labels_of(values)[first:])


@given(any_values)
def test_the_kind_of_the_labels_holds_all_of_them(values: AxisValues) -> None:
    kind = values.kind()
    assert values.are_of(kind)
    assert values.are_of(LabelKind.MIXED)
    coordinates = values.coordinates(kind)
    expected = [values.coordinate(index, kind) for index in range(len(values))]
    assert coordinates.shape == (len(values),)
    np.testing.assert_array_equal(coordinates, np.array(expected, dtype=kind.dtype))


@given(any_values)
def test_what_is_typed_is_found(values: AxisValues) -> None:
    kind = values.kind()
    for index in range(len(values)):
        found = values.find(values.text(index), kind)
        assert found is not None
        assert values.text(found) == values.text(index) or values.text(index) in map(str, labels_of(values))


def test_values_are_written_as_one_would_sweep_over_them() -> None:
    assert Choice(values=(1, "a b"), texts=("1", "'a b'"), labels=(1, "a b")).written() == "1,'a b'"
    assert Numbers(values=(0.5, 1.25)).written() == "0.5,1.25"


def test_texts_are_quoted_and_ranges_are_not_written_out() -> None:
    def quote(text: str) -> str:
        return f"<{text}>"

    assert choice(1, "a").swept(quote) == "1,<a>"
    values = IntegerRange(start=0, stop=3)
    assert (values.swept(quote), values.listed(quote)) == ("range(0,3,1)", "0,1,2")


def test_choices_have_as_many_texts_as_values() -> None:
    with pytest.raises(ValueError, match="differ in length: 2, 1, 2"):
        Choice(values=(1, 2), texts=("1",), labels=(1, 2))


def test_listed_values_are_labelled_as_configs_type_them_and_files_are_not() -> None:
    own, kind = choice("1", "2").labelled({0: 1, 1: 2}, LabelKind.INTEGER)
    assert (labels_of(own), kind) == ([1, 2], LabelKind.INTEGER)
    paths = files(["axb", "ayb"])
    assert paths.labelled({0: "axb", 1: "ayb"}, LabelKind.TEXT) == (paths, LabelKind.TEXT)
    assert (paths.paths(), choice("axb").paths()) == (("axb", "ayb"), ())


def test_further_files_are_labelled_alike_and_others_make_a_list() -> None:
    first, more = files(["axb"]), files(["ayb"])
    assert first.joined(more, [0]) == files(["axb", "ayb"])
    assert type(first.joined(choice("ayb"), [0])) is Choice
    assert type(choice("ayb").joined(more, [0])) is Choice
