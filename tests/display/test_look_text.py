"""How far points are from a target, as text and JSON."""

import json
import sys
from typing import Any

import numpy as np
import pytest
import xarray as xr

from sweeprun.display.look_text import look_json, look_text
from sweeprun.runs.stats import look_notes
from sweeprun.statistics.dependence import Members
from sweeprun.statistics.interim import Look, look_at
from sweeprun.statistics.not_finite import NanPolicy
from sweeprun.statistics.targets import Target
from sweeprun.wording import flag
from tests.display.ensembles import dataset, doubtful, members


def print_look_notes(data: xr.Dataset, found: Look, drawn: Members, policy: NanPolicy = NanPolicy.OMIT) -> None:
    """What is to be known of a look, as the command line prints it."""
    for line in look_notes(data, found, drawn, policy):
        print(line, file=sys.stderr)


MEMBERS = Members(over=("seed",), apart=("seed",))
OVER_MEMBER = Members(over=("member",), apart=("member",))


def look(target: str, **options: Any) -> Look:
    return look_at(dataset(**options), Target.parse(target, 0.95))


def test_a_target_that_holds_is_one_line() -> None:
    assert look_text(look("sem(x)<9"), MEMBERS) == "sem(x)<9.0 holds at every point (2)"


def test_the_points_that_are_open_are_shown_with_what_they_need() -> None:
    found = look("sem(x)<0.1")
    lines = look_text(found, MEMBERS).splitlines()
    assert lines[0] == "sem(x)<0.1 does not hold yet at 2 of 2 points:"
    sem = np.std([0, 1, 2, 3], ddof=1) / 2
    assert lines[1] == f"  lr=0.0: sem(x) = {sem:.4g} with 4 members, {found.more} more needed"
    assert lines[-1] == "run them with: sweeprun extend --until 'sem(x)<0.1' --over seed"
    told = look_json(found)
    assert (told["target"], told["open_points"], told["more"]) == ("sem(x)<0.1", 2, found.more)
    assert [point["lr"] for point in told["points"]] == [0.0, 0.25]
    assert told["points"][0] | {"lr": 0} == {
        "lr": 0, "n": 4, "value": pytest.approx(sem), "reached": False, "more": found.more
    }  # fmt: skip


def test_many_open_points_are_cut_short() -> None:
    lines = look_text(look("sem(x)<0.1", points=43), MEMBERS).splitlines()
    assert "  … and 3 more points; --json has all" in lines
    assert len(lines) == 43


def test_a_point_without_values_is_unknown_and_null() -> None:
    data = dataset()
    data["x"][0] = np.nan
    found = look_at(data, Target.parse("sem(x)<9", 0.95))
    assert "  lr=0.0: sem(x) = unknown with 0 members" in look_text(found, MEMBERS)
    assert look_json(found)["points"][0]["value"] is None
    json.dumps(look_json(found), allow_nan=False)


def test_options_of_a_target_are_typed_again() -> None:
    assert look_text(look("sem(x)<0.1"), MEMBERS, run="'a run'").endswith(
        "run them with: sweeprun extend 'a run' --until 'sem(x)<0.1' --over seed"
    )
    assert look_text(look("sem(x)<0.1"), MEMBERS, [flag("level").to(0.9)]).endswith(
        "--until 'sem(x)<0.1' --over seed --level 0.9"
    )


def test_replicates_of_a_sample_are_not_extended_by_themselves() -> None:
    replicated = Members(over=("seed",), apart=(), together=("seed",), replicates=("seed", np.arange(4) % 2))
    assert "extend" not in look_text(look("sem(x)<0.1"), replicated)


def test_points_that_are_undetermined_are_named_with_the_reason() -> None:
    found = look_at(doubtful(), Target.parse("sem(x)<9", 0.95))
    assert look_text(found, OVER_MEMBER).splitlines() == [
        "sem(x)<9.0 is undetermined at 2 of 3 points, with any number of members:",
        "  lr=1.0: 1 of 9 results is infinite",
        "  lr=10.0: all members are equal to the bit",
    ]
    open_too = look_at(doubtful(), Target.parse("sem(x)<0.01", 0.95))
    lines = look_text(open_too, OVER_MEMBER).splitlines()
    assert lines[0] == "sem(x)<0.01 does not hold yet at 1 of 3 points:"
    assert lines[2] == "sem(x)<0.01 is undetermined at 2 of 3 points, with any number of members:"
    assert lines[-1].startswith("run them with: ")
    told = look_json(open_too)
    assert (told["open_points"], told["undetermined_points"]) == (3, 2)
    assert [point.get("undetermined") for point in told["points"]] == [
        None, "1 of 9 results is infinite", "all members are equal to the bit"
    ]  # fmt: skip
    json.dumps(told, allow_nan=False)


def test_points_of_a_zip_are_named_by_their_coordinates() -> None:
    data = dataset(axis="size").assign_coords(size=[0, 1], width=("size", [64, 128]), depth=("size", [8, 4]))
    open_points = look_text(look_at(data, Target.parse("sem(x)<0.1")), members(data))
    assert "  size=1 width=128 depth=4: sem(x) = " in open_points


def test_what_the_values_of_a_target_were_taken_for_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    data = dataset(hit=(("lr", "seed"), np.zeros((2, 4), int)))
    found = look_at(data, Target.parse("sem(hit)<1"))
    print_look_notes(data, found, members(data))
    said, widened = capsys.readouterr().err.splitlines()
    assert widened.startswith("sem(hit) is half an interval (wilson) where events are few, and so larger than the sem")
    assert said.startswith("hit: all values are 0 or 1: a proportion")
    assert look_json(found)["interval"] == "wilson"


def test_what_is_to_be_doubted_at_a_target_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    data = doubtful()
    found = look_at(data, Target.parse("sem(x)<9"), nan=NanPolicy.PROPAGATE)
    print_look_notes(data, found, members(data, "member"), NanPolicy.PROPAGATE)
    nan, infinite, equal = capsys.readouterr().err.splitlines()
    assert nan.startswith("x: 2 of 27 results are NaN, and so are the statistics there")
    assert infinite.startswith("x: 1 of 27 results is infinite")
    assert equal.startswith("x is equal to the bit in all 9 members at 1 of 3 points")


def test_members_that_are_all_0_have_reached_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    data = dataset()
    data["x"][1] = 0
    found = look_at(data, Target.parse("sem(x)<9"))
    assert "  lr=0.25: sem(x) = unknown with 4 members, 4 more needed" in look_text(found, MEMBERS)
    print_look_notes(data, found, members(data))
    assert "x is 0 in all 4 members at 1 of 2 points (lr=0.25)" in capsys.readouterr().err


def test_without_an_event_a_share_of_the_mean_cannot_be_told() -> None:
    data = dataset(hit=(("lr", "seed"), np.array([[0, 0, 0, 0], [0, 1, 1, 0]])))
    found = look_at(data, Target.parse("rel_sem(hit)<0.1"))
    told = look_text(found, members(data))
    assert "rel_sem(hit) = unknown with 4 members, while their mean is 0 it can't be told how many more" in told
    assert [point["more"] is None for point in look_json(found)["points"]] == [True, False]
    assert look_json(found)["more"] is None
