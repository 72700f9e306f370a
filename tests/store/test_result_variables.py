"""What a task returned, as named arrays: names, dims, and types that can be stored."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import xarray as xr

from sweeprun.store.result_variables import RESULT_NAME, Returned


def variables(result: object) -> dict[str, tuple[tuple[str, ...] | None, Any, bool]]:
    """Name -> dims, values, and whether it is a coordinate."""
    found = {}
    for name, dims, data, _, coordinate in Returned().variables(result):
        found[name] = (dims, np.asarray(data).tolist(), coordinate)
    return found


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (None, {}),
        ({}, {}),
        (2.5, {RESULT_NAME: (None, 2.5, False)}),
        ([1, 2], {RESULT_NAME: (None, [1, 2], False)}),
        ({"größe": 1, "v": [1, 2]}, {"größe": (None, 1, False), "v": (None, [1, 2], False)}),
        ({"v": ("t", [1, 2])}, {"v": (("t",), [1, 2], False)}),
        ({"v": (["p", "q"], [[1]])}, {"v": (("p", "q"), [[1]], False)}),
        ({"v": xr.Variable("t", [1])}, {"v": (("t",), [1], False)}),
        (xr.DataArray([1], dims="t"), {RESULT_NAME: (("t",), [1], False)}),
    ],
)
def test_variables_have_the_dims_that_the_task_named(result: object, expected: dict[str, Any]) -> None:
    assert variables(result) == expected


def test_a_variable_named_like_a_dim_of_others_is_its_coordinate() -> None:
    expected = {"v": (("t",), [1.0, 2.0], False), "t": (("t",), [10, 20], True), "w": (None, [1], False)}
    assert variables({"v": ("t", [1.0, 2.0]), "t": [10, 20], "w": [1]}) == expected
    array = xr.DataArray([1.0, 2.0], dims="t")
    assert variables({"v": array, "t": [10, 20]}) == {
        "v": (("t",), [1.0, 2.0], False),
        "t": (("t",), [10, 20], True),
    }
    assert variables({"t": [10, 20]}) == {"t": (None, [10, 20], False)}


def test_attributes_of_a_dataset_and_of_its_variables_are_kept_apart() -> None:
    returned = Returned()
    dataset = xr.Dataset({"v": ("t", [1], {"units": "m"})}, {"t": [5]}, {"who": "ü"})
    found = {name: (own, coordinate) for name, _, _, own, coordinate in returned.variables(dataset)}
    assert returned.attrs == {"who": "ü"}
    assert found == {"v": ({"units": "m"}, False), "t": ({}, True)}
    ((_, _, _, own, _),) = Returned().variables({"v": ("t", [1], {"units": "s"})})
    assert own == {"units": "s"}
    ((_, _, _, own, _),) = Returned().variables({"v": ("t", [1], None)})
    assert own == {}


def names_and_dims(result: object) -> dict[str, tuple[str, ...] | None]:
    return {name: dims for name, dims, *_ in Returned().variables(result)}


TREE = xr.DataTree.from_dict(
    {
        "/": xr.Dataset({"loss": ("x", [1, 2])}, {"x": [5, 6]}, {"who": "me"}),
        "/train": xr.Dataset({"acc": (("x", "epoch"), np.ones((2, 3)))}, {"epoch": [1, 2, 3]}, {"who": "ü"}),
        "/train/deep": xr.Dataset({"v": ("epoch", [1, 2, 3]), "w": ("k", [1])}),
        "/test": xr.Dataset({"acc": ("epoch", [1.0])}),
    }
)


def test_the_groups_of_a_tree_are_recorded_under_dotted_names() -> None:
    returned = Returned()
    found = {name: (dims, coordinate) for name, dims, _, _, coordinate in returned.variables(TREE)}
    assert found == {
        "loss": (("x",), False),
        "x": (("x",), True),
        "train.acc": (("x", "train.epoch"), False),
        "train.epoch": (("train.epoch",), True),
        "train.deep.v": (("train.epoch",), False),
        "train.deep.w": (("train.deep.k",), False),
        "test.acc": (("test.epoch",), False),
    }
    assert returned.attrs == {"who": "me", "train.who": "ü"}


def test_a_tree_with_an_empty_root_has_its_groups() -> None:
    tree = xr.DataTree.from_dict({"/a/b": xr.Dataset({"x": 1})})
    assert names_and_dims(tree) == {"a.b.x": ()}


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"a": {"b": 1, "c": {"d": [2]}}, "e": 3}, {"e": None, "a.b": None, "a.c.d": None}),
        ({"train": xr.Dataset({"acc": ("epoch", [1.0])})}, {"train.acc": ("train.epoch",)}),
        ({"x": ("t", [1, 2]), "in": {"y": ("t", [3, 4])}}, {"x": ("t",), "in.y": ("t",)}),
        ({"x": ("t", [1, 2]), "in": {"z": ("u", [1])}}, {"x": ("t",), "in.z": ("in.u",)}),
        ({"x": ("t", [1, 2]), "in": {"y": ("t", [3])}}, {"x": ("t",), "in.y": ("in.t",)}),
        ({"in": {"y": ("t", [3]), "t": [5]}}, {"in.y": ("in.t",), "in.t": ("in.t",)}),
        ({"deep": {"a": xr.DataArray([1], {"t": [5]}, "t")}}, {"deep.a": ("deep.t",), "deep.t": ("deep.t",)}),
        ({"a": np.zeros(2, [("n", "i4"), ("x", "f8")])}, {"a.n": None, "a.x": None}),
    ],
)  # fmt: skip
def test_mappings_within_mappings_are_groups(result: object, expected: dict[str, Any]) -> None:
    assert names_and_dims(result) == expected


FRAME = pd.DataFrame({"n": [1, 2], "who": ["a", "b"]})
LABELLED = FRAME.set_index(pd.Index([10, 20], name="step"))
LEVELS = FRAME.set_index(pd.MultiIndex.from_product([["p"], [1, 2]], names=["k", "i"]))


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (FRAME, {"n": ("index",), "who": ("index",)}),
        (LABELLED, {"n": ("step",), "who": ("step",), "step": ("step",)}),
        (LEVELS, {"n": ("k", "i"), "who": ("k", "i"), "k": ("k",), "i": ("i",)}),
        (pa.table({"n": [1, 2], "who": ["a", "b"]}), {"n": ("index",), "who": ("index",)}),
        (pd.DataFrame(np.zeros((2, 2))), {"0": ("index",), "1": ("index",)}),
    ],
)
def test_a_table_is_the_same_alone_and_inside(table: Any, expected: dict[str, tuple[str, ...]]) -> None:
    assert names_and_dims(table) == expected
    for path in ("t.", "deep.t."):
        inside = {"t": table, "index": [5, 6], "step": ("step", [5, 6]), "x": ("k", [1]), "y": ("i", [1, 2])}
        result: Any = inside if path == "t." else {"deep": inside, "step": ("step", [1, 2])}
        found = {name: dims for name, dims in names_and_dims(result).items() if name.startswith(path)}
        assert found == {path + name: tuple(path + dim for dim in dims) for name, dims in expected.items()}
    alone = {name: np.asarray(data).tolist() for name, _, data, *_ in Returned().variables(table)}
    assert {name: np.asarray(data).tolist() for name, _, data, *_ in Returned().variables({"t": table})} == {
        f"t.{name}": data for name, data in alone.items()
    }


def test_a_column_that_can_not_be_stored_costs_itself_also_inside() -> None:
    returned = Returned()
    frame = pd.DataFrame([[1, 2]], columns=["x", "x"])
    assert [name for name, *_ in returned.variables({"t": frame, "score": 0.5})] == ["score"]
    assert "two columns of one name" in returned.left_out["t"]


def test_integers_are_not_rounded_to_fill_in_labels_of_others() -> None:
    returned = Returned()
    one, other = pd.Index([0, 1], name="step"), pd.Index([1, 2], name="step")
    columns = {
        "big": pd.Series([2**60 + 1, 3], one),
        "low": pd.Series([4, -(2**53)], one),
        "b": pd.Series([1, 2], other),
    }
    found = {name: np.asarray(data).tolist() for name, _, data, *_ in returned.variables(columns)}
    assert found.keys() == {"step", "low", "b"}
    assert found["low"][:2] == [4.0, -(2.0**53)]
    assert "round its integers" in returned.left_out["big"]
    assert names_and_dims({"big": pd.Series([2**60 + 1, 3], one)})["big"] == ("step",)


@pytest.mark.parametrize("lengths", [(3, 3, 3), (3, 4, 3), (3, 4, 5), (0, 3, 0)])
def test_dimensions_without_names_are_named_by_variable(lengths: tuple[int, int, int]) -> None:
    a, b, c = lengths
    names = dict(zip(dict.fromkeys(lengths), ("phony_dim_0", "phony_dim_1", "phony_dim_2"), strict=False))
    values = {
        "x": (names[a], np.zeros(a)),
        "y": (names[b], np.zeros(b)),
        "half": (("time", names[c]), np.zeros((2, c))),
        "one": 1.0,
    }
    expected = {"x": None, "y": None, "half": ("time", "half_1"), "one": ()}
    assert names_and_dims(xr.Dataset(values)) == expected
    expected = {"g.x": None, "g.y": None, "g.half": ("g.time", "g.half_1"), "g.one": ()}
    assert names_and_dims({"g": xr.Dataset(values)}) == expected
    both = names_and_dims({"/": xr.Dataset(values), "/g": xr.Dataset(values)})
    assert (both["half"], both["g.half"]) == (("time", "half_1"), ("time", "g.half_1"))


def test_a_variable_of_xarray_without_names_has_none_either() -> None:
    assert names_and_dims({"x": xr.Variable("phony_dim_3", [1])}) == {"x": None}
    assert names_and_dims({"x": xr.DataArray([1], dims="phony_dim_3")}) == {"x": None}
    assert names_and_dims(xr.Dataset({"x": ("phony_dim_0", [1])}, {"phony_dim_0": [5]})) == {
        "x": ("phony_dim_0",),
        "phony_dim_0": ("phony_dim_0",),
    }


def test_fields_of_an_array_have_its_dims() -> None:
    pairs = np.array([(1.0, 2), (3.0, 4)], [("a", "f8"), ("b", "i4")])
    for dataset in (
        xr.Dataset({"p": ("x", pairs)}, {"x": [5, 6]}),
        xr.Dataset({"p": ("x", pairs), "q": ("x", [1, 2])}),
    ):
        found = names_and_dims(dataset)
        assert (found["p.a"], found["p.b"]) == (("x",), ("x",))


def test_what_was_computed_of_a_coordinate_keeps_that() -> None:
    time = xr.DataArray([1.0, 2.0], {"time": [1.0, 2.0]}, name="time")
    assert variables(time) == {"time": (("time",), [1.0, 2.0], False)}
    assert variables(time * 2) == {
        "result_time": (("time",), [2.0, 4.0], False),
        "time": (("time",), [1.0, 2.0], True),
    }


def test_a_variable_of_xarray_keeps_its_dims() -> None:
    assert names_and_dims(xr.Variable("t", [1])) == {RESULT_NAME: ("t",)}


def test_a_variable_that_does_not_go_with_the_others_costs_itself() -> None:
    returned = Returned()
    arrays = {"a": xr.DataArray([1], dims="t"), "b": ("t", [1, 2]), "c": 3}
    assert [name for name, *_ in returned.variables(arrays)] == ["a", "c"]
    assert returned.left_out == {"b": "its dims or coordinates don't go with those of the others"}


def test_a_mapping_that_contains_itself_costs_itself() -> None:
    result: dict[str, Any] = {"x": 1}
    result["inner"] = {"y": 2, "outer": result}
    returned = Returned()
    assert [name for name, *_ in returned.variables(result)] == ["x", "inner.y"]
    assert list(returned.left_out) == ["inner.outer"]
    shared = {"z": 1}
    assert names_and_dims({"a": shared, "b": shared}) == {"a.z": None, "b.z": None}
