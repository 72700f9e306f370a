"""Results as bytes."""

import json
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sweeprun.errors import FormatError, ResultError
from sweeprun.store.payloads import Layout, decode_result, encode_result
from sweeprun.store.result_variables import RESULT_NAME

NOON = datetime(2020, 1, 2, 12, tzinfo=UTC).replace(tzinfo=None)
YEAR = pd.Index([2020], name="year")
BINS = pd.IntervalIndex.from_tuples([(0, 1)], name="bin")
LEVELS = pd.MultiIndex.from_tuples([("x", 3)], names=["p", "q"])


def round_trip(result: Any, **options: Any) -> dict[str, tuple[tuple[str, ...], np.ndarray, Any]]:
    text, payload = encode_result(result, **options)
    layout = Layout.from_json(text)
    assert Layout.from_json(layout.to_json()) == layout
    arrays = decode_result(layout, payload)
    if layout.dtype is not None:
        record = np.frombuffer(payload, layout.dtype, 1)[0] if layout.dtype.itemsize else None
        for i, array in enumerate(arrays):
            if record is not None:
                np.testing.assert_array_equal(record[str(i)], array)
    return {v.name: (v.dims, array, v.attrs) for v, array in zip(layout.variables, arrays, strict=True)}


dtypes = (
    hnp.boolean_dtypes()
    | hnp.integer_dtypes(endianness="?")
    | hnp.unsigned_integer_dtypes(endianness="?")
    | hnp.floating_dtypes(endianness="?", sizes=(16, 32, 64))
    | hnp.complex_number_dtypes(endianness="?", sizes=(64, 128))
    | hnp.datetime64_dtypes()
    | hnp.timedelta64_dtypes()
    | hnp.byte_string_dtypes()
    | hnp.unicode_string_dtypes()
)


@given(hnp.arrays(dtypes, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)))
def test_arrays_of_any_type_survive(array: np.ndarray) -> None:
    with suppress(ResultError) if array.dtype.kind in "mM" else nullcontext():
        ((dims, found, _),) = round_trip(array).values()
        check_equal(array, dims, found)


def check_equal(array: np.ndarray, dims: tuple[str, ...], found: np.ndarray) -> None:
    assert dims == tuple(f"{RESULT_NAME}_{i}" for i in range(array.ndim))
    assert found.shape == array.shape
    assert found.dtype.kind == array.dtype.kind
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (None, {}),
        (1.5, {RESULT_NAME: ((), 1.5)}),
        ("text", {RESULT_NAME: ((), "text")}),
        ({"a": True, "b": [1, 2]}, {"a": ((), True), "b": (("b_0",), [1, 2])}),
        ({"a": ("x", [1, 2], {"units": "m"})}, {"a": (("x",), [1, 2])}),
        ({"a": (("x", "y"), np.ones((2, 1)))}, {"a": (("x", "y"), [[1], [1]])}),
        ({"a": np.ones((4, 4))[::2, ::2].T}, {"a": (("a_0", "a_1"), [[1, 1], [1, 1]])}),
        (xr.DataArray([1], dims="t", coords={"t": [5]}, name="v"), {"v": (("t",), [1]), "t": (("t",), [5])}),
        (xr.DataArray(3), {RESULT_NAME: ((), 3)}),
        (xr.Dataset({"v": ("t", [1])}, {"site": "x"}), {"v": (("t",), [1]), "site": ((), "x")}),
        ({"a": xr.DataArray([1], dims="t"), "b": 2}, {"a": (("t",), [1]), "b": ((), 2)}),
        ({"a": NOON, "b": NOON.date()}, {"a": ((), NOON), "b": ((), NOON.replace(hour=0))}),
        ({"a": [timedelta(days=1)]}, {"a": (("a_0",), [timedelta(days=1)])}),
        ({"a": xr.Variable("t", [1, 2])}, {"a": (("t",), [1, 2])}),
        ({"a": pd.Series([1, 2])}, {"a": (("a_0",), [1, 2])}),
        ({"a": pd.Series([1, 2], ["p", "q"])}, {"a": (("a_0",), [1, 2]), "a_0": (("a_0",), ["p", "q"])}),
        (pd.Series([1], YEAR, name="v"), {"v": (("year",), [1]), "year": (("year",), [2020])}),
        (pd.Series([1, 2]), {RESULT_NAME: ((f"{RESULT_NAME}_0",), [1, 2])}),
        (pd.DataFrame({"v": [1], "w": ["x"]}), {"v": (("index",), [1]), "w": (("index",), ["x"])}),
        (pd.DataFrame({"v": [1]}, YEAR), {"v": (("year",), [1]), "year": (("year",), [2020])}),
        (pd.Series([1], BINS), {RESULT_NAME: (("bin",), [1]), "bin": (("bin",), ["(0, 1]"])}),
        (pd.Series([1], LEVELS, name="v"), {"v": (("p", "q"), [[1]]), "p": (("p",), ["x"]), "q": (("q",), [3])}),
        ({"a": pd.DataFrame([[1, 2]], YEAR, ["x", "y"])},
         {"a.x": (("a.year",), [1]), "a.y": (("a.year",), [2]), "a.year": (("a.year",), [2020])}),
        ({"a": ("t", [1.0, 2.0]), "t": [10, 20]}, {"a": (("t",), [1.0, 2.0]), "t": (("t",), [10, 20])}),
        ({"a": np.array(["x"], dtype=object)}, {"a": (("a_0",), ["x"])}),
        ({"a": np.array(["x", "yy"], dtype=np.dtypes.StringDType())}, {"a": (("a_0",), ["x", "yy"])}),
    ],
)  # fmt: skip
def test_what_a_task_may_return(result: Any, expected: dict[str, Any]) -> None:
    found = round_trip(result)
    assert {name: (dims, array.tolist()) for name, (dims, array, _) in found.items()} == expected


