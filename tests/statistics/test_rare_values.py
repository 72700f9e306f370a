"""Points at which all members are 0, or all 1, where other values may be rare."""

import numpy as np

from sweeprun.statistics.dependence import Members
from sweeprun.statistics.estimators import IntervalKind
from sweeprun.statistics.rare_values import only_one_value, told_only_one_value
from tests.statistics.results import collected, drawn

MEMBERS = Members(over=("member",), apart=("member",))
STUDENT, NAN = IntervalKind.STUDENT, np.nan


def payoffs() -> np.ndarray:
    """Of three options, of which the second one was never in the money, and the third always by 1."""
    paid = np.abs(drawn(3))
    paid[1], paid[2] = 0, 1
    return paid


def test_points_with_only_zeros_or_only_ones() -> None:
    found = only_one_value(collected(x=payoffs()), "x", MEMBERS)
    assert found is not None
    assert found.zero.values.tolist() == [False, True, False]
    assert found.one.values.tolist() == [False, False, True]
    assert found.members.values.tolist() == [9, 9, 9]
    assert only_one_value(collected(x=drawn()), "x", MEMBERS) is None


def test_missing_members_do_not_matter_and_one_is_not_enough() -> None:
    paid = payoffs()
    paid[1, 3:], paid[2, 1:] = NAN, NAN
    found = only_one_value(collected(x=paid), "x", MEMBERS)
    assert found is not None
    assert (found.where.values.tolist(), int(found.members[1])) == ([False, True, False], 3)


def test_a_curve_may_begin_alike() -> None:
    curve = drawn(2, 9, 5)
    curve[..., 0] = 0
    assert only_one_value(collected(x=curve), "x", MEMBERS) is None
    curve[1] = 0
    found = only_one_value(collected(x=curve), "x", Members(over=("member", "t"), apart=("member",), together=("t",)))
    assert found is not None
    assert found.zero.values.tolist() == [False, True]


def test_nothing_is_said_of_members_that_share_their_streams() -> None:
    assert only_one_value(collected(x=payoffs(), shared_by=["lr"]), "x", MEMBERS) is None


def test_variables_with_the_same_points_have_one_line() -> None:
    data = collected(x=payoffs(), y=2 * payoffs(), z=np.zeros((3, 9)))
    lines = list(told_only_one_value(data, MEMBERS, dict.fromkeys("xyz", STUDENT)))
    unknown = ": other values may be rare, so the error there is unknown, and not 0"
    assert lines == [
        f"x, y are 0 in all 9 members at 1 of 3 points (lr=1.0){unknown}",
        f"x is 1 in all 9 members at 1 of 3 points (lr=10.0){unknown}",
        f"z is 0 in all 9 members at every point{unknown}",
    ]
    assert list(told_only_one_value(data, MEMBERS, dict.fromkeys("xyz", IntervalKind.WILSON))) == []


def test_the_only_point_needs_no_name() -> None:
    (line,) = told_only_one_value(collected(x=payoffs()).isel(lr=1), MEMBERS, {"x": STUDENT})
    assert line.startswith("x is 0 in all 9 members: ")
