"""Axes and the types of their coordinates."""

import json
from typing import Any

import numpy as np
import pytest

from sweeprun.design.axes import Axis, LabelKind
from sweeprun.design.values import Choice, IntegerRange
from sweeprun.errors import OverrideError


def axis(*labels: Any) -> Axis:
    values = Choice(values=labels, texts=tuple(f"<{label}>" for label in labels), labels=labels)
    return Axis(name="a", values=values, kind=LabelKind.of(labels))


@pytest.mark.parametrize(
    ("labels", "dtype", "coordinates"),
    [
        ((1, 2), "int64", [1, 2]),
        ((1, 2.5), "float64", [1.0, 2.5]),
        ((True, False), "bool", [True, False]),
        (("a", "bc"), "<U2", ["a", "bc"]),
        ((1, "a"), "<U3", ["<1>", "<a>"]),
        ((1, True), "<U6", ["<1>", "<True>"]),
    ],
)
def test_coordinates_are_typed(labels: tuple[Any, ...], dtype: str, coordinates: list[Any]) -> None:
    found = axis(*labels).coordinates()
    assert found.dtype == np.dtype(dtype)
    assert found.tolist() == coordinates
    assert [axis(*labels).coordinate(i) for i in range(len(labels))] == coordinates


def test_coordinates_of_a_range_are_quick_and_equal() -> None:
    long = Axis(name="a", values=IntegerRange(start=5, stop=-5, step=-3), kind=LabelKind.FLOAT)
    assert long.coordinates().tolist() == [long.coordinate(i) for i in range(len(long))] == [5.0, 2.0, -1.0, -4.0]


def test_kinds_join() -> None:
    assert LabelKind.INTEGER.join(LabelKind.FLOAT) is LabelKind.FLOAT
    assert LabelKind.TEXT.join(LabelKind.TEXT) is LabelKind.TEXT
    assert LabelKind.BOOLEAN.join(LabelKind.INTEGER) is LabelKind.MIXED


def test_an_axis_survives_json() -> None:
    assert Axis.from_dict(json.loads(json.dumps(axis(1, "a").to_dict()))) == axis(1, "a")


@pytest.mark.parametrize(("name", "labels", "match"), [("a", (), "empty"), ("state", (1,), "'state'")])
def test_bad_axes_are_refused(name: str, labels: tuple[Any, ...], match: str) -> None:
    values = Choice(values=labels, texts=tuple(map(str, labels)), labels=labels)
    with pytest.raises(OverrideError, match=match):
        Axis(name=name, values=values, kind=LabelKind.INTEGER)