class Model:
    """What no array can be."""


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (Model(), "it is a value of type Model"),
        (lambda: 1, "it is a value of type function"),
        ({1, 2}, "it is a value of type set"),
        (("x", 3), "it has 0 dimensions, and names for 1"),
        ((("x", "x"), [[1]]), "two dimensions of one name"),
        (("t", [1, 2, 3]), "another length along 't'"),
        ((("", [1])), "the name of a dimension is empty"),
        (("t", [1, 2], "m"), "its attributes are str, not a mapping"),
        ([[1], [1, 2]], "its parts have different lengths"),
        (NOON.replace(tzinfo=UTC), "it has a time zone"),
        (2**70, "it has integers beyond 64 bits"),
        ([2**63, -1], "it has integers beyond 64 bits"),
        ([2**53 + 1, 0.5], "no float64 is equal to an integer in it"),
        ([2**53 + 1, None], "integers become floats"),
        (np.ma.masked_array([2**53 + 1, 3], [False, True]), "integers become floats"),
        (pd.Series([2**60 + 1, None], dtype="Int64"), "integers become floats"),
        (np.longdouble(1) / 3, "holds more digits here than float64"),
        (Decimal("0.1"), "no float64 is equal to a value of type Decimal"),
        (np.array([Model(), 1]), "it holds a value of type Model and an integer"),
        ([0.5, "adam"], "it holds a float and a text"),
        ([["x"], [True]], "it holds a text and a truth value"),
        (b"ab\0c\0\0", "it ends with a zero byte"),
        (["x", "a\0"], "it ends with a zero character"),
        (np.timedelta64(3, "M"), "a length: it counts years or months"),
        (np.timedelta64(3), "a time span without a unit"),
        ([np.timedelta64(1, "s"), 5], "it holds a value of type timedelta64 and an integer"),
        (np.timedelta64(1500, "ps"), "no whole number of ns"),
        (np.datetime64(2**62, "D"), "out of their range"),
        (np.zeros((0, 50_000, 50_000)), "larger than any result"),
        (np.zeros((1,) * 33), "it has 33 dimensions, and 32 are the most"),
        (np.zeros(1, "M8[1234567890s]"), "it has the type '<M8"),
    ],
)  # fmt: skip
def test_one_value_that_can_not_be_stored_costs_itself(value: Any, why: str) -> None:
    layout = Layout.from_json(encode_result({"y": ("t", [1, 2]), "loss": 0.5, "a": value})[0])
    names = [variable.name for variable in layout.variables]
    assert names == ["y", "loss"]
    assert list(layout.left_out) == ["a"]
    assert why in layout.left_out["a"]
    with_array = encode_result({"loss": xr.DataArray(0.5), "a": value})[0]
    assert Layout.from_json(with_array).variables[0].name == "loss"


def test_a_task_of_which_nothing_can_be_stored_has_no_result() -> None:
    with pytest.raises(ResultError, match="nothing of the result can be stored: 'a': it is a value of type Model; 'b'"):
        encode_result({"a": Model(), "b": 2**70, "c": None})


def test_reasons_are_the_same_whatever_the_values() -> None:
    layouts = {encode_result({"x": float(i), "y": [i, "text"], "m": Model()})[0] for i in range(3)}
    assert len(layouts) == 1


