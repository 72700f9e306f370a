"""What values are taken for."""

import numpy as np
import pytest
import xarray as xr

from sweeprun.errors import UsageError
from sweeprun.statistics.estimators import IntervalKind
from sweeprun.statistics.kinds import choose_kind, is_proportion, taken_note

BOOLEAN = {"recorded_type": "bool"}


@pytest.mark.parametrize(
    ("values", "kind", "why"),
    [
        ([True, False], IntervalKind.WILSON, ""),
        ([0, 1, 0], IntervalKind.WILSON, "all values are 0 or 1: a proportion"),
        ([0.0, np.inf, 1.0], IntervalKind.WILSON, "all values are 0 or 1: a proportion"),
        ([0.0, -np.inf, 2.0], IntervalKind.COUNTS, "whole numbers from 0: counts"),
        ([np.inf, np.nan], IntervalKind.STUDENT, ""),
        ([0, 0, 0], IntervalKind.WILSON, "all values are 0 or 1: a proportion"),
        ([0.0, np.nan, 1.0], IntervalKind.WILSON, "all values are 0 or 1: a proportion"),
        ([0, 3, 1], IntervalKind.COUNTS, "whole numbers from 0: counts"),
        ([0.0, 2.0, np.nan], IntervalKind.COUNTS, "whole numbers from 0: counts"),
        ([4, 3, 1], IntervalKind.STUDENT, ""),
        ([0, -3], IntervalKind.STUDENT, ""),
        ([0.0, 0.5], IntervalKind.STUDENT, ""),
        ([np.nan, np.nan], IntervalKind.STUDENT, ""),
    ],
)
def test_the_kind_that_is_right_for_values(values: list[float], kind: IntervalKind, why: str) -> None:
    array = np.array(values)
    chosen = choose_kind(xr.DataArray(array), array, None)
    assert (chosen.kind, chosen.why) == (kind, why)
    assert is_proportion(xr.DataArray(array), array) == (kind is IntervalKind.WILSON)


def test_means_of_truth_values_are_numbers() -> None:
    assert choose_kind(xr.DataArray([True, False]), np.array([0.5, 0.25]), None).kind is IntervalKind.STUDENT
    attributed = xr.DataArray([1.0, np.nan], attrs=BOOLEAN)
    assert choose_kind(attributed, attributed.values, None).why == ""
    empty = xr.DataArray([np.nan], attrs=BOOLEAN)
    assert choose_kind(empty, empty.values, None).kind is IntervalKind.WILSON


def test_the_kind_that_was_asked_for_is_taken_if_it_can_be() -> None:
    values = np.array([0, 1, 1])
    assert choose_kind(xr.DataArray(values), values, IntervalKind.STUDENT).kind is IntervalKind.STUDENT
    with pytest.raises(UsageError, match=r"wilson.* needs values that are 0 or 1"):
        choose_kind(xr.DataArray(values), np.array([0, 2]), IntervalKind.WILSON)


def test_what_values_were_taken_for_is_one_line() -> None:
    assert taken_note(["a", "b"], "counts") == "a, b: counts; --interval student takes them for other numbers"
    assert taken_note(["a"], "") == ""
