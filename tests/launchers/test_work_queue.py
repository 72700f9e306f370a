"""What is handed out next, and how much of it."""

import pytest

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.launchers.work_queue import HICCUP_SECONDS, TURN_SECONDS, Turn, WorkQueue, tasks_asked


def queue_of(tasks: int, *, workers: int = 1, tasks_per_job: int = 1) -> WorkQueue:
    return WorkQueue(Array(tasks=TaskIds.first(tasks), tasks_per_job=tasks_per_job), workers)


def handed_out(queue: WorkQueue, pace: float | None) -> list[list[int]]:
    elements, turns = 1, []
    while (turn := queue.next_turn(elements, pace)) is not None:
        elements = turn.elements
        turns.append(list(turn.tasks))
    assert not queue
    return turns


def test_long_elements_are_handed_out_one_by_one() -> None:
    assert handed_out(queue_of(5, tasks_per_job=2), pace=TURN_SECONDS) == [[0, 1], [2, 3], [4]]
    assert handed_out(queue_of(3), pace=None) == [[0], [1], [2]]


def test_short_ones_in_growing_turns_of_which_none_is_unfair() -> None:
    turns = handed_out(queue_of(10_000, workers=2), pace=1e-6)
    assert [task_id for turn in turns for task_id in turn] == list(range(10_000))
    left, previous = 10_000, 1
    for length in map(len, turns):
        assert length <= max(1, left // 4)
        assert length <= 8 * previous
        left, previous = left - length, length


def test_what_was_put_back_comes_first_and_one_by_one() -> None:
    queue = queue_of(4)
    assert list(queue.next_turn(1, None).tasks) == [0]  # type: ignore[union-attr]
    queue.put_back([7, 8])
    queue.put_back_to_retry(9, 2)
    assert queue.retries(9) == 2
    turns = [queue.next_turn(100, 1e-6) for _ in range(3)]
    assert [turn.request() for turn in turns if turn] == ["tasks 7", "tasks 8", "tasks 9 2"]
    assert queue.next_turn(1, None) == Turn(tasks=TaskIds.of([1]), elements=1)


def test_how_often_a_result_could_not_be_recorded() -> None:
    queue = queue_of(4)
    assert queue.count_unrecorded([], started=0.0, now=1.0) == 0
    assert queue.count_unrecorded([1, 2], started=0.0, now=1.0) == 1
    assert queue.count_unrecorded(iter([2, 3]), started=1.5, now=2.0) == 2
    assert queue.count_unrecorded([3], started=2.5, now=3.0) == 2


def test_one_hiccup_counts_once_for_a_task() -> None:
    queue = queue_of(4)
    for now in (1.0, 1.1, 2.0):  # by workers that were all there before
        assert queue.count_unrecorded([1], started=0.0, now=now) == 1
    assert queue.count_unrecorded([1], started=0.0, now=2.0 + HICCUP_SECONDS) == 2
    assert queue.count_unrecorded([1], started=2.5 + HICCUP_SECONDS, now=3.0 + HICCUP_SECONDS) == 3


@pytest.mark.parametrize("retries", [0, 2])
def test_a_request_says_its_tasks(retries: int) -> None:
    tasks = TaskIds.of([0, 1, 2, 7])
    assert tasks_asked(Turn(tasks=tasks, elements=1, retries=retries).request()) == tasks