@pytest.mark.parametrize(
    ("result", "expected", "missing"),
    [
        ({"loss": 0.5, "sd": None}, {"loss": 0.5}, ("sd",)),
        ({"a": pd.NA, "b": pd.NaT, "c": None}, {}, ("a", "b", "c")),
        ({"a": [None, None], "b": 1}, {"b": 1}, ("a",)),
        ({"a": [1, None]}, {"a": [1.0, np.nan]}, ()),
        ({"a": ["x", None]}, {"a": ["x", ""]}, ()),
        ({"a": [NOON, None]}, {"a": np.array([NOON, "NaT"], "M8[us]")}, ()),
        ({"a": pd.Series(["x", None])}, {"a": ["x", ""]}, ()),
        ({"a": np.array(["x", np.nan], np.dtypes.StringDType(na_object=np.nan))}, {"a": ["x", ""]}, ()),
        ({"a": np.ma.masked_array(["x", "y"], [False, True])}, {"a": ["x", ""]}, ()),
        (pd.DataFrame({"a": pd.array([1, None], "Int64")}), {"a": [1.0, np.nan]}, ()),
        (pa.table({"a": pa.array([1, None], pa.int8())}), {"a": [1.0, np.nan]}, ()),
    ],
)
def test_none_null_and_na_are_missing(result: Any, expected: dict[str, Any], missing: tuple[str, ...]) -> None:
    found = round_trip(result)
    assert set(found) == set(expected)
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name][1], values)
    layout = Layout.from_json(encode_result(result)[0])
    assert (layout.missing, layout.left_out) == (missing, {})


def test_truth_values_of_which_some_are_missing_say_what_they_were() -> None:
    ((_, found, attrs),) = round_trip({"a": [True, None]}).values()
    np.testing.assert_array_equal(found, [1.0, np.nan])
    assert attrs == {"recorded_type": "bool"}


@pytest.mark.parametrize(
    ("result", "names"),
    [
        ({"val/acc": 0.5}, {"val.acc": "val/acc"}),
        ({"val/acc": 0.5, "val.acc": 1}, {"val.acc": None}),
        ({1: 2, (3, "x"): 4}, {"1": None, "3.x": None}),
        (pd.DataFrame({7: [1], "a/b": [2]}), {"7": None, "a.b": "a/b"}),
        (xr.DataArray([1], name=5), {"5": None}),
        ({"a": xr.DataArray([1], dims="t"), "x/y": 4}, {"a": None, "x.y": "x/y"}),
    ],
)
def test_names_have_a_dot_in_the_place_of_a_slash(result: Any, names: dict[str, str | None]) -> None:
    assert {name: attrs.get("original_name") for name, (_, _, attrs) in round_trip(result).items()} == names


@pytest.mark.parametrize(("name", "key"), [("None", None), ("''", "")])
def test_a_value_without_a_name_is_left_out(name: str, key: str | None) -> None:
    layout = Layout.from_json(encode_result({key: 1, "b": 2})[0])
    assert ([one.name for one in layout.variables], layout.left_out) == (["b"], {name: "its name is empty"})


def test_attributes_that_can_not_be_stored_cost_themselves() -> None:
    dataset = xr.Dataset({"a": ("x", [1], {"k": {(1, 2): 3}, "units": "m"})}, attrs={"k": {(1, 2): 3}, "n": 10**5000})
    layout = Layout.from_json(encode_result(dataset)[0])
    assert layout.variables[0].attrs == {"units": "m"}
    assert list(layout.left_out) == ["a.attrs['k']", "attrs['k']", "attrs['n']"]


@pytest.mark.parametrize(
    ("frame", "match"),
    [
        (pd.DataFrame([[1, 2]], columns=["x", "x"]), "two columns of one name"),
        (pd.DataFrame({"x": [1]}, index=pd.Index([5], name="x")), "named like its index, 'x'"),
    ],
)
def test_a_table_that_is_no_dataset_is_refused(frame: pd.DataFrame, match: str) -> None:
    with pytest.raises(ResultError, match=match):
        encode_result(frame)


