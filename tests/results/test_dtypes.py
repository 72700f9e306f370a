"""Types of variables: which go together, how values become others, and what stands for a missing one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from sweeprun.results.dtypes import (
    DType,
    ascii_bytes,
    beyond_nanoseconds,
    cast,
    encodable,
    encodable_text,
    equal,
    family,
    is_missing,
    kept,
    missing,
)

_TYPES = ["?", "i1", "u8", "f2", "f4", "f8", "c8", "c16", "U3", "S3", "O", "M8[ms]", "m8[s]"]


@pytest.mark.parametrize(
    ("type_", "words"),
    [
        ("?", "number"),
        ("c16", "number"),
        ("U2", "text"),
        ("O", "text"),
        ("S1", "bytes"),
        ("M8[D]", "date"),
        ("m8[h]", "time span"),
    ],
)
def test_types_have_a_family_in_words(type_: str, words: str) -> None:
    assert family(np.dtype(type_)) == words


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("M8[ns]", "M8[ns]"),
        ("M8[Y]", "M8[s]"),
        ("M8[25s]", "M8[s]"),
        ("m8[W]", "m8[s]"),
        ("m8[ps]", "m8[ns]"),
        ("m8", "m8[s]"),
        ("i2", "i2"),
        ("U7", "U7"),
    ],
)
def test_times_get_the_nearest_unit_that_xarray_has(type_: str, expected: str) -> None:
    assert kept(np.dtype(type_)) == np.dtype(expected)


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(2**53 - 3, 2**53 + 3)))
def test_integers_become_floats_exactly_or_not_at_all(values: list[int]) -> None:
    exact = all(int(float(value)) == value for value in values)
    array = np.array(values, np.int64)
    if exact:
        assert [int(one) for one in cast(array, np.dtype(float)).tolist()] == values
    else:
        with pytest.raises(OverflowError, match="more digits"):
            cast(array, np.dtype(float))


@given(st.integers(-(2**62), 2**62), st.sampled_from("Dhms"), st.sampled_from(["s", "ms", "us", "ns"]))
def test_times_keep_their_value_or_are_refused(count: int, unit: str, finer: str) -> None:
    seconds = {"D": 86400, "h": 3600, "m": 60, "s": 1}[unit]
    parts = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[finer]
    span = np.array([count], f"m8[{unit}]")
    expected = count * seconds * parts
    if abs(expected) < 2**63:
        assert cast(span, np.dtype(f"m8[{finer}]")).astype(np.int64).tolist() == [expected]
    else:
        with pytest.raises(OverflowError, match=rf"a time span is out of the range of timedelta64\[{finer}\]"):
            cast(span, np.dtype(f"m8[{finer}]"))


def test_missing_times_stay_missing_and_what_is_empty_takes_any_type() -> None:
    dates = cast(np.array(["2020-01-01", "NaT"], "M8[D]"), np.dtype("M8[ns]"))
    assert np.isnat(dates).tolist() == [False, True]
    assert cast(np.zeros((2, 0)), np.dtype("M8[s]")).shape == (2, 0)
    assert cast(np.array([]), np.dtype("U5")).dtype == np.dtype("U5")


@pytest.mark.parametrize("type_", _TYPES)
def test_missing_values_are_known_as_such_where_their_type_has_one(type_: str) -> None:
    found = missing((2, 3), np.dtype(type_))
    assert found.shape == (2, 3)
    if found.dtype.kind in "fcmM":
        assert is_missing(found).all()
    else:
        assert set(found.ravel().tolist()) <= {"", b""}
        assert not is_missing(found).any()


@st.composite
def any_arrays(draw: st.DrawFn) -> np.ndarray:
    type_ = draw(st.sampled_from(_TYPES))
    elements = st.text(max_size=3) if type_ == "O" else None
    found: np.ndarray = draw(arrays(np.dtype(type_), array_shapes(max_side=3), elements=elements))
    return found


@given(any_arrays())
@settings(max_examples=40)
def test_an_array_equals_itself_and_no_other_shape(array: np.ndarray) -> None:
    assert equal(array, array.copy())
    assert not equal(array, array[np.newaxis])


def test_one_missing_value_makes_a_difference() -> None:
    assert equal(np.array([1.0, np.nan]), np.array([1, np.nan], "f4"))
    assert not equal(np.array([1.0, np.nan]), np.array([1.0, 2.0]))
    assert not equal(np.array(["NaT"], "M8[s]"), np.array(["2020"], "M8[s]"))


@pytest.mark.parametrize(
    ("dates", "beyond"),
    [
        (["1678-01-01", "2261-12-31"], False),
        (["1677-12-31"], True),
        (["2020-01-01", "2262-01-01"], True),
        (["-0044-03-15"], True),
        (["NaT"], False),
        ([], False),
    ],
)
def test_dates_that_nanoseconds_can_not_hold(dates: list[str], beyond: bool) -> None:
    assert beyond_nanoseconds(np.array(dates, "M8[D]")) is beyond


_ANY_TEXT = st.text(st.characters(exclude_characters="\0") | st.characters(categories=["Cs"]), max_size=6)


@given(st.lists(_ANY_TEXT, min_size=1), st.sampled_from([np.dtype("U6"), np.dtype(object)]))
def test_texts_can_be_written_whatever_they_hold(texts: list[str], dtype: DType) -> None:
    found = encodable(np.array(texts, dtype))
    assert found.shape == (len(texts),)
    for text, written in zip(texts, found.tolist(), strict=True):
        assert written.encode() == text.encode(errors="backslashreplace")
        assert encodable_text(text) == written


def test_texts_without_surrogates_are_not_copied() -> None:
    texts = np.array([["ä", "\uffff"], ["", "𝄞"]])
    assert encodable(texts) is texts
    assert encodable(np.zeros(3, "U0")).tolist() == ["", "", ""]


@given(arrays(np.dtype("U4"), array_shapes(max_side=3), elements=st.text(st.characters(max_codepoint=200), max_size=4)))
def test_ascii_texts_are_the_same_as_bytes(texts: np.ndarray) -> None:
    found = ascii_bytes(texts)
    if all(text.isascii() for text in texts.ravel().tolist()):
        assert found is not None
        np.testing.assert_array_equal(found, texts.astype("S4"))
    else:
        assert found is None


def test_columns_of_a_wider_array_are_read_as_they_are() -> None:
    texts = np.array([["ab", "c"], ["d", "ef"]])[:, 1]  # not contiguous
    found = ascii_bytes(texts)
    assert found is not None
    assert found.tolist() == [b"c", b"ef"]
    assert encodable(np.array([["\udc81", "x"], ["y", "z"]])[:, 0]).tolist() == ["\\udc81", "y"]


@pytest.mark.parametrize("unit", ["M", "Y"])
def test_time_spans_without_a_fixed_length_are_refused(unit: str) -> None:
    with pytest.raises(OverflowError, match="no fixed length"):
        cast(np.array([3, "NaT"], f"m8[{unit}]"), np.dtype("m8[s]"))
    assert np.isnat(cast(np.array(["NaT"], f"m8[{unit}]"), np.dtype("m8[s]"))).all()
