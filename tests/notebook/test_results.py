"""The results that a run had when it was looked at."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sweeprun.errors import ResultError
from sweeprun.notebook import results as results_module
from sweeprun.notebook.results import Results
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import take_snapshot
from tests.results.runs import count_axis, make_run, success, write_shard


@pytest.fixture
def directory(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "größter Lauf", count_axis("seed", 2))


def disagreeing(run: RunDirectory) -> Results:
    """Results of which one variable is a number in one task and a text in the other."""
    write_shard(run, "w", [success(0, {"v": 1, "w": 0.5, "z": 1}), success(1, {"v": "one", "w": 1.5, "z": 2})])
    return Results(take_snapshot(run))


def test_all_results_are_there_if_tasks_agree(directory: RunDirectory) -> None:
    write_shard(directory, "w", [success(i, {"x": i / 2, "n": i}) for i in range(2)])
    results = Results(take_snapshot(directory))
    assert results.problem == ""
    xr.testing.assert_identical(results.whole, results.available)
    assert results.whole["x"].values.tolist() == [0.0, 0.5]
    assert results.states.values.tolist() == ["succeeded"] * 2
    assert results.whole.mc.statistics(over="seed")["x"].sel(statistic="mean") == 0.25


def test_of_a_run_without_results_there_are_states(directory: RunDirectory) -> None:
    results = Results(take_snapshot(directory))
    assert list(results.whole) == []
    assert results.states.values.tolist() == ["pending"] * 2


def test_what_disagrees_is_left_out_with_the_reason(directory: RunDirectory) -> None:
    results = disagreeing(directory)
    assert list(results.available) == ["w", "z"]
    assert "'v' is a number in task 0 and a text in task 1" in results.problem
    assert results.problem.endswith("can be had: run[['w', 'z']]")
    with pytest.raises(ResultError) as told:
        _ = results.whole
    assert str(told.value) == results.problem


def test_some_results_are_had_whatever_becomes_of_the_others(directory: RunDirectory) -> None:
    results = disagreeing(directory)
    assert results.having(["w"])["w"].values.tolist() == [0.5, 1.5]
    assert "w" in results.having(["nothing that there is"])
    with pytest.raises(ResultError, match=r"'v' is a number .* can be had: run\[\['z'\]\]$"):
        results.having(["v", "z"])


def test_results_are_of_the_moment_when_the_run_was_looked_at(directory: RunDirectory) -> None:
    write_shard(directory, "w", [success(0, {"x": 1.0})])
    results = Results(take_snapshot(directory))
    write_shard(directory, "v", [success(1, {"x": 2.0})])
    assert results.states.values.tolist() == ["succeeded", "pending"]
    assert np.isnan(results.whole["x"].values[1])


@pytest.mark.parametrize("most", [0, 2**22])
def test_large_results_are_read_when_they_are_needed(
    directory: RunDirectory, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(results_module, "_SMALL_BYTES", most)
    write_shard(directory, "w", [success(i, {"x": np.full(3, float(i))}) for i in range(2)])
    dataset = Results(take_snapshot(directory)).available
    assert dataset["x"].variable._in_memory == bool(most)
    assert dataset["x"].values.tolist() == [[0.0] * 3, [1.0] * 3]


def test_nan_and_equal_members_are_told(directory: RunDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    write_shard(directory, "w", [success(i, {"x": [np.nan, 1.0][i], "y": 0.30000000000000004}) for i in range(2)])
    nan, equal = Results(take_snapshot(directory)).doubts
    assert nan == "x: 1 of 2 results is NaN"
    assert equal.startswith("y is equal to the bit in both members")
    monkeypatch.setattr(results_module, "_MOST_DOUBTED_BYTES", 1)
    (told,) = Results(take_snapshot(directory)).doubts
    assert "since large: x, y" in told


def test_without_a_dataset_nothing_is_told_of_its_values(
    directory: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: Results) -> None:
        raise ResultError("no")

    monkeypatch.setattr(Results, "available", property(failing))
    assert Results(take_snapshot(directory)).doubts == []
