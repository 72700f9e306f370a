"""From groups of tasks to submissions that keep to one throttle together."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.task_ids import TaskIds
from sweeprun.launchers.local import LocalLauncher
from sweeprun.launchers.packing import Group, launched_together, plan_submissions, share_throttle
from sweeprun.store.submissions import Submission


class Queue(LocalLauncher):
    """A launcher whose submissions wait and run at the same time."""

    @property
    def in_foreground(self) -> bool:
        return False


def groups_of(sizes: list[int], throttle: int, tasks_per_job: int = 1) -> list[Group]:
    """Groups of consecutive tasks."""
    launcher = Queue(throttle=throttle, tasks_per_job=tasks_per_job)
    starts = [sum(sizes[:place]) for place in range(len(sizes))]
    return [
        Group(tasks=TaskIds.of(range(start, start + size)), launcher=launcher)
        for start, size in zip(starts, sizes, strict=True)
    ]


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=8), st.integers(0, 50))
def test_shares_add_up_to_the_throttle(sizes: list[int], more: int) -> None:
    throttle = len(sizes) + more
    shares = share_throttle(throttle, sizes)
    assert sum(shares) == throttle
    assert min(shares) >= 1


def test_shares_follow_the_sizes() -> None:
    assert share_throttle(10, [80, 10, 10]) == [8, 1, 1]
    assert share_throttle(3, [5, 5]) == [2, 1]


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=8), st.integers(0, 50))
def test_a_larger_array_never_has_the_smaller_share(sizes: list[int], more: int) -> None:
    shares = share_throttle(len(sizes) + more, sizes)
    for (_, lesser), (_, greater) in pairwise(sorted(zip(sizes, shares, strict=True))):
        assert greater >= lesser


@given(st.integers(1, 6), st.integers(1, 8))
def test_no_more_run_at_once_than_the_throttle(groups: int, throttle: int) -> None:
    launcher = Queue(throttle=throttle)
    tasks = [TaskIds.of(range(i * 10, i * 10 + 10)) for i in range(groups)]
    submissions = plan_submissions([Group(tasks=ids, launcher=launcher) for ids in tasks], first=3, attempt=2)
    assert [submission.number for submission in submissions] == list(range(3, 3 + groups))
    assert [submission.array.tasks for submission in submissions] == tasks
    assert {submission.attempt for submission in submissions} == {2}
    assert len({submission.token for submission in submissions}) == groups
    at_once = [submission.array.throttle for submission in submissions if submission.after is None]
    assert sum(at_once) == throttle if groups > 1 else at_once == [throttle]
    by_number = {submission.number: submission for submission in submissions}
    for submission in submissions:
        if submission.after is not None:
            assert by_number[submission.after].array.throttle == submission.array.throttle


@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=5),
    st.integers(1, 8),
    st.dictionaries(st.integers(0, 4), st.integers(1, 8), max_size=3),
)
def test_what_still_runs_counts_towards_the_throttle(sizes: list[int], throttle: int, active: dict[int, int]) -> None:
    submissions = plan_submissions(groups_of(sizes, throttle), first=5, active=active)
    at_once = [one.array.throttle for one in submissions if one.after is None]
    free = throttle - sum(active.values())
    if free >= 1:
        assert sum(at_once) <= free
        assert len(at_once) == min(len(sizes), free)
    else:
        assert at_once == []
        waiting = [one for one in submissions if one.after is not None and one.after < 5]
        assert {one.after for one in waiting} <= set(active)
        assert sum(one.array.throttle for one in waiting) <= throttle


def test_if_nothing_is_free_all_wait_for_the_largest_that_runs() -> None:
    (waiting,) = plan_submissions(groups_of([10], throttle=4), first=3, active={0: 1, 1: 3, 2: 1})
    assert (waiting.after, waiting.array.throttle) == (1, 3)


def test_arrays_beyond_the_throttle_wait_for_one_each() -> None:
    submissions = plan_submissions(groups_of([10, 10, 10, 10, 10], throttle=2))
    assert [one.after for one in submissions] == [None, None, 0, 1, 2]
    assert [one.array.throttle for one in submissions] == [1] * 5


@pytest.mark.parametrize("sizes", [[12], [12, 6]])
def test_each_submission_has_its_launchers_options_and_packing(sizes: list[int]) -> None:
    submissions = plan_submissions(groups_of(sizes, throttle=3, tasks_per_job=4))
    for submission in submissions:
        assert submission.launcher == LocalLauncher(throttle=3, tasks_per_job=4).to_dict()
        assert submission.array.tasks_per_job == 4
        assert Submission.from_dict(submission.to_dict()) == submission


def test_what_runs_in_a_row_has_the_whole_throttle_and_waits_for_nothing() -> None:
    groups = [
        Group(tasks=TaskIds.of([0, 1, 2]), launcher=LocalLauncher(throttle=3, cpus_per_task=cpus)) for cpus in (1, 2)
    ]
    submissions = plan_submissions(groups)
    assert [(one.array.throttle, one.after) for one in submissions] == [(3, None), (3, None)]


def test_a_launcher_is_called_once_for_each_set_of_options_unless_it_takes_them_all() -> None:
    array = LocalLauncher(throttle=1).array(TaskIds.of([0]))

    def submitted(name: str, *throttles: int) -> list[list[int]]:
        own = [
            Submission(number=number, array=array, launcher={"name": name, "throttle": throttle})
            for number, throttle in enumerate(throttles)
        ]
        return [[one.number for one in together] for together in launched_together(own)]

    assert submitted("local", 1, 1, 2) == [[0, 1], [2]]
    assert submitted("slurm", 1, 1, 2) == [[0, 1, 2]]
