"""Axes and the types of their coordinates."""

import json
from typing import Any

import numpy as np
import pytest

from sweeprun.design.axes import RESERVED_NAMES, Axis
from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.ranges import DecimalRange, IntegerRange
from sweeprun.design.values import Choice
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
        ((2**63 - 1, -(2**63)), "int64", [2**63 - 1, -(2**63)]),
        ((2**63, 1), "<U21", [f"<{2**63}>", "<1>"]),
        ((0.5, 2**53), "float64", [0.5, 2.0**53]),
        ((0.5, 2**53 + 1), "<U18", ["<0.5>", f"<{2**53 + 1}>"]),
        ((0.5, 10**400), "<U403", ["<0.5>", f"<{10**400}>"]),
        ((None, 1), "<U6", ["<None>", "<1>"]),
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


@pytest.mark.parametrize("start", [2**63 - 2, 2**70])
def test_a_range_beyond_64_bits_has_coordinates(start: int) -> None:
    values = IntegerRange(start=start, stop=start + 2)
    ends = [values.label(0), values.label(1)]
    kind = LabelKind.of(ends)
    assert Axis(name="a", values=values, kind=LabelKind.FLOAT).coordinates().tolist() == [float(end) for end in ends]
    assert kind is (LabelKind.INTEGER if start < 2**63 else LabelKind.MIXED)
    assert [int(label) for label in Axis(name="a", values=values, kind=kind).coordinates()] == ends


def test_a_float_range_has_the_coordinates_that_are_written() -> None:
    values = DecimalRange(start="0", stop="1", step="0.1")
    found = Axis(name="a", values=values, kind=LabelKind.of([values.label(0), values.label(9)])).coordinates()
    assert found.tolist() == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]


def test_kinds_join() -> None:
    assert LabelKind.INTEGER.join(LabelKind.FLOAT) is LabelKind.FLOAT
    assert LabelKind.TEXT.join(LabelKind.TEXT) is LabelKind.TEXT
    assert LabelKind.BOOLEAN.join(LabelKind.INTEGER) is LabelKind.MIXED


def test_an_axis_survives_json() -> None:
    assert Axis.from_dict(json.loads(json.dumps(axis(1, "a").to_dict()))) == axis(1, "a")


@pytest.mark.parametrize(
    ("name", "labels", "match"),
    [("a", (), "'a' is empty"), *((name, (1,), f"'{name}'") for name in sorted(RESERVED_NAMES))],
)
def test_bad_axes_are_refused(name: str, labels: tuple[Any, ...], match: str) -> None:
    values = Choice(values=labels, texts=tuple(map(str, labels)), labels=labels)
    with pytest.raises(OverrideError, match=match):
        Axis(name=name, values=values, kind=LabelKind.INTEGER)
