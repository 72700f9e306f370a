"""Task ids: a set, as compact as it is regular."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import UsageError

sets = st.one_of(
    st.sets(st.integers(0, 60)),
    st.builds(lambda start, count, step: set(range(start, start + count * step, step)), *[st.integers(1, 40)] * 3),
)


@given(sets, st.integers(0, 70), st.integers(0, 70))
def test_it_is_the_set_in_order(ids: set[int], start: int, stop: int) -> None:
    tasks = TaskIds.of(ids)
    ordered = sorted(ids)
    assert list(tasks) == ordered
    assert len(tasks) == len(ids)
    assert [task_id for task_id in range(-2, 1700) if task_id in tasks] == ordered
    assert list(tasks.part(start, stop)) == ordered[start:stop]
    assert [tasks.position(task_id) for task_id in ordered] == list(range(len(ordered)))
    assert TaskIds.parse(str(tasks)) == tasks
    assert "0" not in tasks


def test_it_is_written_as_slurm_writes_arrays() -> None:
    assert str(TaskIds.of([0, 1, 2, 3, 7, 10, 12, 14, 16])) == "0-3,7,10-16:2"
    assert str(TaskIds.first(10**12)) == "0-999999999999"
    assert str(TaskIds.of([])) == ""
    assert list(TaskIds.parse("5, 1-3,2")) == [1, 2, 3, 5]


def test_regular_sets_stay_small() -> None:
    assert len(TaskIds.of(range(0, 100_000, 3)).ranges) == 1
    assert TaskIds.first(10**12).part(10**11, 10**11 + 5) == TaskIds.of(range(10**11, 10**11 + 5))


@pytest.mark.parametrize("text", ["x", "1-", "-1", "3-1", "1-5:0", "1.5", "1--2"])
def test_nonsense_is_refused_with_what_would_be_right(text: str) -> None:
    with pytest.raises(UsageError, match="write 7, or 0-3, or 10-20:2"):
        TaskIds.parse(text)


@pytest.mark.parametrize("ranges", [(range(3), range(2, 5)), (range(0),), (range(5, 0, -1),), (range(-2, 3),)])
def test_ranges_must_ascend(ranges: tuple[range, ...]) -> None:
    with pytest.raises(ValueError, match="must ascend"):
        TaskIds(ranges)


def test_there_is_no_position_of_what_is_not_there() -> None:
    with pytest.raises(ValueError, match=r"not one of|not in range"):
        TaskIds.of([5]).position(3)
    with pytest.raises(ValueError, match=r"not one of|not in range"):
        TaskIds.of([5]).position(7)


@given(st.lists(st.booleans(), max_size=60))
def test_the_tasks_of_a_mask(mask: list[bool]) -> None:
    assert list(TaskIds.where(np.array(mask, bool))) == [i for i, wanted in enumerate(mask) if wanted]


def test_the_tasks_of_a_long_mask_are_no_list() -> None:
    mask = np.ones(10**7, bool)
    mask[5] = False
    assert str(TaskIds.where(mask)) == "0-4,6-9999999"


def test_many_task_ids_must_ascend() -> None:
    with pytest.raises(UsageError, match="must ascend"):
        TaskIds.parse("5-999999999999999,0")
