"""What a task returned, as people read it: short, however large it is."""

from typing import Any

import numpy as np
import pytest
import xarray as xr

from sweeprun.display.short_values import shown_lines

LARGE = np.arange(1_000_000.0).reshape(1000, 1000)


@pytest.mark.parametrize(
    ("result", "lines"),
    [
        (None, []),
        (0.5, ["0.5"]),
        ("two\nlines", ["two\nlines"]),
        (np.float64(0.5), ["0.5"]),
        ({"a": np.float64(0.5), "b": np.int8(3), "c": "text", "d": None}, ["a: 0.5", "b: 3", "c: 'text'", "d: None"]),
        ({"a": [np.float64(0.5), 1]}, ["a: [0.5, 1]"]),
        ({"curve": np.array([1.0, 2.0])}, ["curve: array([1., 2.])"]),
        (LARGE, ["array of float64, shape (1000, 1000): 0.0, 1.0, 2.0, …, 999999.0"]),
        ({"field": LARGE}, ["field: array of float64, shape (1000, 1000): 0.0, 1.0, 2.0, …, 999999.0"]),
        (
            {"field": (("x", "y"), LARGE)},
            ["field: (('x', 'y'), array of float64, shape (1000, 1000): 0.0, 1.0, 2.0, …, 999999.0)"],
        ),
        ({"texts": np.array(["a"] * 101)}, ["texts: array of <U1, shape (101,): 'a', 'a', 'a', …, 'a'"]),
        (np.zeros((0, 5)), ["array([], shape=(0, 5), dtype=float64)"]),
    ],
)
def test_each_is_shown_in_short(result: Any, lines: list[str]) -> None:
    assert shown_lines(result) == lines


@pytest.mark.parametrize(
    "result",
    [
        list(range(1_000_000)),
        tuple(range(1_000_000)),
        {"x": list(range(1_000_000))},
        {"x": {"y": ["a" * 1_000_000] * 1_000_000}},
        {"x": b"a" * 1_000_000},
        np.zeros((2,) * 25),
        np.ma.masked_greater(LARGE, 3),
        xr.Dataset({"a": (("x", "y"), LARGE)}),
        {"a": xr.DataArray(LARGE)},
    ],
    ids=lambda result: type(result).__name__,
)
def test_nothing_fills_the_terminal(result: Any) -> None:
    assert len("\n".join(shown_lines(result))) < 12_000
