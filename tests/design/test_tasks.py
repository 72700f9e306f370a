"""The task table."""

import json

import pytest

from sweeprun.design.streams import Streams
from sweeprun.design.tasks import Block, Task, TaskTable
from sweeprun.errors import OverrideError, UsageError
from tests.design.test_grid import grid


def test_a_table_of_a_trillion_tasks_is_instant() -> None:
    table = TaskTable.of(grid(10**6, 10**6))
    task = table.task(10**12 - 1)
    assert task.coordinates == {"a0": 10**6 - 1, "a1": 10**6 - 1}
    assert task.stream == 10**12 - 1


def test_blocks_are_numbered_on() -> None:
    table = TaskTable(blocks=(Block(first_id=0, design=grid(2, 2)), Block(first_id=4, design=grid(3))))
    assert len(table) == 7
    assert table.task(5).coordinates == {"a0": 1}
    with pytest.raises(ValueError, match="starts at task 5, not at 4"):
        TaskTable(blocks=(Block(first_id=0, design=grid(2, 2)), Block(first_id=5, design=grid(3))))


def test_tasks_of_a_block_have_streams_of_their_own() -> None:
    table = TaskTable(blocks=(Block(first_id=0, design=grid(2, 2)), Block(first_id=4, design=grid(3))))
    assert [table.task(task_id).stream for task_id in range(7)] == list(range(7))


def test_appending_a_block_changes_no_task() -> None:
    streams = Streams(root_seed=1, shared_by=("a1",))
    before = TaskTable.of(grid(2, 3), streams)
    after = TaskTable(blocks=(*before.blocks, Block(first_id=6, design=grid(4, 3))), streams=streams)
    assert [after.task(task_id) for task_id in range(6)] == [before.task(task_id) for task_id in range(6)]


def test_without_axes_there_is_one_task() -> None:
    table = TaskTable.of(grid())
    assert len(table) == 1
    assert table.task(0) == Task(task_id=0, indices=(), coordinates={}, stream=0)


@pytest.mark.parametrize("task_id", [-1, 4])
def test_there_is_no_such_task(task_id: int) -> None:
    with pytest.raises(UsageError, match=f"no task {task_id}; this sweep has tasks 0 to 3"):
        TaskTable.of(grid(2, 2)).task(task_id)


def test_streams_name_axes() -> None:
    with pytest.raises(OverrideError, match=r"'seed', which is not an axis; axes: a0, a1"):
        TaskTable.of(grid(2, 2), Streams(shared_by=("seed",)))


def test_a_table_survives_json() -> None:
    table = TaskTable.of(grid(2, 3), Streams(root_seed=3, shared_by=("a1",)))
    assert TaskTable.from_dict(json.loads(json.dumps(table.to_dict()))) == table
