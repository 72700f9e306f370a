"""Dims that come without names, and the names and labels that a run gives them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sweeprun.store.payloads import Layout, decode_result, encode_result
from sweeprun.store.result_names import Labels, ResultNames

NAMES = ResultNames(
    dims={"x": ("trial", "time"), "y": ("time",), "g.z": ("time",), "time": ("time",)},
    labels={"time": Labels(values=[0.0, 0.5]), "trial": Labels(values=["a", "b", "c"], given=False)},
)


def named_dims(result: Any, names: ResultNames = NAMES) -> tuple[dict[str, Any], dict[str, str]]:
    """Name -> dims and values, and what is left out."""
    text, payload = encode_result(result, names)
    layout = Layout.from_json(text)
    arrays = decode_result(layout, payload)
    found = {one.name: (one.dims, array.tolist()) for one, array in zip(layout.variables, arrays, strict=True)}
    return found, layout.left_out


@pytest.mark.parametrize("x", [[[1, 2]], np.array([[1, 2]]), [(1, 2)], np.ma.array([[1, 2]])], ids=str)
def test_dims_without_names_have_those_of_the_run(x: Any) -> None:
    found, left_out = named_dims({"x": x, "y": [3, 4], "g": {"z": [5, 6]}})
    assert found == {
        "x": (("trial", "time"), [[1, 2]]),
        "y": (("time",), [3, 4]),
        "g.z": (("time",), [5, 6]),
        "time": (("time",), [0.0, 0.5]),
    }
    assert left_out == {}


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (xr.Dataset({"x": (("phony_dim_0", "phony_dim_1"), [[1, 2]])}), ("trial", "time")),
        ({"x": np.ones((1, 2)), "da": xr.DataArray([1], dims="k")}, ("trial", "time")),
        ({"x": (("a", "b"), [[1, 2]])}, ("a", "b")),
        (xr.Dataset({"x": (("a", "time"), [[1, 2]])}), ("a", "time")),
    ],
)
def test_names_of_the_task_stay(result: Any, expected: tuple[str, ...]) -> None:
    found, left_out = named_dims(result)
    assert (found["x"][0], left_out) == (expected, {})


def test_what_the_task_returns_along_a_dimension_is_its_coordinate() -> None:
    for more in ({}, {"da": xr.DataArray([1], dims="k")}):
        text, _ = encode_result({"y": [1, 2], "time": [7, 8], **more}, NAMES)
        variables = {one.name: one for one in Layout.from_json(text).variables}
        assert (variables["time"].dims, variables["time"].coordinate) == (("time",), True)
    unnamed = replace(NAMES, dims={"y": ("time",)})
    assert named_dims({"time": [7, 8], "y": [1, 2]}, unnamed)[0]["time"] == (("time",), [7, 8])
    assert named_dims({"y": [1, 2], "time": [7, 8, 9]}, unnamed)[0]["time"] == (("time_0",), [7, 8, 9])


@pytest.mark.parametrize(
    ("result", "dims", "why"),
    [
        ({"x": [1, 2]}, ("x_0",), "it has 1 dimension, and 2 are named: trial, time; its dims are x_0"),
        ({"x": 5}, (), "it has 0 dimensions, and 2 are named: trial, time; its dims are none"),
        (
            {"y": [1, 2], "x": [[1]]},
            ("x_0", "x_1"),
            "along 'time' than other variables; its dims are x_0",
        ),
    ],
)
def test_a_value_that_names_do_not_fit_is_recorded_without_them(
    result: dict[str, Any], dims: tuple[str, ...], why: str
) -> None:
    found, left_out = named_dims(result)
    assert found["x"] == (dims, result["x"])
    assert why in left_out["dims.x"]


def test_labels_that_a_series_came_with_stay_its_own() -> None:
    series = pd.Series([1, 2], ["p", "q"])
    names = ResultNames(dims={"y": ("time",), "z": ("time",)})
    labelled = {"y": (("time",), [1, 2]), "time": (("time",), ["p", "q"])}
    assert named_dims({"y": series}, names) == (labelled, {})
    assert named_dims({"y": series, "z": series}, names) == ({**labelled, "z": (("time",), [1, 2])}, {})
    found, left_out = named_dims({"y": series, "k": ("y_0", [3, 4])}, names)
    assert (found["time"], found["y_0"], found["k"]) == (labelled["time"], (("y_0",), ["p", "q"]), (("y_0",), [3, 4]))
    assert left_out == {}
    assert named_dims({"y": pd.Series([1, 2])})[0]["time"] == (("time",), [0.0, 0.5])


@pytest.mark.parametrize("more", [{}, {"x": np.ones((1, 2))}, {"time": [7, 8]}])
def test_labels_of_a_series_never_become_those_of_others(more: dict[str, Any]) -> None:
    found, left_out = named_dims({"y": pd.Series([1, 2], ["p", "q"]), **more})
    assert (found["y"], found["y_0"]) == ((("y_0",), [1, 2]), (("y_0",), ["p", "q"]))
    assert left_out == {"dims.y": "it has labels of its own, not those along 'time'; its dims are y_0"}
    if "x" in more:
        assert found["time"] == (("time",), [0.0, 0.5])


def test_labels_of_another_length_are_told_if_they_were_given() -> None:
    found, left_out = named_dims({"x": [[1, 2, 3]], "y": [1, 2, 3]})
    assert set(found) == {"x", "y"}
    assert left_out == {"coords.time": "it has 2 values, and the dimension 3"}
    found, left_out = named_dims({"x": np.zeros((3, 2))})
    assert found["trial"] == (("trial",), ["a", "b", "c"])


def test_without_names_nothing_changes() -> None:
    result = {"x": [[1, 2]], "v": ("t", [1])}
    assert encode_result(result) == encode_result(result, ResultNames(dims={"other": ("t",)}))
