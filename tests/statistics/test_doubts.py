"""What is to be said of results before anything is concluded from them."""

import numpy as np
import pytest
import xarray as xr

from sweeprun.results.variables import VariableError
from sweeprun.statistics import doubts
from sweeprun.statistics.dependence import Members
from sweeprun.statistics.doubts import doubts_of, doubts_within, undetermined_points, usual_members
from sweeprun.statistics.not_finite import NanPolicy, all_finite
from tests.statistics.results import collected, drawn

FIXED = 0.30000000000000004
MEMBERS = Members(over=("member",), apart=("member",))
NAN, INF = np.nan, np.inf


def doubtful() -> xr.Dataset:
    x = drawn()
    x[1, :3] = NAN
    return collected(x=x, fixed=np.full((2, 9), FIXED), fine=drawn(), curve=drawn(2, 9, 100))


def test_each_variable_has_its_sentences() -> None:
    assert list(doubts_of(doubtful(), MEMBERS, ["fine", "curve"])) == []
    nan, equal = doubts_of(doubtful(), MEMBERS, ["x", "fixed"], NanPolicy.OMIT)
    assert nan == "x: 3 of 18 results are NaN, and left out: lr=1.0 (3 of 9)"
    assert equal.startswith("fixed is equal to the bit in all 9 members at every point")


def test_without_members_none_are_equal() -> None:
    assert list(doubts_of(doubtful(), Members(over=(), apart=()), ["x", "fixed"])) == [
        "x: 3 of 18 results are NaN: lr=1.0 member=0 (1 of 1), lr=1.0 member=1 (1 of 1), lr=1.0 member=2 (1 of 1)"
    ]


def test_members_are_found_by_their_usual_names() -> None:
    assert usual_members(doubtful()) == MEMBERS
    assert usual_members(doubtful().rename(member="seed")).over == ("seed",)
    assert usual_members(doubtful().rename(member="draw")).over == ()


def test_large_variables_are_not_read_and_named() -> None:
    nan, equal, unread = doubts_within(doubtful(), 1000)
    assert (nan[:2], equal[:5]) == ("x:", "fixed")
    assert unread == "not looked through for NaN and equal members, since large: curve; sweeprun stats does that"
    assert len(doubts_within(doubtful(), 10**6)) == 2
    many = doubtful().assign({f"y{i}": doubtful()["x"] for i in range(7)})[[f"y{i}" for i in range(7)]]
    (unread,) = doubts_within(many, 0)
    assert "y0, y1, y2, y3, y4 and 2 more;" in unread


def test_what_cannot_be_read_keeps_nothing_else_from_being_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(variable: xr.DataArray) -> bool:
        if variable.name == "fixed":
            raise VariableError("fixed", "it can't be read")
        return all_finite(variable)

    monkeypatch.setattr(doubts, "all_finite", failing)
    assert doubts_within(doubtful(), 10**6) == ["x: 3 of 18 results are NaN: lr=1.0 (3 of 9)"]


def why(data: xr.Dataset, name: str = "x", policy: NanPolicy = NanPolicy.OMIT) -> list[str]:
    return list(undetermined_points(data, name, MEMBERS, policy)[0])


def test_points_at_which_more_members_would_say_nothing() -> None:
    x = drawn(6)
    x[1, 2] = INF
    x[2, :3] = NAN
    x[3] = NAN
    x[4] = FIXED
    x[5, 1:] = NAN
    data = collected(x=x)
    equal = "all members are equal to the bit"
    assert why(data) == ["", "1 of 9 results is infinite", "", "9 of 9 results are NaN", equal, ""]
    nan = ["3 of 9 results are NaN", "9 of 9 results are NaN", equal, "8 of 9 results are NaN"]
    assert why(data, policy=NanPolicy.PROPAGATE) == ["", "1 of 9 results is infinite", *nan]
    unknown = data.assign_attrs(not_given="")
    assert why(unknown)[3] == ""  # they may only be missing


def test_members_that_agree_by_chance_leave_it_open() -> None:
    few = collected(acc=np.full((1, 4), 0.975), loss=drawn(1, 4))
    texts, by_chance = undetermined_points(few, "acc", MEMBERS, NanPolicy.OMIT)
    assert (texts.tolist(), by_chance.tolist()) == ([""], [True])
    many = collected(acc=np.full((1, 40), 0.975), loss=drawn(1, 40))
    assert why(many, "acc") == ["all members are equal to the bit"]


def test_a_point_of_own_dimensions_is_undetermined_as_a_whole() -> None:
    curve = drawn(2, 9, 3)
    curve[1] = FIXED
    curve[0, 4, 2] = INF
    texts, _ = undetermined_points(collected(x=curve), "x", MEMBERS, NanPolicy.OMIT)
    assert texts.shape == (2, 3)
    assert texts[0].tolist() == ["", "", "1 of 9 results is infinite"]
    assert set(texts[1]) == {"all members are equal to the bit"}
