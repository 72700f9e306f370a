"""From groups of tasks to submissions that keep to one throttle together."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import UsageError
from sweeprun.launchers.local import LocalLauncher
from sweeprun.launchers.packing import Group, plan_submissions, share_throttle
from sweeprun.launchers.registry import is_launcher, make_launcher


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=8), st.integers(0, 50))
def test_shares_add_up_to_the_throttle(sizes: list[int], more: int) -> None:
    throttle = len(sizes) + more
    shares = share_throttle(throttle, sizes)
    assert sum(shares) == throttle
    assert min(shares) >= 1


def test_shares_follow_the_sizes() -> None:
    assert share_throttle(10, [80, 10, 10]) == [8, 1, 1]
    assert share_throttle(3, [5, 5]) == [2, 1]


@given(st.integers(1, 6), st.integers(1, 8))
def test_no_more_run_at_once_than_the_throttle(groups: int, throttle: int) -> None:
    launcher = LocalLauncher(throttle=throttle)
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


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "nobody's"}, 'there is no launcher "nobody\'s" here; there are: local, slurm'),
        ({}, "there is no launcher 'None'"),
        ({"name": "local", "colour": 3}, "can't be made with"),
    ],
)
def test_what_is_no_launcher_is_told(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        make_launcher(options)


def test_launchers_are_known_by_name() -> None:
    assert is_launcher("local")
    assert is_launcher("slurm")
    assert not is_launcher("basic")
    assert make_launcher(LocalLauncher(throttle=3).to_dict()) == LocalLauncher(throttle=3)
