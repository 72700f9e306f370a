"""Attributes that tasks agree on stay; units have to."""

import math
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import xarray as xr

from sweeprun.errors import ResultError
from sweeprun.results.agreement import check_meaning, check_units, common_attrs, dropped_note
from sweeprun.runs.collect import collect_into
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import take_snapshot
from tests.results.formats.writing import SUFFIXES
from tests.results.runs import count_axis, make_run, success, write_shard


def test_what_all_have_is_kept_and_what_differs_is_named() -> None:
    given = [(0, {"a": 1, "b": [1], "n": math.nan}), (3, {"b": [1], "a": 2, "n": math.nan}), (4, {"b": [1], "c": 0})]
    assert common_attrs(given) == ({"b": [1]}, ("a", "n", "c"))
    assert common_attrs(given[:2]) == ({"b": [1], "n": pytest.approx(math.nan, nan_ok=True)}, ("a",))
    assert common_attrs([]) == ({}, ())


def test_a_number_is_not_a_truth_value() -> None:
    assert common_attrs([(0, {"a": 1}), (1, {"a": True})])[1] == ("a",)


def test_units_are_compared_where_they_are_given() -> None:
    check_units("'x'", [(0, {}), (1, {"units": "m"}), (2, {"units": "m"})])
    with pytest.raises(ResultError, match="'x' has calendar 'noleap' in task 1 and calendar '360_day' in task 2"):
        check_units("'x'", [(0, {}), (1, {"calendar": "noleap"}), (2, {"calendar": "360_day"})])


def test_two_results_that_have_one_name_are_told_apart() -> None:
    check_meaning("x.y", [(0, {"original_name": "x/y"}), (1, {"original_name": "x/y"})])
    check_meaning("tas", [(0, {"original_name": "STREFHT"}), (1, {"original_name": "T2"}), (2, {})])
    with pytest.raises(ResultError, match=r"'x\.y' is what task 1 called 'x/y' and task 4 'x\.y'; .* two results"):
        check_meaning("x.y", [(1, {"original_name": "x/y"}), (4, {})])


@pytest.mark.parametrize("suffix", [".nc", ".csv", ".parquet"])
def test_what_has_one_name_by_a_slash_is_not_merged(tmp_path: Path, suffix: str) -> None:
    run = run_of(tmp_path, {"x/y": 1.0, "z": 1}, {"x.y": 2.0, "z": 2})
    with pytest.raises(ResultError, match=r"task 0 called 'x/y' and task 1 'x\.y'"):
        collect_into(take_snapshot(run), tmp_path / f"r{suffix}")


def test_nothing_is_said_of_nothing() -> None:
    assert dropped_note("x", ()) == ()
    (note,) = dropped_note("", ["a"])
    assert note.text == "attributes of the results that differ from task to task are left out: a"


def run_of(path: Path, *results: Any) -> RunDirectory:
    run = make_run(path / "run", count_axis("seed", len(results)))
    write_shard(run, "w", [success(i, result) for i, result in enumerate(results)])
    return run


def metres(value: float, **attrs: Any) -> xr.Dataset:
    return xr.Dataset({"x": ((), value, attrs), "y": 1.0}, attrs={"made_by": "me", "number": value})


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_kilometres_never_become_metres(tmp_path: Path, suffix: str) -> None:
    run = run_of(tmp_path, metres(3.0, units="km"), metres(3000.0, units="m"))
    with pytest.raises(ResultError, match="'x' has units 'km' in task 0 and units 'm' in task 1; they must agree"):
        collect_into(take_snapshot(run), tmp_path / f"out{suffix}")
    collect_into(take_snapshot(run), tmp_path / f"out{suffix}", ["y"])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_other_attributes_that_differ_are_left_out_with_a_note(tmp_path: Path, suffix: str) -> None:
    run = run_of(tmp_path, metres(3.0, units="m", when="today", who="me"), metres(4.0, units="m", who="me"))
    output = tmp_path / f"out{suffix}"
    collected = collect_into(take_snapshot(run), output).collected
    assert [note.text for note in collected.notes] == [
        "attributes of 'x' that differ from task to task are left out: when",
        "attributes of the results that differ from task to task are left out: number",
    ]
    assert collected.dataset.attrs["made_by"] == "me"
    assert collected.dataset.x.attrs == {"units": "m", "who": "me"}
    if suffix == ".parquet":
        assert pq.read_schema(output).field("x").metadata == {b"units": b"m", b"who": b"me"}


def test_what_is_empty_has_no_say(tmp_path: Path) -> None:
    results = [{"x": ("t", [1.0], {"units": "m"})}, {"x": ("t", [], {"units": "km"})}]
    collected = collect_into(take_snapshot(run_of(tmp_path, *results)), tmp_path / "out.nc").collected
    assert collected.dataset.x.attrs == {"units": "m"}
