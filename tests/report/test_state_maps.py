"""Maps of tasks by state: every task is in one cell of each map."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sweeprun.design.extension import extend_table
from sweeprun.design.grid import Dimension, Grid
from sweeprun.design.tasks import TaskTable
from sweeprun.report.state_maps import StateMap, state_maps
from sweeprun.results.collect import collect_snapshot
from sweeprun.store.snapshot import STATE_ORDER, TaskState, take_snapshot
from tests.results.runs import axis, count_axis, failure, make_run_of, success, write_shard

PENDING, SUCCEEDED, FAILED = map(STATE_ORDER.index, (TaskState.PENDING, TaskState.SUCCEEDED, TaskState.FAILED))


def grid_of(*shape: int) -> xr.Dataset:
    """A Dataset of the axes ``a, b, …``."""
    names = [chr(ord("a") + place) for place in range(len(shape))]
    return xr.Dataset(coords={"task_id": (names, np.arange(np.prod(shape, dtype=int)).reshape(shape))})


def cells(one: StateMap, state: TaskState) -> np.ndarray:
    """The number of tasks of a state in each cell."""
    counts = one.counts.get(state.value, (0,) * (len(one.columns) * len(one.rows)))
    return np.array(counts).reshape(len(one.rows), len(one.columns))


@given(st.lists(st.sampled_from([1, 2, 3, 24, 25, 49, 60]), max_size=3), st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_every_task_is_in_one_cell_of_each_map(shape: list[int], seed: int) -> None:
    dataset = grid_of(*shape)
    states = np.random.default_rng(seed).integers(0, len(STATE_ORDER), dataset.task_id.size)
    maps = state_maps(states, dataset)
    long = sum(length > 1 for length in shape)
    assert len(maps) == 1 + long * (long - 1) // 2
    for one in maps:
        assert {name: sum(counts) for name, counts in one.counts.items()} == {
            state.value: int((states == code).sum()) for code, state in enumerate(STATE_ORDER) if (states == code).any()
        }
        assert len(one.columns) <= 48
        assert len(one.rows) <= 24


@pytest.mark.parametrize("tasks", [1, 2, 47, 48, 49, 1151, 1152, 1153, 100_000])
def test_by_number_every_cell_says_which_tasks_it_holds(tasks: int) -> None:
    states = np.full(tasks, PENDING)
    states[-1] = FAILED
    (one,) = state_maps(states, None)
    counts = one.counts["failed"]
    assert (sum(counts), counts[-1]) == (1, 1)
    assert len(counts) == len(one.labels) <= len(one.columns) * len(one.rows)
    ends = [[int(word) for word in label.split() if word.isdecimal()] for label in one.labels]
    assert [task for own in ends for task in range(own[0], own[-1] + 1)] == list(range(tasks))
    width = ends[0][-1] + 1
    assert one.rows == tuple(str(row * len(one.columns) * width) for row in range(len(one.rows)))


def test_over_two_axes_a_task_is_where_its_values_are() -> None:
    states = np.full(4 * 3 * 2, PENDING)
    states[[0, 1, 23]] = SUCCEEDED  # (0, 0, both), (3, 2, 1)
    first, *others, by_number = state_maps(states, grid_of(4, 3, 2))
    assert [(one.x, one.y) for one in (first, *others)] == [("a", "b"), ("a", "c"), ("b", "c")]
    found = cells(first, TaskState.SUCCEEDED)
    assert found.shape == (3, 4)  # the longer axis goes to the right
    assert found.tolist() == [[2, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]]
    assert (cells(first, TaskState.PENDING) + found == 2).all()
    assert by_number.name == "task number"


def test_neighbours_on_long_axes_share_a_cell() -> None:
    states = np.full(100 * 100, SUCCEEDED)
    states[0] = FAILED
    one, _ = state_maps(states, grid_of(100, 100))
    total = cells(one, TaskState.SUCCEEDED) + cells(one, TaskState.FAILED)
    assert total.sum() == 100 * 100
    assert cells(one, TaskState.FAILED)[0, 0] == 1
    assert one.columns[0].startswith("0 … ")


def test_tasks_that_were_added_are_where_their_values_are(tmp_path: Path) -> None:
    table = TaskTable.of(Grid(axes=(axis("lr", [0.5, 0.25]), count_axis("seed", 2))))
    table = extend_table(table, [Dimension.of(count_axis("seed", 3))])
    run = make_run_of(tmp_path / "a rün", table)
    write_shard(run, "w", [failure(0), success(4, 1.0), success(5, 1.0)])  # the last two are of the new seed
    snapshot = take_snapshot(run)
    over, by_number = state_maps(snapshot.states, collect_snapshot(snapshot).dataset)
    assert cells(over, TaskState.SUCCEEDED).tolist() == [[0, 0, 1], [0, 0, 1]]
    assert cells(over, TaskState.FAILED).tolist() == [[1, 0, 0], [0, 0, 0]]
    assert by_number.counts["succeeded"] == (0, 0, 0, 0, 1, 1)


def test_of_many_axes_only_some_pairs_have_a_map() -> None:
    assert len(state_maps(np.full(2**6, PENDING), grid_of(*[2] * 6))) == 10
