"""The array: chunks part the tasks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import UsageError


@given(st.integers(1, 200), st.integers(1, 50))
def test_chunks_part_the_tasks(tasks: int, tasks_per_job: int) -> None:
    array = Array(tasks=TaskIds.first(tasks), tasks_per_job=tasks_per_job)
    chunks = [array.chunk(index) for index in range(len(array))]
    assert [task_id for chunk in chunks for task_id in chunk] == list(range(tasks))
    assert all(len(chunk) == tasks_per_job for chunk in chunks[:-1])
    assert Array.from_dict(array.to_dict()) == array


def test_chunks_of_a_huge_array_are_instant() -> None:
    array = Array(tasks=TaskIds.first(10**12 + 1), tasks_per_job=10**9)
    assert len(array) == 1001
    assert array.chunk(1000) == TaskIds.of([10**12])


def test_it_is_written_as_slurm_writes_it() -> None:
    assert str(Array(tasks=TaskIds.first(100), throttle=10)) == "0-99%10"


@pytest.mark.parametrize("index", [-1, 4])
def test_elements_outside_are_refused(index: int) -> None:
    with pytest.raises(UsageError, match="not in 0-3"):
        Array(tasks=TaskIds.first(8), tasks_per_job=2).chunk(index)


@pytest.mark.parametrize("name", ["tasks_per_job", "throttle"])
def test_nonsense_is_refused_by_name(name: str) -> None:
    with pytest.raises(UsageError, match=f"{name} is 0"):
        Array(**{"tasks": TaskIds.first(3), name: 0})


@given(st.sets(st.integers(0, 300), min_size=1), st.integers(1, 20))
def test_a_task_is_in_its_element(ids: set[int], tasks_per_job: int) -> None:
    array = Array(tasks=TaskIds.of(ids), tasks_per_job=tasks_per_job)
    for index in range(len(array)):
        assert {array.element_of(task_id) for task_id in array.chunk(index)} == {index}
    assert all(array.element_of(task_id) is None for task_id in range(301) if task_id not in ids)
