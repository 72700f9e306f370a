"""Another throttle for a run that is going on."""

from pathlib import Path

import pytest

from sweeprun.errors import UsageError
from sweeprun.runs.throttle import throttle_run
from sweeprun.store.directory import RunDirectory
from tests.results.runs import count_axis, make_run, success, write_shard
from tests.runs.queue_launcher import calls, set_queue
from tests.runs.submitting import ALIVE, LOCAL, QUEUE, submit


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "a rün", count_axis("x", 10))


@pytest.mark.usefixtures("queue")
def test_all_submissions_of_the_last_launcher_share_the_throttle(run: RunDirectory) -> None:
    submit(run, 0, launcher=QUEUE)
    submit(run, 1, launcher=LOCAL)
    submit(run, 2, launcher=QUEUE | {"tasks_per_job": 2})
    set_queue(run, (0, 3, "running"), (2, None, "queued"))
    assert str(throttle_run(run, 7)) == "at most 7 elements at once from now on"
    assert calls(run) == [["set_throttle", [0, 2], 7]]


def test_a_throttle_below_one_is_refused(run: RunDirectory) -> None:
    with pytest.raises(UsageError, match=r"at least 1, not 0; `sweeprun cancel .+` stops the run"):
        throttle_run(run, 0)


def test_a_run_that_no_launcher_of_ours_ran_has_no_throttle(run: RunDirectory) -> None:
    with pytest.raises(UsageError, match="was not run by a launcher that has a throttle"):
        throttle_run(run, 2)


@pytest.mark.usefixtures("queue")
def test_nothing_is_asked_of_the_launcher_of_a_run_that_has_ended(run: RunDirectory) -> None:
    submit(run, 0, launcher=QUEUE)
    with pytest.raises(UsageError, match=r"nothing of .*waits or runs.* sweeprun resume .*throttle=3"):
        throttle_run(run, 3)
    set_queue(run, (0, None, "running"))
    write_shard(run, "0.a", [success(task_id, 1) for task_id in range(10)])
    with pytest.raises(UsageError, match="waits or runs"):  # all have succeeded, whatever the queue says
        throttle_run(run, 3)
    assert calls(run) == []


def test_local_workers_keep_theirs_and_the_message_says_how_to_go_on(run: RunDirectory) -> None:
    submit(run, 0, submitter=ALIVE)
    with pytest.raises(UsageError, match=r"sweeprun resume '.*a rün' hydra\.launcher\.throttle=2"):
        throttle_run(run, 2)
