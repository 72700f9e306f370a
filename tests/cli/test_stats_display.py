"""What ``sweeprun stats`` prints: tables, notes, and JSON."""

import json
from typing import Any

import numpy as np
import pytest
import xarray as xr

from sweeprun.cli.stats_display import (
    look_json,
    look_text,
    print_look_notes,
    print_notes,
    print_tables,
    statistics_json,
)
from sweeprun.statistics.dependence import Members, members_along
from sweeprun.statistics.ensembles import ensemble_statistics
from sweeprun.statistics.estimators import IntervalKind
from sweeprun.statistics.interim import Look, look_at
from sweeprun.statistics.targets import Target


def dataset(points: int = 2, members: int = 4, axis: str = "lr", **variables: Any) -> xr.Dataset:
    """The results of some members at each point: 0.5, 1.5, 2.5, … plus the number of the point."""
    x = np.add.outer(np.arange(points, dtype=float), np.arange(members) + 0.5)
    return xr.Dataset(
        {"x": ((axis, "seed"), x)} | variables,
        {
            axis: np.arange(points) / 4,
            "seed": np.arange(members),
            "state": ((axis, "seed"), np.full(x.shape, "succeeded")),
            "task_id": ((axis, "seed"), np.arange(x.size).reshape(x.shape)),
        },
        {"streams": json.dumps({"root_seed": None, "shared_by": None})},
    )


MEMBERS = Members(over=("seed",), apart=("seed",))


def look(target: str, **options: Any) -> Look:
    return look_at(dataset(**options), Target.parse(target, 0.95))


def members(data: xr.Dataset, over: str = "seed") -> Members:
    return members_along(data, [over])


def cells(table: str) -> list[list[str]]:
    """The cells of the rows of a table, and of its head first."""
    lines = [line for line in table.splitlines() if "│" in line or "┃" in line]
    return [[cell.strip() for cell in line.strip("│┃").replace("┃", "│").split("│")] for line in lines]


