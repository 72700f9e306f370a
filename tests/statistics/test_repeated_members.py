"""Members of a Dataset that repeat each other."""

import numpy as np
import pytest

from sweeprun.statistics import repeated_members as module
from sweeprun.statistics.doubts import doubts_of
from sweeprun.statistics.repeated_members import repeated_members
from sweeprun.statistics.repeated_values import Repeats
from tests.statistics.results import collected, drawn
from tests.statistics.test_doubts import MEMBERS


def repeated(points: int = 2, *own: int) -> np.ndarray:
    """At the last point the members are those of two workers, each with one value."""
    x = drawn(points, 10, *own)
    x[-1, 2:] = x[-1, [0, 1] * 4]
    return x


def test_the_point_is_named_where_members_repeat() -> None:
    assert repeated_members(collected(x=repeated()), "x", ["member"]) == (Repeats(2, 10), " at lr=1.0")
    assert repeated_members(collected(x=repeated(2, 3)), "x", ["member"]) == (Repeats(2, 10), " at lr=1.0")
    both = np.concatenate([repeated(1), repeated(1)])
    assert repeated_members(collected(x=both), "x", ["member"]) == (Repeats(2, 10), " at lr=0.1 and at other points")
    assert repeated_members(collected(x=repeated()).isel(lr=1), "x", ["member"]) == (Repeats(2, 10), "")


def test_each_door_hears_of_it() -> None:
    (line,) = doubts_of(collected(x=repeated(), y=drawn(2, 10)), MEMBERS, ["x", "y"])
    assert line.startswith("x has only 2 distinct values in 10 members at lr=1.0, equal to the bit although")


@pytest.mark.parametrize("shared_by", [["lr"], []])
def test_members_of_shared_streams_may_repeat(shared_by: list[str]) -> None:
    assert repeated_members(collected(x=repeated(), shared_by=shared_by), "x", ["member"]) is None


def test_whole_numbers_truth_and_long_curves_may() -> None:
    for x in (np.rint(9 * repeated()).astype(int), repeated() > 0, repeated(2, 100), np.zeros((2, 9, 0))):
        assert repeated_members(collected(x=x), "x", ["member"]) is None


def test_what_is_looked_at_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    sorted_values: list[int] = []
    look = module.may_repeat
    monkeypatch.setattr(module, "may_repeat", lambda samples: sorted_values.append(samples.size) or look(samples))
    large = np.random.default_rng(0).random((2, 10_000))
    large[1, 2:] = large[1, [0, 1] * 4999]
    assert repeated_members(collected(x=large), "x", ["member"]) == (Repeats(2, 4096), " at lr=1.0")
    assert sorted_values == [2 * 4096]
