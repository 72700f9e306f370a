"""Python's values by families, and dates of other calendars."""

from decimal import Decimal
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any

import cftime
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sweeprun.store.object_values import Unstorable, describe, is_missing, typed_objects


@pytest.mark.parametrize(
    ("value", "missing"), [(None, True), (pd.NA, True), (pd.NaT, True), (np.nan, False), ("", False)]
)
def test_what_only_says_that_there_is_nothing(value: object, missing: bool) -> None:
    assert is_missing(value) == missing


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([1, 2**63], np.array([1, 2**63], np.uint64)),
        ([True, np.bool_(False)], np.array([True, False])),
        ([1, Decimal("0.5"), Fraction(1, 4)], np.array([1.0, 0.5, 0.25])),
        ([1j, np.float32(2), 3], np.array([1j, 2, 3])),
        ([PurePosixPath("a/ü"), "b"], np.array(["a/ü", "b"])),
        ([b"a", b"bc"], np.array([b"a", b"bc"])),
        ([pd.Timestamp(1, unit="ns"), np.datetime64("2020")], np.array([1, 1577836800 * 10**9], "M8[ns]")),
        ([pd.Timedelta(1, "ns"), np.timedelta64(1, "s")], np.array([1, 10**9], "m8[ns]")),
    ],
)
def test_values_of_one_family_are_one_array(items: list[Any], expected: np.ndarray) -> None:
    found, attrs = typed_objects(items)
    np.testing.assert_array_equal(found, expected)
    assert (found.dtype, attrs) == (expected.dtype, {})


@pytest.mark.parametrize(
    ("dates", "units"),
    [
        ([cftime.DatetimeNoLeap(2000, 3, 1), cftime.DatetimeNoLeap(1, 1, 1)], "seconds since 2000-01-01"),
        ([cftime.Datetime360Day(2000, 2, 30, 1, 2, 3, 4)], "microseconds since 2000-01-01"),
    ],
)
def test_dates_of_other_calendars_are_numbers_that_xarray_decodes(dates: list[Any], units: str) -> None:
    numbers, attrs = typed_objects(dates)
    assert attrs == {"units": units, "calendar": dates[0].calendar}
    coded = xr.Dataset({"t": ("t", numbers, dict(attrs))})
    decoded = xr.decode_cf(coded, decode_times=xr.coders.CFDatetimeCoder(use_cftime=True))
    assert decoded["t"].values.tolist() == dates


@pytest.mark.parametrize(
    ("items", "why"),
    [
        ([1, "a"], "it holds a text and an integer"),
        ([object()], "it is a value of type object"),
        ([[1], [2, 3]], "its parts have different lengths"),
        ([cftime.DatetimeNoLeap(2000, 3, 1), cftime.Datetime360Day(2000, 2, 30)], "different calendars"),
        ([Fraction(1, 3)], "no float64 is equal to a value of type Fraction"),
        ([10**400, 0.5], "no float64 is equal to an integer"),
        ([np.datetime64("1000", "Y"), np.datetime64(1, "ns")], "no one unit"),
    ],
)
def test_why_values_are_no_array(items: list[Any], why: str) -> None:
    with pytest.raises(Unstorable, match=why):
        typed_objects(items)


def test_a_value_is_described_by_its_type() -> None:
    assert describe("secret") == describe("other") == "a text"
