"""Statistics as tables and JSON, and what is to be known of them."""

import json
import sys

import numpy as np
import pytest
import xarray as xr

from sweeprun.display import stats_tables
from sweeprun.display.stats_tables import statistics_json
from sweeprun.runs.stats import notes_of
from sweeprun.statistics.dependence import Members
from sweeprun.statistics.ensembles import ensemble_statistics
from sweeprun.statistics.estimators import IntervalKind
from tests.display.ensembles import dataset, doubtful, members
from tests.statistics.results import collected


def print_tables(data: xr.Dataset, found: xr.Dataset) -> None:
    stats_tables.print_tables(stats_tables.stats_tables(data, found), "sweeprun stats -o stats.nc")


def print_notes(
    data: xr.Dataset, found: xr.Dataset, drawn: Members, *, named: str | None = None, everything: bool = True
) -> None:
    """What is to be known of statistics, as the command line prints it."""
    for line in notes_of(data, found, drawn, named=named, everything=everything):
        print(line, file=sys.stderr)


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


def test_a_table_says_in_which_unit_numbers_are(capsys: pytest.CaptureFixture[str]) -> None:
    data = dataset()
    data["x"].attrs["units"] = "J"
    print_tables(data, ensemble_statistics(data))
    assert "x in J over seed (student, level 0.95)" in capsys.readouterr().out


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


def test_what_values_were_taken_for_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    zeros, rare = np.zeros((2, 4), int), np.tile([0, 0, 2, 0], (2, 1))
    data = dataset(hit=(("lr", "seed"), zeros), miss=(("lr", "seed"), zeros), rare=(("lr", "seed"), rare))
    print_notes(data, ensemble_statistics(data), members(data))
    assert capsys.readouterr().err.splitlines() == [
        "hit, miss: all values are 0 or 1: a proportion; --interval student takes them for other numbers",
        "rare: whole numbers from 0: counts; --interval student takes them for other numbers",
    ]


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


def test_results_that_are_not_finite_have_columns_and_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    found = ensemble_statistics(doubtful())
    print_tables(doubtful(), found)
    print_notes(doubtful(), found, members(doubtful(), "member"))
    told = capsys.readouterr()
    assert "nan" in told.out
    assert "infinite" in told.out
    nan, infinite, equal = told.err.splitlines()
    assert nan == "x: 2 of 27 results are NaN, and left out: lr=0.1 (2 of 9)"
    assert infinite.startswith("x: 1 of 27 results is infinite")
    assert equal.startswith("x is equal to the bit in all 9 members at 1 of 3 points (lr=10.0)")
    first = statistics_json(found)["x"][0]
    assert (first["n"], first["nan"], first["infinite"]) == (7, 2, 0)


def test_of_results_that_are_all_nan_it_is_not_said_that_there_is_one_member(
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = collected(x=np.full((2, 4), np.nan))
    print_notes(data, ensemble_statistics(data), members(data, "member"))
    assert capsys.readouterr().err == "x: 8 of 8 results are NaN, and left out: lr=0.1 (4 of 4), lr=1.0 (4 of 4)\n"


def test_members_that_are_all_0_do_not_pass_as_precise(capsys: pytest.CaptureFixture[str]) -> None:
    data = dataset()
    data["x"][1] = 0
    print_notes(data, ensemble_statistics(data), members(data))
    assert "x is 0 in all 4 members at 1 of 2 points (lr=0.25): other values may be rare" in capsys.readouterr().err


def test_what_is_left_out_has_its_reason_and_is_named_only_if_all_was_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    of_type = {"z": complex, "day": "datetime64[s]", "name": "U1"}
    data = dataset(**{name: (("lr", "seed"), np.zeros((2, 4), int).astype(kind)) for name, kind in of_type.items()})
    found = ensemble_statistics(data)
    print_notes(data, found, members(data))
    assert capsys.readouterr().err.splitlines() == [
        "complex numbers, whose real and imaginary parts or absolute values have statistics, so left out: z",
        "dates, of which the time since a fixed date has statistics, so left out: day",
        "no numbers over seed, so left out: name",
    ]
    print_notes(data, found, members(data), everything=False)
    assert capsys.readouterr().err == ""


def test_what_is_to_be_typed_names_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    data = dataset(curve=(("lr", "seed", "t"), np.random.default_rng(0).random((2, 4, 20))))
    print_notes(data, ensemble_statistics(data, "t"), members(data, "t"), named="'one run'", everything=False)
    assert "if they are the steps of a chain: sweeprun stats 'one run' --over t --interval" in capsys.readouterr().err


def test_too_few_steps_for_batches_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    data = dataset(curve=(("lr", "seed", "t"), np.random.default_rng(0).random((2, 4, 5))))
    print_notes(data, ensemble_statistics(data, "t", kind=IntervalKind.BATCHES), members(data, "t"), everything=False)
    assert "fewer than 8 steps make no two batches, so there is no error: curve" in capsys.readouterr().err
