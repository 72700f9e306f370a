"""Series and DataFrames with their labels, as xarray has them."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.errors import ResultError
from sweeprun.store.pandas_results import as_xarray, with_labels
from sweeprun.store.payloads import Layout, decode_result, encode_result
from sweeprun.store.storable import RECORDED_TYPE

YEARS = pd.Index([2020, 2021], name="year")


def test_a_frame_is_a_dataset_with_a_variable_for_each_column() -> None:
    expected = xr.Dataset({"v": ("year", [1.5, 2.5]), "größe": ("year", ["a", "b"])}, {"year": [2020, 2021]})
    xr.testing.assert_identical(as_xarray(pd.DataFrame({"v": [1.5, 2.5], "größe": ["a", "b"]}, YEARS), "r"), expected)


def test_a_series_keeps_its_name_or_has_none() -> None:
    named, unnamed = (as_xarray(pd.Series([1, 2], YEARS, name=name), "result") for name in ("v", None))
    xr.testing.assert_identical(named, xr.DataArray([1, 2], {"year": [2020, 2021]}, name="v"))
    xr.testing.assert_identical(unnamed, named.rename(None))


def test_a_series_named_like_its_index_keeps_its_labels() -> None:
    counts = pd.DataFrame({"x": [1, 1, 5]}).groupby("x")["x"].count()
    array = as_xarray(counts, "result")
    assert (array.name, array.dims, array.values.tolist()) == ("result_x", ("x",), [2, 1])
    assert array["x"].values.tolist() == [1, 5]


def test_dims_without_names_are_named_after_the_variable() -> None:
    assert with_labels(pd.Series([1, 2]), "x").dims == ("x_0",)
    assert as_xarray(pd.Series([1], name="v"), "result").dims == ("v_0",)


@given(st.integers(-3, 3), st.integers(-3, 3).filter(bool), st.integers(1, 4), st.sampled_from([None, "n"]))
def test_an_index_has_labels_unless_it_only_counts(start: int, step: int, length: int, name: str | None) -> None:
    index = pd.RangeIndex(start, start + step * length, step, name=name)
    found = with_labels(pd.Series(np.zeros(length), index), "x")
    (dim,) = found.dims
    assert (dim in found.coords) == (name is not None or list(index) != list(range(length)) or step != 1)
    if dim in found.coords:
        assert found[dim].values.tolist() == list(index)


@pytest.mark.parametrize(
    ("index", "texts"),
    [
        (pd.interval_range(0, 2), ["(0, 1]", "(1, 2]"]),
        (pd.period_range("2020-01", periods=2, freq="M"), ["2020-01", "2020-02"]),
    ],
)
def test_labels_that_are_objects_become_texts(index: pd.Index, texts: list[str]) -> None:
    found = with_labels(pd.Series([1, 2], index), "x")
    assert found["x_0"].values.tolist() == texts
    assert found["x_0"].dtype.kind == "U"


@pytest.mark.parametrize(
    ("index", "labels"),
    [
        (pd.Index([1, 2], dtype=object), [1, 2]),
        (pd.Index([b"a", b"b"]), [b"a", b"b"]),
        (pd.Index(["a", None]), ["a", ""]),
        (pd.Index([1, "all"]), ["1", "all"]),
        (pd.Index(["a\0", "a"]), None),
        (pd.Index([1, "1"]), None),
        (pd.Index([2**53 + 1, None], dtype="Int64"), None),
        (pd.CategoricalIndex([2**53 + 1, None]), None),
    ],
)
def test_labels_are_what_they_are_or_left_out(index: pd.Index, labels: list[Any] | None) -> None:
    layout, payload = encode_result(pd.DataFrame({"v": [1, 2]}, index))
    found = Layout.from_json(layout)
    arrays = dict(zip([one.name for one in found.variables], decode_result(found, payload), strict=True))
    assert arrays["v"].tolist() == [1, 2]
    assert (arrays["index"].tolist() if "index" in arrays else None) == labels
    assert ("index" in found.left_out) == (labels is None)


def test_categories_are_not_rounded_beside_missing_ones() -> None:
    column = pd.Series(pd.Categorical([2**53 + 1, None, 3]))
    assert as_xarray(pd.DataFrame({"n": column}), "r")["n"].values.tolist() == [2**53 + 1, None, 3]
    levels = pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["p", "q"])
    frame = pd.DataFrame({"n": column.values, "flag": [True, False, True]}, levels)
    with pytest.raises(ResultError, match="round"):
        encode_result(frame[["n"]].reset_index(drop=True))
    layout = Layout.from_json(encode_result(frame)[0])
    assert "n" in layout.left_out
    assert next(one for one in layout.variables if one.name == "flag").attrs == {RECORDED_TYPE: "bool"}


def test_attributes_are_kept() -> None:
    frame = pd.DataFrame({"v": [1.0, 2.0]})
    levels = pd.DataFrame({"v": [1.0]}, pd.MultiIndex.from_tuples([(1, 2)]))
    series = pd.Series([1.0])
    for one in (frame, levels, series):
        one.attrs = {"units": "km"}
        assert as_xarray(one, "r").attrs == {"units": "km"}
        assert with_labels(one, "x").attrs == {"units": "km"}


def test_levels_of_an_index_become_dims() -> None:
    levels = pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["p", "q"])
    series = with_labels(pd.Series([1.0, 2.0], levels), "x")
    assert (series.dims, series.shape) == (("p", "q"), (2, 2))
    assert series.sel(p="b", q=2) == 2.0
    assert np.isnan(series.sel(p="b", q=1))
    frame = as_xarray(pd.DataFrame({"v": [1.0, 2.0]}, levels), "result")
    assert frame["v"].dims == ("p", "q")


def test_a_frame_within_others_is_what_it_is_alone() -> None:
    frame = pd.DataFrame({"n": [1, 2], "who": ["a", "b"]}, YEARS)
    xr.testing.assert_identical(with_labels(frame, "x"), as_xarray(frame, "result"))


def test_levels_keep_integers_that_floats_would_round() -> None:
    levels = pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["p", "q"])
    frame = as_xarray(pd.DataFrame({"n": [2**60 + 1, 2, 3], "m": [1, 2, 3]}, levels), "result")
    assert frame["n"].values[0, 0] == 2**60 + 1
    assert frame["n"].dtype == object  # so that it is looked at, value by value, when it is stored
    assert frame["m"].dtype == float
    whole = as_xarray(pd.DataFrame({"n": [2**60 + 1, 2]}, levels[:2]), "result")
    assert (whole["n"].dtype, whole["n"].shape, whole["p"].values.tolist()) == (np.int64, (1, 2), ["a"])
    assert with_labels(pd.Series([2**60 + 1, 2, 3], levels), "x").values[0, 0] == 2**60 + 1


@pytest.mark.parametrize("value", [3, "text", [1, 2], np.arange(3), None, xr.DataArray([1])])
def test_what_is_not_of_pandas_stays_what_it_is(value: Any) -> None:
    assert with_labels(value, "x") is value


@pytest.mark.parametrize(
    ("frame", "match"),
    [
        (pd.DataFrame([[1, 2, 3]], columns=["x", "y", "x"]), r"two columns of one name: \['x', 'y', 'x'\]"),
        (pd.DataFrame({"year": [1, 2]}, YEARS), "named like its index, 'year'"),
        (pd.DataFrame({"index": [1]}), "named like its index, 'index'"),
        (pd.DataFrame({"p": [1]}, pd.MultiIndex.from_tuples([(1, 2)], names=["p", "q"])), "like a level of its index"),
        (pd.DataFrame({"a": [1]}, pd.MultiIndex.from_tuples([(1, 2)], names=["p", "p"])), "two levels of one name"),
        (pd.DataFrame({"a": [1]}, pd.MultiIndex.from_tuples([(1, None)])), "entries that are missing"),
    ],
)
def test_what_has_no_place_or_no_name_of_its_own_is_refused(frame: pd.DataFrame, match: str) -> None:
    with pytest.raises(ResultError, match=match):
        as_xarray(frame, "result")
