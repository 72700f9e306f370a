"""Dates and time spans as texts: equal moments have equal labels, and a label leads back to its moment."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.dates import (
    as_labels,
    date_label,
    dates,
    label_of_date,
    label_of_span,
    nanoseconds,
    span_label,
    spans,
)


@pytest.mark.parametrize(
    ("text", "label"),
    [("2024-05-01", "2024-05-01"), ("2024-05-01T00:00", "2024-05-01"), ("2024-05-01 06", "2024-05-01T06:00:00"),
     ("2024", "2024-01-01"), ("now", None), ("2024-13-01", None), ("2024-05-01T00:00+01:00", None)],
)  # fmt: skip
def test_dates_are_read_as_they_are_typed(text: str, label: str | None) -> None:
    assert date_label(text) == label


def test_time_spans_are_read_as_they_are_typed() -> None:
    assert span_label("90m") == "90m"
    assert span_label("120m") == "2h"
    assert span_label("-48h") == "-2D"
    assert span_label("1 day") is None


def test_coordinates_of_dates_are_in_nanoseconds_where_these_reach() -> None:
    assert dates(["2024-01-01", "2024-01-01T00:00:00.000000001"]).dtype == "datetime64[ns]"
    far = dates(["0001-01-01", "9999-01-01"])
    assert far.dtype == "datetime64[us]"
    assert far[0] == np.datetime64("0001-01-01")
    assert spans(["36h", "-1ns"]).tolist() == [129_600_000_000_000, -1]
    assert spans(["200000D"]).dtype == "timedelta64[us]"
    assert as_labels(far) == ["0001-01-01", "9999-01-01"]
    assert as_labels(spans(["36h"])) == ["36h"]
    assert as_labels(np.array([1.5])) == [1.5]


@given(st.datetimes())
def test_the_label_of_a_date_leads_back_to_it(moment: dt.datetime) -> None:
    label = label_of_date(np.datetime64(moment))
    assert dt.datetime.fromisoformat(label) == moment
    assert date_label(label) == label


@given(st.dates())
def test_a_day_has_one_label_in_every_unit_that_measures_it(day: dt.date) -> None:
    units = ("D", "h", "m", "s", "ms", "us")
    assert {label_of_date(np.datetime64(day).astype(f"datetime64[{unit}]")) for unit in units} == {day.isoformat()}


@given(st.integers(-(10**21), 10**21))
def test_the_label_of_a_span_leads_back_to_it(count: int) -> None:
    assert nanoseconds(label_of_span(count)) == count


@given(st.integers(-(10**5), 10**5), st.sampled_from(["D", "h", "m", "s", "ms", "us", "ns"]))
def test_spans_of_one_length_have_one_label(number: int, unit: str) -> None:
    text = f"{number}{unit}"
    label = span_label(text)
    assert label is not None
    assert nanoseconds(label) == nanoseconds(text)
    assert label == span_label(f"{nanoseconds(text)}ns")


@given(st.lists(st.datetimes(), min_size=1), st.lists(st.integers(-(2**62), 2**62), min_size=1))
def test_coordinates_are_labelled_as_what_they_were_made_of(moments: list[dt.datetime], counts: list[int]) -> None:
    of_dates = [label_of_date(np.datetime64(moment)) for moment in moments]
    of_spans = [label_of_span(count) for count in counts]
    assert as_labels(dates(of_dates)) == of_dates
    assert as_labels(spans(of_spans)) == of_spans


def test_missing_moments_are_labelled_as_such() -> None:
    assert as_labels(np.array(["2024-05-01T12", "NaT"], "datetime64[s]")) == ["2024-05-01T12:00:00", "NaT"]
    assert as_labels(np.array([3600, "NaT"], "timedelta64[s]")) == ["1h", "NaT"]


@pytest.mark.parametrize(
    ("first", "last", "unit"),
    [
        ("1677-09-23", "2262-04-10T23:59:59", "ns"),
        ("1677-09-21", "2024-01-01", "us"),
        ("2024-01-01", "2262-04-12", "us"),
    ],
)
def test_one_date_out_of_reach_of_nanoseconds_changes_the_unit_of_all(first: str, last: str, unit: str) -> None:
    assert dates([first, last]).dtype == f"datetime64[{unit}]"
    assert as_labels(dates([first, last])) == [first, last]


def test_a_span_that_microseconds_cannot_measure_has_no_label() -> None:
    assert span_label(f"{2**63 - 1}us") == f"{2**63 - 1}us"
    assert span_label(f"{2**63}us") is None
    assert span_label(f"-{10**20}D") is None


@pytest.mark.parametrize("label", ["", "h", "1.5h", "1 h", "90min", "1h30m", 3, None])
def test_a_length_is_asked_of_spans_only(label: str | int | None) -> None:
    with pytest.raises(ValueError, match="is no time span") as refused:
        nanoseconds(label)
    assert repr(label) in str(refused.value)