def test_a_table_has_a_line_for_each_point(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    data = dataset()
    print_tables(data, ensemble_statistics(data, probabilities=[0.5]))
    told = capsys.readouterr().out
    assert "x over seed (student, level 0.95)" in told
    _, first, second = cells(told)
    assert [row[:3] for row in (first, second)] == [["0.0", "4", "2"], ["0.25", "4", "3"]]
    assert first[4] == f"{np.std([0, 1, 2, 3], ddof=1) / 2:.4g}"
    assert first[-1] == "2 [-inf, inf]"


def test_a_long_table_is_cut_and_says_where_the_rest_is(capsys: pytest.CaptureFixture[str]) -> None:
    data = dataset(points=43)
    print_tables(data, ensemble_statistics(data))
    told = capsys.readouterr().out
    assert "… and 3 more points; sweeprun stats -o stats.nc has all" in told
    assert "│ 9.75 │" in told
    assert "│ 10.0 │" not in told


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
    print_notes(data, ensemble_statistics(data), members(data))
    assert capsys.readouterr().err == "no numbers over seed, so left out: name\n"
    data["state"][0, :2] = ["failed", "excluded"]
    print_notes(data, ensemble_statistics(data), members(data))
    assert capsys.readouterr().err.startswith("1 task has no result and is left out; see `sweeprun status`\n")
    data["state"][1, 0] = "pending"
    print_notes(data, ensemble_statistics(data), members(data))
    assert capsys.readouterr().err.startswith("2 tasks have no result and are left out")


def test_of_one_member_no_error_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    data = dataset(members=1)
    found = ensemble_statistics(data)
    print_notes(data, found, members(data))
    assert "with one member there is no error" in capsys.readouterr().err
    (first, _) = statistics_json(found)["x"]
    assert (first["n"], first["mean"], first["sem"]) == (1, 0.5, None)


def test_json_has_a_label_and_all_statistics_of_each_point() -> None:
    found = statistics_json(ensemble_statistics(dataset(), probabilities=[0.25, 0.5]))
    (first, second) = found["x"]
    assert (first["lr"], first["n"], first["mean"]) == (0.0, 4, 2.0)
    assert type(first["n"]) is int
    assert (second["lr"], second["quantile"]["0.5"]) == (0.25, 3.0)
    assert all(set(first[f"quantile_{tail}"]) == {"0.25", "0.5"} for tail in ("sem", "low", "high"))
    json.dumps(found, allow_nan=False)


def test_an_axis_with_the_name_of_a_statistic_keeps_both() -> None:
    (first, second) = statistics_json(ensemble_statistics(dataset(axis="mean")))["x"]
    assert (first["axis_mean"], first["mean"]) == (0.0, 2.0)
    assert (second["axis_mean"], second["mean"]) == (0.25, 3.0)


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


def test_an_axis_that_is_called_n_has_a_column_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    data = dataset(axis="n")
    print_tables(data, ensemble_statistics(data))
    assert cells(capsys.readouterr().out)[0][:3] == ["axis_n", "n", "mean"]


@pytest.mark.parametrize(
    ("values", "mean", "low"),
    [
        (1234567.891 + np.arange(4) / 10, "1234568.0410", "1234567.8356"),
        (2**62 + np.arange(4), "4.6116860184273879e+18", "4.6116860184273879e+18"),
        (np.arange(4) * 1e-200, "1.5e-200", "-5.54250e-201"),
        (np.full(4, 1 / 3), "0.333333333333333", "0.333333333333333"),
    ],
)
def test_no_digit_is_cut_off_that_the_error_leaves(
    values: np.ndarray, mean: str, low: str, capsys: pytest.CaptureFixture[str]
) -> None:
    data = dataset(points=1).assign(x=(("lr", "seed"), values[None]))
    print_tables(data, ensemble_statistics(data))
    row = cells(capsys.readouterr().out)[1]
    assert (float(row[2]), float(row[5])) == (
        pytest.approx(float(mean), rel=1e-15),
        pytest.approx(float(low), rel=1e-5),
    )
    assert len(row[2]) >= len(mean) - 1


def test_the_points_of_a_zip_have_their_coordinates(capsys: pytest.CaptureFixture[str]) -> None:
    data = dataset(axis="size").assign_coords(size=[0, 1], width=("size", [64, 128]), depth=("size", [8, 4]))
    print_tables(data, ensemble_statistics(data))
    head, first, _ = cells(capsys.readouterr().out)
    assert (head[:4], first[:4]) == (["size", "width", "depth", "n"], ["0", "64", "8", "4"])
    assert statistics_json(ensemble_statistics(data))["x"][1].items() >= {"size": 1, "width": 128, "depth": 4}.items()
    open_points = look_text(look_at(data, Target.parse("sem(x)<0.1")), members(data))
    assert "  size=1 width=128 depth=4: sem(x) = " in open_points


def test_what_values_were_taken_for_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    zeros, rare = np.zeros((2, 4), int), np.tile([0, 0, 2, 0], (2, 1))
    data = dataset(hit=(("lr", "seed"), zeros), miss=(("lr", "seed"), zeros), rare=(("lr", "seed"), rare))
    print_notes(data, ensemble_statistics(data), members(data))
    assert capsys.readouterr().err.splitlines() == [
        "hit, miss: all values are 0 or 1: a proportion; --interval student takes them for other numbers",
        "rare: whole numbers from 0: counts; --interval student takes them for other numbers",
    ]
    print_look_notes(look_at(data, Target.parse("sem(hit)<1")), members(data))
    assert capsys.readouterr().err.startswith("hit: all values are 0 or 1: a proportion")
    assert look_json(look_at(data, Target.parse("sem(hit)<1")))["interval"] == "wilson"


def test_values_of_one_task_have_no_error_and_the_note_says_what_to_type(capsys: pytest.CaptureFixture[str]) -> None:
    data = dataset(curve=(("lr", "seed", "t"), np.random.default_rng(0).normal(size=(2, 4, 100))))
    found = ensemble_statistics(data, "t")
    print_tables(data, found)
    print_notes(data, found, members(data, "t"))
    shown = capsys.readouterr()
    assert "curve over t (no interval)" in shown.out
    assert "sweeprun stats --over t --interval batches" in shown.err
    batches = ensemble_statistics(data, "t", kind=IntervalKind.BATCHES)
    print_tables(data, batches)
    assert cells(capsys.readouterr().out)[0][-1] == "n_effective"
    short = data.isel(t=slice(0, 20))
    print_notes(short, ensemble_statistics(short, "t", kind=IntervalKind.BATCHES), members(short, "t"))
    assert "fewer than 50 effective values: curve" in capsys.readouterr().err
    print_tables(data, ensemble_statistics(data, ["seed", "t"]))
    assert "curve over seed, averaged over t (student, level 0.95)" in capsys.readouterr().out


def test_options_of_a_target_are_typed_again() -> None:
    assert look_text(look("sem(x)<0.1"), MEMBERS, " --level 0.9").endswith(
        "--until 'sem(x)<0.1' --over seed --level 0.9"
    )


def test_replicates_of_a_sample_are_not_extended_by_themselves() -> None:
    replicated = Members(over=("seed",), apart=(), together=("seed",), replicates=("seed", np.arange(4) % 2))
    assert "extend" not in look_text(look("sem(x)<0.1"), replicated)
