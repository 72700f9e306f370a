"""Dims that a task did not name, and what comes with labels of its own."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import xarray as xr

from sweeprun.store.dims import default_dims, given_names, is_of_pandas, is_table


@pytest.mark.parametrize(("count", "dims"), [(0, ()), (1, ("x_0",)), (3, ("x_0", "x_1", "x_2"))])
def test_dims_are_named_after_the_variable_and_their_place(count: int, dims: tuple[str, ...]) -> None:
    assert default_dims("x", count) == dims


def test_dims_that_netcdf_made_up_have_no_names() -> None:
    assert given_names(("phony_dim_0", "time", "phony_dim_12")) == (None, "time", None)
    assert given_names(("phony_dim_0", "phony_dim_1"), {"phony_dim_1": [1]}) == (None, "phony_dim_1")
    assert given_names(("phony_dim", "phony_dim_1b", "a_phony_dim_1", 3)) == (
        "phony_dim",
        "phony_dim_1b",
        "a_phony_dim_1",
        "3",
    )


@pytest.mark.parametrize(("value", "expected"), [
    (pd.DataFrame({"a": [1]}), True), (pa.table({"a": [1]}), True), (pd.Series([1]), False), (xr.Dataset(), False),
    (np.zeros((2, 2)), False), ({"a": [1]}, False),
])  # fmt: skip
def test_tables_have_columns(value: object, expected: bool) -> None:
    assert is_table(value) is expected


@pytest.mark.parametrize("value", [pd.Series([1]), pd.Series(dtype=float), pd.DataFrame({"a": [1]}), pd.DataFrame()])
def test_series_and_frames_are_of_pandas(value: object) -> None:
    assert is_of_pandas(value)


@pytest.mark.parametrize(
    "value", [None, 1.5, "a", [1], {"a": 1}, np.zeros(2), xr.DataArray([1]), xr.Dataset(), pd.Timestamp("2020-01-01")]
)
def test_what_xarray_takes_as_it_is_is_not(value: object) -> None:
    assert not is_of_pandas(value)
