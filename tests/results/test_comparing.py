"""Two results of one task: equal to the bit, or by how much they differ."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from sweeprun.results.comparing import SomeOf, as_collected, compare_arrays, compare_records
from tests.results.runs import failure, success


@given(arrays(st.sampled_from(["<f8", "<i4", "?", "<c16", "<U3"]), array_shapes(max_dims=2, max_side=4)))
def test_a_result_equals_itself(array: np.ndarray) -> None:
    record = success(0, {"x": array})
    assert compare_records(record, replace(record, attempt=2, seconds=9.0, started=3.0)) == []
    assert compare_arrays({"x": array}, {"x": array.copy()}) == []


@given(arrays("<f8", 5, elements=st.floats(allow_nan=True)), st.integers(0, 4), st.integers(0, 63))
def test_one_flipped_bit_is_a_difference(array: np.ndarray, place: int, bit: int) -> None:
    other = array.copy()
    other.view("<u8")[place] ^= np.uint64(1 << bit)
    (difference,) = compare_records(success(0, {"x": array}), success(0, {"x": other}))
    assert difference.variable == "x"


def test_how_much_it_is() -> None:
    before = {"x": np.array([1.0, 2.0, np.nan]), "n": np.array(3)}
    (x, n) = compare_arrays(before, {"x": np.array([1.5, 2.0, np.nan]), "n": np.array(4)})
    assert (x.what, x.absolute, x.relative) == ("1 of 3 values differ", 0.5, 0.5)
    assert (n.what, n.absolute, n.relative) == ("differs", 1.0, 1 / 3)
    (sign,) = compare_arrays({"x": np.array(0.0)}, {"x": np.array(-0.0)})
    assert sign.what == "differs in signs of zero or NaNs"


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ({"x": np.zeros(2)}, {"x": np.zeros(3)}, "float64(2,) before, float64(3,) now"),
        ({"x": np.zeros(2)}, {"x": np.zeros(2, int)}, "float64(2,) before, int64(2,) now"),
        ({"x": np.zeros(2)}, {}, "is there no more"),
        ({}, {"x": np.zeros(2)}, "was not there"),
        ({"x": np.array("a")}, {"x": np.array("b")}, "differs"),
        ({"x": np.array(["a", "b"])}, {"x": np.array(["a", "longer"])}, "1 of 2 values differ"),
    ],
)
def test_other_differences_are_told_in_words(
    before: dict[str, np.ndarray], after: dict[str, np.ndarray], what: str
) -> None:
    (difference,) = compare_arrays(before, after)
    assert difference.what == what
    assert np.isnan(difference.absolute)


def test_outcomes_are_compared() -> None:
    assert compare_records(failure(0, "A", "x"), failure(0, "A", "x")) == []
    (one,) = compare_records(failure(0, "A", "x\ny"), failure(0, "B", "x"))
    assert one.what == "A: x before, B: x now"
    (two,) = compare_records(success(0, 1.0), failure(0, "B", "x"))
    assert two.what == "a result before, B: x now"


def test_a_dataset_pads_and_promotes() -> None:
    collected = {
        "n": np.array(3.0),
        "y": np.array([0.5, 0.25, np.nan]),
        "s": np.array("ab", dtype=object),
        "others": np.array(np.nan),
        "text": np.array(""),
    }
    now = {"n": np.array(3), "y": np.array([0.5, 0.25]), "s": np.array("ab")}
    assert compare_arrays(*as_collected(collected, now)) == []
    (difference,) = compare_arrays(*as_collected(collected, now | {"y": np.array([0.5, 0.125])}))
    assert difference.absolute == 0.125
    assert compare_arrays(*as_collected(collected | {"others": np.array(1.0)}, now))
    assert compare_arrays(*as_collected(collected, now | {"y": np.array([0.5])}))


def test_what_a_dataset_was_not_to_have_is_not_compared() -> None:
    collected = {"n": np.array(3.0)}
    now = {"n": np.array(3), "text": np.array("ab")}
    assert [one.what for one in compare_arrays(*as_collected(collected, now))] == ["was not there"]
    assert compare_arrays(*as_collected(SomeOf(collected), now)) == []
    assert compare_arrays(*as_collected(SomeOf(collected), now | {"n": np.array(4)}))
    assert compare_arrays(*as_collected(SomeOf(collected), {"text": np.array("ab")}))


def test_coordinates_that_earlier_versions_did_not_record_are_no_difference() -> None:
    before = success(0, xr.Dataset({"x": 1.0}))
    assert compare_records(before, success(0, xr.Dataset({"x": 1.0}, {"lr": 0.1}))) == []
    (found,) = compare_records(before, success(0, xr.Dataset({"x": 2.0}, {"lr": 0.1})))
    assert found.variable == "x"
    (found,) = compare_records(before, success(0, {"x": 1.0, "lr": 0.1}))
    assert (found.variable, found.what) == ("lr", "was not there")


def test_a_dataset_says_itself_what_an_axis_says() -> None:
    one, half = np.array(1.0), np.array(0.5)
    assert as_collected({"x": one}, {"x": one, "lr": half}, {"lr"}) == ({"x": one}, {"x": one})
    before, after = as_collected({"x": one, "result_lr": half}, {"x": one, "lr": one}, {"lr"})
    assert [one.variable for one in compare_arrays(before, after)] == ["result_lr"]


def test_dims_of_other_names_are_a_difference() -> None:
    before, after = success(0, {"x": ("phony_dim_0", [1.0])}), success(0, {"x": [1.0]})
    (difference,) = compare_records(before, after)
    assert (difference.variable, difference.what) == ("x", "the dims phony_dim_0 before, x_0 now")
