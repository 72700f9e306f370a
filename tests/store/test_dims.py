"""Dims that a task did not name, and what comes with labels of its own."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sweeprun.store.dims import default_dims, is_of_pandas


@pytest.mark.parametrize(
    ("shape", "dims"), [((), ()), ((3,), ("x_0",)), ((3, 3), ("x_0", "x_1")), ((0, 2, 1), ("x_0", "x_1", "x_2"))]
)
def test_dims_are_named_after_the_variable_and_their_place(shape: tuple[int, ...], dims: tuple[str, ...]) -> None:
    assert default_dims("x", np.zeros(shape)) == dims


@pytest.mark.parametrize("value", [pd.Series([1]), pd.Series(dtype=float), pd.DataFrame({"a": [1]}), pd.DataFrame()])
def test_series_and_frames_are_of_pandas(value: object) -> None:
    assert is_of_pandas(value)


@pytest.mark.parametrize(
    "value", [None, 1.5, "a", [1], {"a": 1}, np.zeros(2), xr.DataArray([1]), xr.Dataset(), pd.Timestamp("2020-01-01")]
)
def test_what_xarray_takes_as_it_is_is_not(value: object) -> None:
    assert not is_of_pandas(value)
