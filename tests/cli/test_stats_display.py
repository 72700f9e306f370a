"""What ``sweeprun stats`` prints: tables, notes, and JSON."""

import json
from typing import Any

import numpy as np
import pytest
import xarray as xr

from sweeprun.cli.stats_display import look_json, look_text, print_notes, print_tables, statistics_json
from sweeprun.statistics.ensembles import ensemble_statistics
from sweeprun.statistics.interim import Look, look_at
from sweeprun.statistics.targets import Target
from tests.statistics.results import collected, drawn


def dataset(points: int = 2, members: int = 4, axis: str = "lr", **variables: Any) -> xr.Dataset:
    """The results of some members at each point: 0, 1, 2, … plus the number of the point."""
    x = np.add.outer(np.arange(points, dtype=float), np.arange(members))
    return xr.Dataset(
        {"x": ((axis, "seed"), x)} | variables,
        {
            axis: np.arange(points) / 4,
            "seed": np.arange(members),
            "state": ((axis, "seed"), np.full(x.shape, "succeeded")),
        },
        {"streams": json.dumps({"root_seed": None, "shared_by": None})},
    )


def look(target: str, **options: Any) -> Look:
    return look_at(dataset(**options), Target.parse(target, 0.95))


def test_a_table_has_a_line_for_each_point(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    data = dataset()
    print_tables(data, ensemble_statistics(data, probabilities=[0.5]))
    told = capsys.readouterr().out
    assert "x over seed (student, level 0.95)" in told
    cells = [[cell.strip() for cell in line.strip("│").split("│")] for line in told.splitlines() if "│" in line]
    assert [row[:3] for row in cells] == [["0.0", "4", "1.5"], ["0.25", "4", "2.5"]]
    assert cells[0][4] == f"{np.std([0, 1, 2, 3], ddof=1) / 2:.4g}"
    assert cells[0][-1].startswith("1.5 ± ")


def test_a_long_table_is_cut_and_says_where_the_rest_is(capsys: pytest.CaptureFixture[str]) -> None:
    data = dataset(points=43)
    print_tables(data, ensemble_statistics(data))
    told = capsys.readouterr().out
    assert "… and 3 more points; sweeprun stats -o stats.nc has all" in told
    assert "9.75" in told
    assert "10.0" not in told


def test_curves_have_too_many_numbers_for_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    data = dataset(curve=(("lr", "seed", "t"), np.zeros((2, 4, 3))))
    print_tables(data, ensemble_statistics(data))
    told = capsys.readouterr().out
    assert told.endswith("with dims of their own: curve; sweeprun stats -o stats.nc has them\n")
    assert "curve over" not in told


def test_names_give_the_terminal_no_orders(capsys: pytest.CaptureFixture[str]) -> None:
    data = dataset(axis="lr\x1b[2J").rename(x="[red]x\x1b[2J")
    print_tables(data, ensemble_statistics(data))
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "[red]x\\x1b[2J over seed" in told


def test_what_is_left_out_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    data = dataset(name=(("lr", "seed"), np.full((2, 4), "a")))
    print_notes(data, ensemble_statistics(data))
    assert capsys.readouterr().err == "no numbers over seed, so left out: name\n"
    data["state"][0, :2] = ["failed", "excluded"]
    print_notes(data, ensemble_statistics(data))
    assert capsys.readouterr().err.startswith("1 task has no result and is left out; see `sweeprun status`\n")
    data["state"][1, 0] = "pending"
    print_notes(data, ensemble_statistics(data))
    assert capsys.readouterr().err.startswith("2 tasks have no result and are left out")


def test_of_one_member_no_error_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    data = dataset(members=1)
    found = ensemble_statistics(data)
    print_notes(data, found)
    assert "with one member there is no error" in capsys.readouterr().err
    (first, _) = statistics_json(found)["x"]
    assert (first["n"], first["mean"], first["sem"]) == (1, 0.0, None)


def test_json_has_a_label_and_all_statistics_of_each_point() -> None:
    found = statistics_json(ensemble_statistics(dataset(), probabilities=[0.25, 0.5]))
    (first, second) = found["x"]
    assert (first["lr"], first["n"], first["mean"]) == (0.0, 4, 1.5)
    assert type(first["n"]) is int
    assert (second["lr"], second["quantile"]["0.5"]) == (0.25, 2.5)
    assert set(first["quantile_sem"]) == {"0.25", "0.5"}
    json.dumps(found, allow_nan=False)


def test_an_axis_with_the_name_of_a_statistic_keeps_both() -> None:
    (first, second) = statistics_json(ensemble_statistics(dataset(axis="mean")))["x"]
    assert (first["axis_mean"], first["mean"]) == (0.0, 1.5)
    assert (second["axis_mean"], second["mean"]) == (0.25, 2.5)


def test_a_target_that_holds_is_one_line() -> None:
    assert look_text(look("sem(x)<9")) == "sem(x)<9.0 holds at every point (2)"


def test_the_points_that_are_open_are_shown_with_what_they_need() -> None:
    found = look("sem(x)<0.1")
    lines = look_text(found).splitlines()
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
    lines = look_text(look("sem(x)<0.1", points=43)).splitlines()
    assert "  … and 3 more points; --json has all" in lines
    assert len(lines) == 43


def test_a_point_without_values_is_unknown_and_null() -> None:
    data = dataset()
    data["x"][0] = np.nan
    found = look_at(data, Target.parse("sem(x)<9", 0.95))
    assert "  lr=0.0: sem(x) = unknown with 0 members" in look_text(found)
    assert look_json(found)["points"][0]["value"] is None
    json.dumps(look_json(found), allow_nan=False)


def doubtful() -> xr.Dataset:
    """Of three points one has NaN, one infinite results and one equal members."""
    x = drawn(3, 9)
    x[0, :2], x[1, 0], x[2] = np.nan, np.inf, 0.30000000000000004
    return collected(x=x)


def test_results_that_are_not_finite_have_columns_and_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    found = ensemble_statistics(doubtful())
    print_tables(doubtful(), found)
    print_notes(doubtful(), found)
    told = capsys.readouterr()
    assert "nan" in told.out
    assert "infinite" in told.out
    nan, infinite, equal = told.err.splitlines()
    assert nan == "x: 2 of 27 results are NaN, and left out: lr=0.1 (2 of 9)"
    assert infinite.startswith("x: 1 of 27 results is infinite")
    assert equal.startswith("x is equal to the bit in all 9 members at 1 of 3 points (lr=10.0)")
    first = statistics_json(found)["x"][0]
    assert (first["n"], first["nan"], first["infinite"]) == (7, 2, 0)


def test_points_that_are_undetermined_are_named_with_the_reason() -> None:
    found = look_at(doubtful(), Target.parse("sem(x)<9", 0.95))
    assert look_text(found).splitlines() == [
        "sem(x)<9.0 is undetermined at 2 of 3 points, with any number of members:",
        "  lr=1.0: 1 of 9 results is infinite",
        "  lr=10.0: all members are equal to the bit",
    ]
    open_too = look_at(doubtful(), Target.parse("sem(x)<0.01", 0.95))
    lines = look_text(open_too).splitlines()
    assert lines[0] == "sem(x)<0.01 does not hold yet at 1 of 3 points:"
    assert lines[2] == "sem(x)<0.01 is undetermined at 2 of 3 points, with any number of members:"
    assert lines[-1].startswith("run them with: ")
    told = look_json(open_too)
    assert (told["open_points"], told["undetermined_points"]) == (3, 2)
    assert [point.get("undetermined") for point in told["points"]] == [
        None, "1 of 9 results is infinite", "all members are equal to the bit"
    ]  # fmt: skip
    json.dumps(told, allow_nan=False)


def test_of_results_that_are_all_nan_it_is_not_said_that_there_is_one_member(
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = collected(x=np.full((2, 4), np.nan))
    print_notes(data, ensemble_statistics(data))
    assert capsys.readouterr().err == "x: 8 of 8 results are NaN, and left out: lr=0.1 (4 of 4), lr=1.0 (4 of 4)\n"
