"""Axes as they are given in Python: what becomes a dimension, and what is refused with what would be right."""

import datetime as dt
import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.axes import Axis
from sweeprun.design.grid import Dimension
from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.python_axes import axis_of_values, dimensions_of, further_dimensions, member_axis, whole_number
from sweeprun.errors import OverrideError

MIDNIGHT = dt.datetime.fromisoformat("2024-05-01")


def values_of(axis: Axis) -> list[Any]:
    return [axis.values.value(index) for index in range(len(axis))]


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


@given(st.integers(-20, 20), st.integers(-20, 20), st.integers(-5, 5).filter(bool))
def test_a_range_is_an_axis_of_its_numbers(start: int, stop: int, step: int) -> None:
    numbers = range(start, stop, step)
    if numbers:
        assert values_of(axis_of_values("seed", numbers)) == list(numbers)
    else:
        with pytest.raises(OverrideError, match="'seed' is empty"):
            axis_of_values("seed", numbers)


def test_a_huge_range_is_not_written_out() -> None:
    (dimension,) = dimensions_of({"seed": range(10**15)})
    assert len(dimension) == 10**15


def test_numbers_beyond_64_bits_are_labelled_by_their_texts() -> None:
    axis = axis_of_values("seed", range(2**63, 2**63 + 2))
    assert axis.kind is LabelKind.MIXED
    assert axis.coordinates().tolist() == [str(2**63), str(2**63 + 1)]


def test_a_coordinate_of_a_dataset_is_an_axis() -> None:
    results = xr.Dataset(coords={"lr": [0.1, 0.01]})
    assert values_of(axis_of_values("lr", results.lr)) == [0.1, 0.01]


def test_a_mapping_in_the_place_of_values_holds_axes_that_move_together() -> None:
    model, seed = dimensions_of({"model": {"width": [8, 8, 64], "depth": [1, 2, 1]}, "seed": range(5)})
    assert [axis.name for axis in model.axes] == ["width", "depth"]
    assert (len(model), len(seed)) == (3, 5)
    assert model.joint is not None
    assert model.joint.name == "model"
    assert seed.joint is None


@pytest.mark.parametrize("name", ["task_id", "a b", "", 1])
def test_a_name_that_results_cannot_have_is_refused_of_axes_that_move_together(name: Any) -> None:
    with pytest.raises(OverrideError, match=f"{name!r} can't be the name of axes that move together"):
        dimensions_of({name: {"x": [1, 2], "y": [3, 4]}})


def test_a_missing_number_is_one_value() -> None:
    assert math.isnan(values_of(axis_of_values("x", [math.nan]))[0])
    with pytest.raises(OverrideError, match="axis 'x' has the value nan twice"):
        dimensions_of({"x": [math.nan, 1.0, math.nan]})


@pytest.mark.parametrize("axes", [[("lr", [1])], None, 3, "lr"])
def test_axes_are_a_mapping(axes: Any) -> None:
    with pytest.raises(OverrideError, match="give a mapping such as") as refused:
        dimensions_of(axes)
    assert repr(axes) in str(refused.value)


def test_the_message_shortens_a_long_value() -> None:
    with pytest.raises(OverrideError, match="…") as refused:
        dimensions_of(["a" * 10_000])
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("value", [[[1]], [{"a": 1}], [object()]])
def test_the_axis_of_an_impossible_value_is_named(value: Any) -> None:
    with pytest.raises(OverrideError, match=r"^axis 'shape': .*can't be a coordinate"):
        dimensions_of({"shape": value})


def test_an_ensemble_is_an_axis_of_numbers_from_0() -> None:
    axis = member_axis(3)
    assert (axis.name, values_of(axis)) == ("member", [0, 1, 2])
    for members in (0, -1):
        with pytest.raises(OverrideError, match=rf"members is {members}; .*at least 1 member"):
            member_axis(members)


def test_an_extension_names_axes_and_members() -> None:
    lr = dimensions_of({"lr": [0.1]})
    assert further_dimensions({"lr": [0.1]}, None) == lr
    assert further_dimensions({"lr": [0.1]}, 4) == (*lr, Dimension.of(member_axis(4)))
    assert further_dimensions({}, 4) == (Dimension.of(member_axis(4)),)


@pytest.mark.parametrize(("value", "number"), [(None, None), (3, 3), (np.int8(3), 3), (np.uint64(0), 0)])
def test_whole_numbers_are_pythons_or_numpys(value: Any, number: int | None) -> None:
    assert whole_number("members", value) == number


@pytest.mark.parametrize("value", [True, np.bool_(True), 3.0, "3", [3]])
def test_what_is_no_whole_number_is_refused(value: Any) -> None:
    with pytest.raises(OverrideError, match=r"members is .*; it is a whole number") as refused:
        whole_number("members", value)
    assert repr(value) in str(refused.value)
