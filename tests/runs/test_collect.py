"""Results of a run as a file."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sweeprun.errors import ResultError, UsageError
from sweeprun.runs import collect as collecting
from sweeprun.runs.collect import collect_into
from sweeprun.runs.observe import observe
from sweeprun.store.directory import RunDirectory
from sweeprun.store.notices import GlobalRandomness, note_global_randomness
from sweeprun.store.snapshot import TaskState
from sweeprun.store.workers import BeatWriter, Place
from sweeprun.wording import PYTHON, speaking
from tests.results.runs import axis, count_axis, failure, make_run, success, write_shard

OUTPUT = "my 'results' ü"


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    """Of four tasks one has failed, and one is pending."""
    run = make_run(tmp_path / "a rün", axis("lr", [0.1, 0.2]), count_axis("seed", 2))
    write_shard(run, "0.a", [success(0, {"x": 1.5, "n": 1}), failure(1), success(2, {"x": 2.5, "n": 2})])
    return run


@pytest.mark.parametrize("suffix", [".nc", ".zarr"])
def test_a_dataset_is_written_and_told_of(run: RunDirectory, tmp_path: Path, suffix: str) -> None:
    output = tmp_path / f"{OUTPUT}{suffix}"
    snapshot = observe(run)
    file = collect_into(snapshot, output)
    assert (file.output, file.snapshot, file.unfit, file.warnings) == (output, snapshot, (), ())
    assert file.collected.states[TaskState.SUCCEEDED] == 2
    assert not file.being_written
    with xr.open_dataset(output) if suffix == ".nc" else xr.open_zarr(output) as dataset:
        np.testing.assert_array_equal(dataset["x"], [[1.5, np.nan], [2.5, np.nan]])
        np.testing.assert_array_equal(file.collected.dataset["x"], dataset["x"])


def test_json_says_what_was_written_and_what_was_not(run: RunDirectory, tmp_path: Path) -> None:
    found = json.loads(json.dumps(collect_into(observe(run), tmp_path / "x.nc").to_dict()))
    assert (found["output"], found["run"]) == (str(tmp_path / "x.nc"), str(run.path))
    assert (found["states"]["succeeded"], found["states"]["failed"], found["sizes"]) == (2, 1, {"lr": 2, "seed": 2})
    assert (found["damaged"], found["left_out"], found["replaced"]) == ({"unreadable": [], "corrupt": []}, [], None)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_table_has_a_line_for_each_task(run: RunDirectory, tmp_path: Path, suffix: str) -> None:
    output = tmp_path / f"{OUTPUT}{suffix}"
    collect_into(observe(run), output)
    table = pd.read_csv(output, comment="#") if suffix == ".csv" else pd.read_parquet(output)
    assert table["state"].tolist() == ["succeeded", "failed", "succeeded", "pending"]
    assert table["x"].dropna().tolist() == [1.5, 2.5]


def test_only_some_results_are_written(run: RunDirectory, tmp_path: Path) -> None:
    collect_into(observe(run), tmp_path / "n.nc", ["n"])
    with xr.open_dataset(tmp_path / "n.nc") as dataset:
        assert "n" in dataset
        assert "x" not in dataset
    with pytest.raises(UsageError, match="'y'"):
        collect_into(observe(run), tmp_path / "y.nc", ["y"])
    assert not (tmp_path / "y.nc").exists()


@pytest.mark.parametrize(
    ("name", "message"), [("results.txt", "must end in"), ("none/results.nc", "there is no directory")]
)
def test_a_file_that_cannot_be_written_is_refused_before_the_work(
    run: RunDirectory, tmp_path: Path, name: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        collect_into(observe(run), tmp_path / name)


def test_results_that_are_too_large_for_columns_are_left_out_of_a_csv_and_named(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    write_shard(run, "0.a", [success(task_id, {"x": 1.0, "field": np.zeros(100_000)}) for task_id in range(2)])
    file = collect_into(observe(run), tmp_path / "results.csv")
    assert [output.name for output in file.unfit] == ["field"]
    assert [name for name in pd.read_csv(tmp_path / "results.csv", comment="#").columns if "field" in name] == []
    assert collect_into(observe(run), tmp_path / "results.parquet").unfit == ()


@pytest.fixture
def disagreeing(tmp_path: Path) -> RunDirectory:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    write_shard(run, "0.a", [success(0, {"x": 1.0, "y": "a"}), success(1, {"x": 2.0, "y": 3})])
    return run


def test_what_tasks_disagree_on_is_text_in_a_table_if_it_was_asked_for(
    disagreeing: RunDirectory, tmp_path: Path
) -> None:
    file = collect_into(observe(disagreeing), tmp_path / "results.csv", ["x", "y"])
    assert list(file.collected.refused) == ["y"]
    assert pd.read_csv(tmp_path / "results.csv", comment="#")["y"].tolist() == ["a", "3"]


@pytest.mark.parametrize("name", ["results.nc", "results.csv"])
def test_what_tasks_disagree_on_is_an_error_that_says_how_to_have_the_rest(
    disagreeing: RunDirectory, tmp_path: Path, name: str
) -> None:
    with pytest.raises(ResultError, match=rf"'y' is a text in task 0.*sweeprun collect .* -o .*{name} --variables x"):
        collect_into(observe(disagreeing), tmp_path / name)
    with speaking(PYTHON), pytest.raises(ResultError, match=rf"run\.collect\('.*{name}', variables=\['x'\]\)"):
        collect_into(observe(disagreeing), tmp_path / name)
    assert list(tmp_path.iterdir()) == [disagreeing.path]


def test_while_workers_run_more_is_to_come(run: RunDirectory, tmp_path: Path) -> None:
    beat = BeatWriter(run, "0.b", Place())
    try:
        assert collect_into(observe(run), tmp_path / "results.nc").being_written
    finally:
        beat.close()
    assert not collect_into(observe(run), tmp_path / "results.nc").being_written


def test_what_the_user_should_know_of_the_run_comes_with_it(run: RunDirectory, tmp_path: Path) -> None:
    note_global_randomness(run, GlobalRandomness(function="study.g", tasks="1", generators="numpy.random"))
    (warning,) = collect_into(observe(run), tmp_path / "results.parquet").warnings
    assert warning.startswith("study.g draws from numpy.random")


@pytest.mark.parametrize("suffix", [".nc", ".zarr", ".csv", ".parquet"])
def test_values_that_are_not_finite_or_equal_are_told(tmp_path: Path, suffix: str) -> None:
    run = make_run(tmp_path / "run", axis("lr", [0.1, 0.2]), count_axis("seed", 3))
    x = [1.5, np.nan, np.nan, np.inf, 2.5, 3.5]
    write_shard(run, "0.a", [success(i, {"x": value, "y": 0.30000000000000004}) for i, value in enumerate(x)])
    nan, infinite, equal = collect_into(observe(run), tmp_path / f"{OUTPUT}{suffix}").doubts
    assert nan == "x: 2 of 6 results are NaN: lr=0.1 (2 of 3)"
    assert infinite == "x: 1 of 6 results is infinite: lr=0.2 (1 of 3)"
    assert equal.startswith("y is equal to the bit in all 3 members at every point")


def test_so_much_that_it_would_be_read_twice_is_not_looked_through(
    run: RunDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert collect_into(observe(run), tmp_path / "x.nc").doubts == ()
    monkeypatch.setattr(collecting, "_MOST_DOUBTED_BYTES", 1)
    (told,) = collect_into(observe(run), tmp_path / "x.nc").doubts
    assert "since large: x, n;" in told


@pytest.mark.parametrize("suffix", [".nc", ".zarr", ".csv", ".parquet"])
@pytest.mark.parametrize("result", [None, {"x": None}, "failed"])
def test_where_no_task_has_a_result_no_file_is_written(tmp_path: Path, suffix: str, result: object) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    output = tmp_path / f"{OUTPUT}{suffix}"
    write_shard(run, "a", [failure(0)])
    collect_into(observe(run), output)  # one task is still to come
    shutil.rmtree(output) if output.is_dir() else output.unlink()
    write_shard(run, "b", [failure(1) if result == "failed" else success(1, result)])
    with pytest.raises(
        ResultError, match=r"no task of .* has a result \(.*1 failed|2 failed.*\), so .* is not written"
    ):
        collect_into(observe(run), output)
    assert not output.exists()


def test_only_a_csv_is_made_safe_for_spreadsheets(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 1))
    write_shard(run, "w", [success(0, {"text": "=1"})])
    with pytest.raises(UsageError, match=r"x.nc' is no .csv"):
        collect_into(observe(run), tmp_path / "x.nc", csv_safe=True)
    collect_into(observe(run), tmp_path / "x.csv", csv_safe=True)
    assert "'=1" in (tmp_path / "x.csv").read_text()
