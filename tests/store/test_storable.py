"""One value as an array: exactly, or not at all."""

from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sweeprun.store.object_values import NothingThere, Unstorable
from sweeprun.store.storable import TEXT, has_large_integers, storable


@given(
    hnp.arrays(
        hnp.integer_dtypes(endianness="?") | hnp.floating_dtypes(endianness="?", sizes=(16, 32, 64)),
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
    )
)
def test_numbers_are_stored_little_endian_with_their_values(array: np.ndarray) -> None:
    found, kind, _ = storable(array)
    assert kind[0] in "<|"
    np.testing.assert_array_equal(np.ndarray(array.shape, kind, found.tobytes()), array)


@given(hnp.arrays(object, hnp.array_shapes(max_dims=2, max_side=3), elements=st.text(st.characters(), max_size=5)))
def test_texts_keep_their_shape_and_all_characters(array: np.ndarray) -> None:
    if any(text.endswith("\0") for text in array.flat):
        with pytest.raises(Unstorable, match="zero character"):
            storable(array)
        return
    found, kind, _ = storable(array)
    assert (kind, found.dtype.kind, found.tolist()) == (TEXT, "U", array.tolist())


numbers = (
    st.integers()
    | st.integers(-(2**64), 2**65)
    | st.floats()
    | st.booleans()
    | st.complex_numbers()
    | st.floats(width=32).map(np.float32)
    | st.integers(-(2**63), 2**63 - 1).map(np.int64)
    | st.decimals(allow_nan=False, allow_infinity=False, places=3)
)


@given(st.lists(numbers, min_size=1, max_size=4))
def test_a_list_of_numbers_is_stored_exactly_or_not_at_all(values: list[Any]) -> None:
    try:
        found, _, _ = storable(values)
    except Unstorable:
        return
    for value, stored in zip(values, found.tolist(), strict=True):
        plain = value.item() if isinstance(value, np.generic) else value
        assert stored == plain or (stored != stored and plain != plain)  # noqa: PLR0124  # NaN


class Kind(str, Enum):  # noqa: UP042  # an enum as it was written before Python had this one
    LONG = "a text"


class Raw(bytes, Enum):
    DIGEST = b"ab\0c"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (Kind.LONG, "a text"),
        ([Kind.LONG, "b"], ["a text", "b"]),
        (np.array([Kind.LONG], object), ["a text"]),
        (Raw.DIGEST, b"ab\0c"),
        ([Raw.DIGEST], [b"ab\0c"]),
        ([np.ma.array([1, 2], mask=[0, 1]), np.ma.array([3, 4], mask=[1, 0])], [[1.0, np.nan], [np.nan, 4.0]]),
        ([np.ma.array([1, 2]), [3, 4]], [[1, 2], [3, 4]]),
        ([np.ma.masked, 1.5], [np.nan, 1.5]),
        ([np.ma.array(["x", "y"], mask=[0, 1])], [["x", ""]]),
        ([np.ma.array([1, 2], "M8[ns]", mask=[0, 1])], np.array([[1, "NaT"]], "M8[ns]")),
        ([pd.Series([1, 2]), [3, 4]], [[1, 2], [3, 4]]),
        ([pd.Series([1, None], dtype="Int64")], [[1.0, np.nan]]),
        (date(2020, 1, 2), np.datetime64("2020-01-02T00:00:00.000000")),
        ([datetime(2020, 1, 2, 3, 4, 5, 6)], np.array(["2020-01-02T03:04:05.000006"], "M8[us]")),  # noqa: DTZ001
        (timedelta(seconds=1.5), np.timedelta64(1_500_000, "us")),
        ([date(2020, 1, 2), datetime(2020, 1, 2, 12)], np.array(["2020-01-02", "2020-01-02T12"], "M8[us]")),  # noqa: DTZ001
        ([2**63 + 1, 5], np.array([2**63 + 1, 5], np.uint64)),
        (np.array([7, 8], dtype=object), np.array([7, 8])),
        (np.longdouble(1.5), np.float64(1.5)),
        ([np.longdouble(1.5), 2], np.array([1.5, 2.0])),
        ((3, 4), np.array([3, 4])),
        ([[1, 2], [3, None]], np.array([[1.0, 2.0], [3.0, np.nan]])),
        (np.ma.masked, np.float64("nan")),
        ([b"ab\0c", b"d"], np.array([b"ab\0c", b"d"])),
        (np.timedelta64("NaT"), np.timedelta64("NaT")),
        (np.datetime64("2020-03"), np.datetime64("2020-03")),
        (np.array("2020-01-01T00:00:00.120", "M8[10ms]"), np.array("2020-01-01T00:00:00.120", "M8[10ms]")),
    ],
)
def test_values_become_numpys(data: object, expected: Any) -> None:
    found, kind, _ = storable(data)
    np.testing.assert_array_equal(found, expected)
    assert kind == (TEXT if found.dtype.kind == "U" else np.asarray(expected).dtype.str)


def test_units_of_quantities_in_a_list_are_those_of_all() -> None:
    class Quantity:
        def __init__(self, magnitude: float, units: str) -> None:
            self.magnitude, self.units = magnitude, units

    found, _, attrs = storable([[Quantity(1, "s")], [None]])
    np.testing.assert_array_equal(found, [[1.0], [np.nan]])
    assert attrs == {"units": "s"}
    with pytest.raises(Unstorable, match="quantities of different units"):
        storable([Quantity(1, "s"), Quantity(2, "h")])
    with pytest.raises(Unstorable, match="quantities of different units"):
        storable([Quantity(1, "s"), 2])


@pytest.mark.parametrize(
    "data",
    [
        [pd.DataFrame({"n": [2**53 + 1], "x": [0.5]})],
        (pd.Series([1.0], ["a"]),),
        [np.ma.array([2**53 + 1, 1], mask=[0, 1])],
        [pd.Series([2**53 + 1, None], dtype="Int64")],
    ],
)
def test_a_list_has_no_place_for_names_and_labels_and_rounds_nothing(data: object) -> None:
    with pytest.raises(Unstorable):
        storable(data)


@pytest.mark.parametrize("data", [[None], [[None, None]], np.array([None])])
def test_an_array_of_nothing_has_no_type(data: object) -> None:
    with pytest.raises(NothingThere):
        storable(data)


def test_integers_that_floats_round_are_known() -> None:
    edges = [2**53, 2**53 + 1, -(2**53), -(2**53) - 1, -(2**63)]
    assert [has_large_integers(np.array([edge])) for edge in edges] == [False, True, False, True, True]
    assert not has_large_integers(np.array([2.0**60]))
    assert has_large_integers(np.array([2**63], np.uint64))
