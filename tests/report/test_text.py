"""Texts and numbers as a page shows them."""

import json
import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sweeprun.report.text import (
    LARGEST_WHOLE,
    LEAST_DIGITS,
    MOST_DIGITS,
    count,
    digits_of,
    float_texts,
    number,
    numbers,
    rounded,
    shown,
    span,
)

_FINITE = st.floats(allow_nan=False, allow_infinity=False)


def test_texts_give_no_orders() -> None:
    assert shown("a\x1b[2J\u202eb") == "a\\u001b[2J\\u202eb"
    assert shown("x" * 200, 10) == "x" * 10 + " …"


@given(st.text() | st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"])), st.integers(1, 50))
def test_whatever_a_text_holds_it_can_be_read(text: str, most: int) -> None:
    found = shown(text, most)
    assert all(one.isprintable() or one in "\n\t" for one in found)
    assert len(found) <= 6 * most + 6 * 4
    if text.isprintable() and len(text) <= most:
        assert found == text


@given(_FINITE | st.integers(-(2**70), 2**70))
def test_a_number_loses_nothing_on_its_way_to_a_page(value: float) -> None:
    found = json.loads(json.dumps(number(value)))
    if isinstance(value, int) and abs(value) > LARGEST_WHOLE:
        assert found == str(value)
    else:
        assert found == value
        assert not isinstance(found, str)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_json_does_not_have_is_none(value: float) -> None:
    assert number(value) is None


def test_numbers_are_written_as_their_own_type_writes_them() -> None:
    assert numbers(np.array([[0.1, 2.0], [np.nan, 1e-7]], "f4")) == (0.1, 2, None, 1e-7)
    assert numbers(np.array([0.1, 0.5], "f2")) == (0.1, 0.5)
    assert numbers(np.array([2**62 + 1, -3])) == (str(2**62 + 1), -3)
    assert numbers(np.array([True, False])) == (1, 0)


def test_statistics_have_the_digits_that_they_are_given() -> None:
    assert rounded(np.array([1 / 3, 200.0, np.nan]), 3) == (0.333, 200, None)
    assert rounded(np.array([1 / 3, 2 / 3]), np.array([2, 4])) == (0.33, 0.6667)


@given(arrays(float, st.integers(0, 6), elements=st.floats()))
def test_statistics_keep_six_digits_of_what_is_different(values: np.ndarray) -> None:
    digits = digits_of(values)
    assert LEAST_DIGITS <= digits <= MOST_DIGITS
    known = values[np.isfinite(values)]
    if len(known) and digits < MOST_DIGITS:
        spread = Decimal(float(known.max())) - Decimal(float(known.min()))
        largest = Decimal(float(np.abs(known).max()))
        found = [Decimal(str(value)) for value in rounded(known, digits)]
        worst = max(abs(one - Decimal(value)) for one, value in zip(found, known.tolist(), strict=True))
        assert worst <= max(spread, largest * Decimal(10) ** -8) * Decimal(10) ** (1 - LEAST_DIGITS)


def test_statistics_of_one_value_have_all_of_its_digits() -> None:
    assert digits_of(np.array([0.1, 0.1])) == MOST_DIGITS
    assert digits_of(np.array([np.nan, np.inf])) == LEAST_DIGITS
    assert digits_of(np.array([1e9, 1e9 + 1])) == MOST_DIGITS
    assert digits_of(np.array([-1.7e308, 1.7e308])) == LEAST_DIGITS


@given(arrays(float, st.integers(1, 6), elements=st.floats(-1e308, 1e308), unique=True))
def test_floats_side_by_side_differ_in_their_texts(values: np.ndarray) -> None:
    texts = float_texts(values)
    assert len(set(texts)) == len(values)
    np.testing.assert_allclose(np.array(texts, float), values, rtol=1e-5)


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0.1, 0.2, 0.1 + 0.2], ["0.1", "0.2", "0.3"]),
        ([1.0, 1.0000001], ["1", "1.0000001"]),
        ([np.nan, 0.5, np.inf], ["nan", "0.5", "inf"]),
        ([], []),
    ],
    ids=str,
)
def test_floats_have_no_more_digits_than_they_need(values: list[float], texts: list[str]) -> None:
    assert float_texts(np.array(values, float)) == texts


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.00017, "0.17 ms"),
        (1.5, "1.5 s"),
        (119, "119 s"),
        (150, "2 min 30 s"),
        (3599.7, "1 h 00 min"),
        (7200, "2 h 00 min"),
        (200000, "2 d 7 h"),
        (None, "unknown"),
        (math.inf, "unknown"),
    ],
)
def test_spans_are_read_by_people(seconds: float | None, text: str) -> None:
    assert span(seconds) == text


def test_one_thing_is_no_plural() -> None:
    assert [count(amount, "task") for amount in (0, 1, 12000)] == ["0 tasks", "1 task", "12,000 tasks"]
