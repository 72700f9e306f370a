"""Numbers of tasks, times and rates in words."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.display.phrases import duration, rate_of, rate_text


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0.0 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 00 s"),
        (60, "1 min 00 s"),
        (61.6, "1 min 02 s"),
        (3599.4, "59 min 59 s"),
        (3599.6, "1 h 00 min"),
        (90_061, "25 h 01 min"),
    ],
)
def test_a_time_span_has_two_units_at_most(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


@given(st.floats(0, 1e7))
def test_a_time_span_is_right_to_its_last_unit(seconds: float) -> None:
    sizes = {"h": 3600, "min": 60, "s": 1}
    parts = re.findall(r"([\d.]+) (h|min|s)", duration(seconds))
    last = 0.1 if "." in parts[-1][0] else sizes[parts[-1][1]]
    assert abs(sum(float(number) * sizes[unit] for number, unit in parts) - seconds) <= last
    assert all(int(number) < 60 for number, unit in parts[1:])


@pytest.mark.parametrize(
    ("rate", "shown"),
    [
        (1234.4, "1234/s"),
        (10, "10/s"),
        (2.25, "2.2/s"),
        (1, "1.0/s"),
        (0.5, "30/min"),
        (1 / 60, "1.0/min"),
        (0.01, "36/h"),
        (1 / 3600, "1.0/h"),
        (0.0001, "0.4/h"),
        (0, "0.0/s"),
    ],
)
def test_a_rate_is_at_least_one_in_its_unit(rate: float, shown: str) -> None:
    assert rate_text(rate) == shown


def test_a_rate_needs_some_time() -> None:
    assert rate_of(6, 1.5) == 4
    assert rate_of(6, 0) == 0
    assert rate_of(6, -1) == 0