class NeedsGradient:
    """Like an array whose conversion fails."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        raise RuntimeError("Can't call numpy()")


def test_what_gives_no_array_is_named() -> None:
    with pytest.raises(ResultError, match=r"'loss': NeedsGradient gives no array \(RuntimeError\)"):
        encode_result({"loss": NeedsGradient()})


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.array([1.5, 2.5]), [1.5, np.nan]),
        (np.array([1.5, 2.5], np.float32), np.array([1.5, np.nan], np.float32)),
        (np.array([1, 2]), [1.0, np.nan]),
        (np.array(["2020-01-01", "2020-01-02"], "M8[D]"), np.array(["2020-01-01", "NaT"], "M8[D]")),
        (np.array([1, 2], "m8[s]"), np.array([1, "NaT"], "m8[s]")),
    ],
)
def test_what_is_masked_is_missing(array: np.ndarray, expected: Any) -> None:
    ((_, found, _),) = round_trip({"a": np.ma.masked_array(array, [False, True])}).values()
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.asarray(expected).dtype
    ((_, found, _),) = round_trip({"a": np.ma.masked_array(array)}).values()
    np.testing.assert_array_equal(found, array)
    assert found.dtype == array.dtype


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (pd.Timestamp("2020-01-01T00:00:00.000000001"), np.datetime64("2020-01-01T00:00:00.000000001")),
        ([pd.Timestamp("2020-01-01"), pd.NaT], np.array(["2020-01-01", "NaT"], "M8[s]")),
        (pd.Timedelta(1, "ns"), np.timedelta64(1, "ns")),
    ],
)
def test_times_of_pandas_keep_their_nanoseconds(value: Any, expected: Any) -> None:
    ((_, found, _),) = round_trip({"a": value}).values()
    np.testing.assert_array_equal(found, expected)


def test_beside_a_data_array_a_list_is_what_it_is_elsewhere() -> None:
    found = round_trip({"a": xr.DataArray([1], dims="t"), "b": [1, 2], "c": (("u",), [3.0], {"units": "m"}), "d": "x"})
    assert {name: (dims, array.tolist(), attrs) for name, (dims, array, attrs) in found.items()} == {
        "a": (("t",), [1], {}),
        "b": (("b_0",), [1, 2], {}),
        "c": (("u",), [3.0], {"units": "m"}),
        "d": ((), "x", {}),
    }


def test_a_coordinate_may_be_returned_itself() -> None:
    dataset = xr.Dataset({"v": ("t", [1.0])}, {"t": [3], "c": ("t", [4])})
    assert {name: array.tolist() for name, (_, array, _) in round_trip(dataset["c"]).items()} == {"c": [4], "t": [3]}
    assert round_trip(dataset["t"])["t"][1].tolist() == [3]


@given(st.lists(st.text(st.characters()), max_size=4))
def test_any_text_survives(texts: list[str]) -> None:
    ((dims, found, _),) = round_trip({"a": np.array(texts, dtype=str)}).values()
    np.testing.assert_array_equal(found, np.array(texts, dtype=str))  # which has lost the zeros at the end
    assert dims == ("a_0",)


def test_results_beyond_two_gigabytes_are_decoded_one_by_one() -> None:
    (variable,) = Layout.from_json(encode_result({"a": np.zeros(2)})[0]).variables
    assert Layout(variables=(replace(variable, shape=(2**28 - 1,)),), attrs={}).dtype is not None
    assert Layout(variables=(replace(variable, shape=(2**28,)),), attrs={}).dtype is None
    assert Layout(variables=(replace(variable, shape=(2**27, 2**27)),), attrs={}).dtype is None


def test_layouts_of_like_results_are_equal() -> None:
    layouts = {encode_result({"x": float(i), "y": ("t", np.full(3, i), {"units": "m"})})[0] for i in range(5)}
    assert len(layouts) == 1


def test_values_in_attributes_are_plain() -> None:
    attrs = {
        "when": np.datetime64("2020-01-01", "ns"),
        "times": np.array(["2020-01-01"], "M8[D]"),
        "wide": np.longdouble(1.5),
        "complex": 1j,
        "flag": np.bool_(True),
        "word": np.str_("w"),
        "bytes": np.bytes_(b"b"),
        "nested": {"a": [np.int8(1), np.arange(2.0)]},
    }
    assert round_trip({"a": ("x", [1], attrs)})["a"][2] == {
        "when": "2020-01-01T00:00:00.000000000",
        "times": ["2020-01-01"],
        "wide": "1.5",
        "complex": "1j",
        "flag": True,
        "word": "w",
        "bytes": "b'b'",
        "nested": {"a": [1, [0.0, 1.0]]},
    }


def test_attributes_become_json() -> None:
    dataset = xr.Dataset({"v": ("t", [1.0], {"n": np.int64(3), "a": np.arange(2), "o": object})}, attrs={"who": "me"})
    assert round_trip(dataset)["v"][2] == {"n": 3, "a": [0, 1], "o": "<class 'object'>"}
    assert Layout.from_json(encode_result(dataset)[0]).attrs == {"who": "me"}


@given(st.binary(max_size=40))
def test_a_payload_that_does_not_fit_is_an_error(payload: bytes) -> None:
    for result in ({"a": 1.5, "b": [1, 2]}, {"s": "text"}):
        text, right = encode_result(result)
        if len(payload) != len(right) or "s" in result:
            with pytest.raises(FormatError):
                decode_result(Layout.from_json(text), payload)


@pytest.mark.parametrize("text", ["", "[]", "{}", "nonsense", json.dumps({"variables": [{"name": "a"}], "attrs": {}})])
def test_a_malformed_layout_is_an_error(text: str) -> None:
    with pytest.raises(FormatError):
        Layout.from_json(text)


def test_object_types_in_a_layout_are_refused() -> None:
    text = encode_result(1.5)[0].replace("<f8", "O")
    with pytest.raises(FormatError):
        Layout.from_json(text)
