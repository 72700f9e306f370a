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
    """Name -> dims and values, and what doesn't fit."""
    text, payload = encode_result(result, names)
    layout = Layout.from_json(text)
    arrays = decode_result(layout, payload)
    found = {one.name: (one.dims, array.tolist()) for one, array in zip(layout.variables, arrays, strict=True)}
    assert layout.left_out == {}
    return found, layout.misfits


@pytest.mark.parametrize("x", [[[1, 2]], np.array([[1, 2]]), [(1, 2)], np.ma.array([[1, 2]])], ids=str)
def test_dims_without_names_have_those_of_the_run(x: Any) -> None:
    found, misfits = named_dims({"x": x, "y": [3, 4], "g": {"z": [5, 6]}})
    assert found == {
        "x": (("trial", "time"), [[1, 2]]),
        "y": (("time",), [3, 4]),
        "g.z": (("time",), [5, 6]),
        "time": (("time",), [0.0, 0.5]),
    }
    assert set(misfits) == {"labels.trial"}


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
    found, misfits = named_dims(result)
    assert found["x"][0] == expected
    assert set(misfits) <= {"labels.trial"}


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
        (
            {"x": [1, 2]},
            ("x_0",),
            "dims.x names 2 dimensions (trial, time), but x has 1; it is recorded along x_0",
        ),
        (
            {"x": 5},
            (),
            "dims.x names 2 dimensions (trial, time), but x has none; it is recorded without dimensions",
        ),
        (
            {"y": [1, 2], "x": [[1]]},
            ("x_0", "x_1"),
            "along 'time' than other variables; it is recorded along x_0",
        ),
    ],
)
def test_a_value_that_names_do_not_fit_is_recorded_without_them(
    result: dict[str, Any], dims: tuple[str, ...], why: str
) -> None:
    found, misfits = named_dims(result)
    assert found["x"] == (dims, result["x"])
    assert why in misfits["dims.x"]


def test_labels_that_a_series_came_with_stay_its_own() -> None:
    series = pd.Series([1, 2], ["p", "q"])
    names = ResultNames(dims={"y": ("time",), "z": ("time",)})
    labelled = {"y": (("time",), [1, 2]), "time": (("time",), ["p", "q"])}
    assert named_dims({"y": series}, names) == (labelled, {})
    assert named_dims({"y": series, "z": series}, names) == ({**labelled, "z": (("time",), [1, 2])}, {})
    found, left_out = named_dims({"y": series, "k": ("y_0", [3, 4])}, names)
    assert (found["time"], found["y"], found["k"]) == (labelled["time"], (("time",), [1, 2]), (("time",), [3, 4]))
    assert left_out == {}
    assert named_dims({"y": pd.Series([1, 2])})[0]["time"] == (("time",), [0.0, 0.5])


@pytest.mark.parametrize("more", [{}, {"x": np.ones((3, 2))}])
def test_labels_of_a_series_never_become_those_of_others(more: dict[str, Any]) -> None:
    found, left_out = named_dims({"y": pd.Series([1, 2], ["p", "q"]), **more})
    assert (found["y"], found["y_0"]) == ((("y_0",), [1, 2]), (("y_0",), ["p", "q"]))
    wrong = "its labels are not those of others along 'time'; it is recorded along y_0"
    assert left_out == {"dims.y": f"dims.y doesn't fit: {wrong}"}
    if "x" in more:
        assert found["time"] == (("time",), [0.0, 0.5])


def test_labels_of_another_length_are_told_if_they_were_given() -> None:
    found, misfits = named_dims({"x": [[1, 2, 3]], "y": [1, 2, 3]})
    assert set(found) == {"x", "y"}
    assert misfits == {
        "coords.time": "coords.time has 2 values, but the dimension has 3; it is recorded without labels",
        "labels.trial": "has 3 values and the dimension 1",
    }
    found, misfits = named_dims({"x": np.zeros((3, 2))})
    assert found["trial"] == (("trial",), ["a", "b", "c"])


def test_without_names_nothing_changes() -> None:
    result = {"x": [[1, 2]], "v": ("t", [1])}
    assert encode_result(result) == encode_result(result, ResultNames(dims={"other": ("t",)}))


def labelled(result: Any, dims: dict[str, tuple[str, ...]]) -> tuple[dict[str, Any], dict[str, str]]:
    return named_dims(result, ResultNames(dims=dims))


A, B = pd.Series([1, 2], index=["mean", "std"]), pd.Series([3, 4], index=["mean", "max"])


@pytest.mark.parametrize(
    ("result", "name"),
    [({"d": A}, "d"), (A, "result"), (A.rename("d"), "d"), ({"g": {"d": A}}, "g.d"), ({"d": A, "n": 1}, "d")],
    ids=str,
)
def test_labels_of_a_dimension_without_a_name_get_the_name_too(result: Any, name: str) -> None:
    found, misfits = labelled(result, {name: ("stat",)})
    assert (found[name], found["stat"]) == ((("stat",), [1, 2]), (("stat",), ["mean", "std"]))
    assert f"{name}_0" not in found
    assert misfits == {}


def test_all_that_is_along_a_dimension_goes_with_it() -> None:
    array = xr.DataArray([1, 2], {"x_0": [5, 6], "more": ("x_0", [7, 8])}, dims=["x_0"])
    found, _ = labelled({"x": array}, {"x": ("k",)})
    assert {name: dims for name, (dims, _) in found.items()} == {"x": ("k",), "k": ("k",), "more": ("k",)}


def test_two_results_share_a_dimension_whose_labels_are_the_same() -> None:
    found, misfits = labelled({"a": A, "b": A}, {"a": ("stat",), "b": ("stat",)})
    assert found == {"a": (("stat",), [1, 2]), "b": (("stat",), [1, 2]), "stat": (("stat",), ["mean", "std"])}
    assert misfits == {}


def test_other_labels_keep_a_dimension_of_their_own() -> None:
    found, misfits = labelled({"a": A, "b": B}, {"a": ("stat",), "b": ("stat",)})
    assert (found["stat"][1], found["b"], found["b_0"][1]) == (["mean", "std"], (("b_0",), [3, 4]), ["mean", "max"])
    assert "labels are not those of others along 'stat'" in misfits["dims.b"]


def test_labels_stay_beside_what_the_task_returns_under_the_name() -> None:
    found, _ = labelled({"d": A, "stat": [0.5, 0.7]}, {"d": ("stat",)})
    assert (found["stat"], found["d_0"]) == ((("stat",), [0.5, 0.7]), (("stat",), ["mean", "std"]))


def test_names_never_cost_what_came_with_names() -> None:
    found, misfits = named_dims({"y": [1, 2], "v": ("time", [1, 2, 3])}, NAMES)
    assert (found["v"], found["y"]) == ((("time",), [1, 2, 3]), (("y_0",), [1, 2]))
    assert set(misfits) == {"dims.y"}


def test_a_layout_says_which_labels_only_a_list_of_that_name_gives() -> None:
    text, _ = encode_result({"x": np.zeros((3, 2))}, NAMES)
    assert Layout.from_json(text).implied == ("trial",)
    assert Layout.from_json(Layout.from_json(text).to_json()) == Layout.from_json(text)
