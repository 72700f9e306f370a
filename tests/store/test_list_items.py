"""Values in lists keep what they are, or are left out."""

from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import xarray as xr

from sweeprun.store.object_values import Unstorable
from sweeprun.store.storable import storable

Fit = namedtuple("Fit", "slope error")
TABLE = pd.DataFrame({"loss": [1.0]})
ARRAY = xr.DataArray([1, 2], {"x": [3, 4]}, "x")


@dataclass
class Point:
    x: float


@pytest.mark.parametrize(
    "item",
    [
        TABLE,
        TABLE.rename_axis("epoch"),
        pd.Series({"a": 1, "b": 2}),
        pd.Series([1, 2], index=[1, 2]),
        ARRAY,
        ARRAY.drop_vars("x"),
        ARRAY.sum().assign_coords(t=3),
        xr.DataArray(1.0, attrs={"units": "m"}),
        ARRAY.variable,
        xr.Dataset({"a": 1}),
        xr.DataTree(xr.Dataset({"a": 1})),
        {"a": 1},
        Fit(1, 2),
        Point(1),
        pa.table({"a": [1]}),
        np.zeros(2, [("a", "f8")]),
    ],
    ids=lambda item: type(item).__name__,
)
@pytest.mark.parametrize("wrap", [lambda item: [item, item], lambda item: (item,), lambda item: [[item]]])
def test_what_has_names_or_labels_is_no_item_of_a_list(item: Any, wrap: Any) -> None:
    with pytest.raises(Unstorable, match=f"value of type {type(item).__name__} in a list, which has no place"):
        storable(wrap(item))


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([pd.Series([1, 2]), pd.Series([3, 4])], [[1, 2], [3, 4]]),
        ([TABLE["loss"], TABLE["loss"]], [[1.0], [1.0]]),
        ([pd.DataFrame([[1, 2]])], [[[1, 2]]]),
        ([xr.DataArray(1.5), 2.5], [1.5, 2.5]),
        ([pa.array([1, 2])], [[1, 2]]),
        ([None, xr.DataArray(1.5)], [np.nan, 1.5]),
        ([np.ma.masked_array([1, 2], [False, True]), np.ma.masked_array([3, 4])], [[1, np.nan], [3, 4]]),
        ([np.ma.masked, 1.0], [np.nan, 1.0]),
    ],
)
def test_what_has_none_is_its_values(items: list[Any], expected: list[Any]) -> None:
    np.testing.assert_array_equal(storable(items)[0], expected)


def test_what_is_masked_in_a_list_keeps_its_type() -> None:
    times = np.array(["2020-01-01T00:00:00.000000001", "2020-01-02"], "M8[ns]")
    found, kind, _ = storable([np.ma.masked_array(times, [False, True])])
    assert kind == "<M8[ns]"
    np.testing.assert_array_equal(found, [[times[0], np.datetime64("NaT")]])


def test_columns_of_different_names_are_no_list() -> None:
    with pytest.raises(Unstorable, match="columns of different names"):
        storable([pd.Series([1], name="a"), pd.Series([2], name="b")])
