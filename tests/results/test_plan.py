"""The plan of a Dataset: what is known of a run's results before any value is read."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given

from sweeprun.design.extension import extend_table
from sweeprun.design.grid import Dimension, Grid
from sweeprun.design.tasks import TaskTable
from sweeprun.errors import UsageError
from sweeprun.provenance.origin import Origin
from sweeprun.results.merging import MergedResults
from sweeprun.results.plan import Plan, dimension_names, plan_of
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import take_snapshot
from tests.design.joints import joint_grid, joint_grids
from tests.results.runs import axis, count_axis, failure, make_run, make_run_of, success, write_shard


def plan(run: RunDirectory, *only: str) -> Plan:
    return plan_of(take_snapshot(run), only or None)


def run_of(path: Path, *results: Any) -> RunDirectory:
    """A run of 2 x 3 tasks, of which the first gave results."""
    run = make_run(path, axis("lr", [0.5, 0.25]), count_axis("seed", 3))
    write_shard(run, "w", [success(task_id, result) for task_id, result in enumerate(results)])
    return run


def test_no_value_is_read_before_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of(tmp_path / "a rün", {"y": 1.0, "curve": ("t", [1.0, 2.0])})
    monkeypatch.setattr(MergedResults, "_read", None)
    found = plan(run)
    assert found.names == ("lr", "seed")
    assert found.asked == found.collectable == ("y", "curve")
    assert found.refused == {}
    assert found.nbytes > 6 * 3 * 8
    assert found.lazy_dataset().sizes == {"lr": 2, "seed": 3, "t": 2}
    assert set(found.labels().variables) == {"lr", "seed"}


def test_blocks_are_parts_of_the_whole(tmp_path: Path) -> None:
    results = [{"y": i, "curve": ("t", np.arange(1.0 + i))} for i in range(5)]
    found = plan(run_of(tmp_path / "run", *results))
    whole = found.dataset()
    bookkeeping = ["task_id", "state", "seconds"]
    for row in range(2):
        block = found.block(3 * row, 3 * row + 3, (1, 3))
        expected = whole.isel(lr=slice(row, row + 1)).drop_vars(["lr", "seed"])
        xr.testing.assert_equal(block, expected)
    assert set(found.block(4, 5, (1, 1), {"y"}).variables) == {"y"}
    assert list(found.block(0, 6, (2, 3), set(bookkeeping)).coords) == bookkeeping
    assert found.lazy_dataset().load().identical(whole)


def test_results_that_can_not_be_one_variable_are_refused_and_the_others_planned(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", {"y": 1.0, "z": 1.0}, {"y": "a", "z": 2.0})
    found = plan(run)
    assert found.asked == ("y", "z")
    assert found.collectable == ("z",)
    assert found.refused == {"y": "'y' is a number in task 0 and a text in task 1; they must agree"}
    assert (plan(run, "z").refused, plan(run, "z").asked) == ({}, ("z",))


def test_results_that_are_asked_for_come_with_their_labels(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", xr.Dataset({"y": ("t", [1.0]), "z": 1.0}, {"t": [5], "site": "ä"}))
    dataset = plan(run, "y").dataset()
    assert list(dataset.data_vars) == ["y"]
    assert dataset.t.values.tolist() == [5]
    assert "z" not in dataset.variables


def test_results_that_are_not_there_are_refused_by_name(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", {"y": 1.0, "z": 1.0})
    with pytest.raises(UsageError, match="there is no variable 'ÿ'; there are: y, z"):
        plan(run, "y", "ÿ")
    with pytest.raises(UsageError, match="there is no variable 'y': no task has a result yet"):
        plan(run_of(tmp_path / "empty"), "y")


def test_every_task_has_its_state_and_its_time(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run")
    write_shard(run, "v", [success(4, 1.0, seconds=2.0), failure(1)])
    found = plan(run).dataset()
    assert found.state.values.tolist() == [["pending", "failed", "pending"], ["pending", "succeeded", "pending"]]
    assert found.task_id.values.tolist() == [[0, 1, 2], [3, 4, 5]]
    np.testing.assert_array_equal(found.seconds, [[np.nan, 0.25, np.nan], [np.nan, 2.0, np.nan]])
    assert found.seconds.attrs["units"] == "s"
    assert "code_digest" not in found.variables


def test_results_of_different_code_say_which(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run")
    for number, code in enumerate(["aaaaaaaaaaaa", "bbbbbbbbbbbb"]):
        origin = Origin(code=code, host="h", cpu="c").to_json()
        records = [success(2 * number, 1.0), failure(2 * number + 1)]
        write_shard(run, f"w{number}", [replace(record, origin=origin) for record in records])
    assert plan(run).dataset().code_digest.values.tolist() == [["aaaaaaaaaaaa", "", "bbbbbbbbbbbb"], ["", "", ""]]


@pytest.mark.parametrize(("last", "told"), [(2, [[1, 0, 2], [0, 0, 0]]), (1, None), (0, None)])
def test_results_of_different_numbers_of_threads_say_which(
    tmp_path: Path, last: int, told: list[list[int]] | None
) -> None:
    run = run_of(tmp_path / "run")
    for number, threads in enumerate([1, last]):
        records = [success(2 * number, 1.0), failure(2 * number + 1)]
        origin = Origin(threads=threads).to_json()
        write_shard(run, f"w{number}", [replace(record, origin=origin) for record in records])
    found = plan(run).dataset()
    assert (found.worker_threads.values.tolist() if "worker_threads" in found.coords else None) == told


def test_an_axis_named_like_the_threads_keeps_its_name(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("worker_threads", 2))
    for task_id in range(2):
        record = replace(
            success(task_id, {"x": 1.0, "worker_threads": 7}), origin=Origin(threads=task_id + 1).to_json()
        )
        write_shard(run, f"w{task_id}", [record])
    found = plan(run).dataset()
    assert found.worker_threads.dims == found.x.dims == ("worker_threads",)
    assert found.worker_threads.values.tolist() == [0, 1]
    assert found.result_worker_threads.values.tolist() == [7, 7]


def test_tasks_that_were_added_stand_in_their_places(tmp_path: Path) -> None:
    table = TaskTable.of(Grid(axes=(axis("lr", [0.5, 0.25]), count_axis("seed", 2))))
    table = extend_table(table, [Dimension.of(count_axis("seed", 3))])
    run = make_run_of(tmp_path / "run", table)
    write_shard(run, "w", [success(task_id, float(task_id)) for task_id in range(6)])
    found = plan(run).dataset()
    assert found.task_id.values.tolist() == [[0, 1, 4], [2, 3, 5]]
    np.testing.assert_array_equal(found.result, found.task_id)
    assert found.seed.values.tolist() == [0, 1, 2]


def test_only_positions_with_new_records_have_new_sources(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", 1.0, 2.0)
    before = plan(run).sources
    assert np.array_equal(plan(run).sources, before)
    write_shard(run, "v", [success(1, 2.0, attempt=2), failure(5)])
    assert np.flatnonzero(plan(run).sources != before).tolist() == [1, 5]
    other = run_of(tmp_path / "other", 1.0, 3.0)
    assert np.flatnonzero(plan(other).sources != before).tolist() == [1]


def test_axes_that_move_together_share_a_dimension(tmp_path: Path) -> None:
    run = make_run_of(tmp_path / "run", TaskTable.of(joint_grid([[1, 2], ["a", "b"]], [[5, 6, 7]])))
    labels = plan(run).labels()
    assert labels.sizes == {"d0": 2, "d1": 3}
    assert labels["d0"].values.tolist() == [0, 1]
    assert labels["d0.1"].dims == ("d0",)
    assert labels["d0.1"].values.tolist() == ["a", "b"]


@given(joint_grids())
def test_dimensions_have_names_of_their_own(grid: Grid) -> None:
    assert dimension_names(grid) == tuple(dimension.name for dimension in grid.dimensions)


def test_names_that_files_keep_for_themselves_are_changed() -> None:
    names = ["db/x", "db.x", "db.x_", "a/b/c"]
    assert dimension_names(Grid(axes=tuple(count_axis(name, 2) for name in names))) == (
        "db.x",
        "db.x_",
        "db.x__",
        "a.b.c",
    )
