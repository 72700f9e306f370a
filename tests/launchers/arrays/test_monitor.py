"""What became of arrays, which are stopped and slowed, whatever the scheduler."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import UsageError
from sweeprun.launchers.arrays.commands import SchedulerError
from sweeprun.launchers.arrays.monitor import activity, cancel, set_throttle
from sweeprun.launchers.arrays.scheduler import ByHand
from sweeprun.store.activity import ElementState
from sweeprun.store.directory import RunDirectory
from sweeprun.store.processes import Process
from sweeprun.store.submissions import Job, Submission, note_job
from tests.launchers.arrays.listing import Listing, job
from tests.results.runs import count_axis, make_run

QUEUED, RUNNING, ENDED = ElementState.QUEUED, ElementState.RUNNING, ElementState.ENDED
GONE = replace(Process.current(), born=1)


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "a rün", count_axis("x", 100))


def submission(number: int, tasks: int = 10, **more: Any) -> Submission:
    made = Submission(number=number, array=Array(tasks=TaskIds.first(tasks)), token=f"a{number}", submitter=GONE)
    return replace(made, **more)


def listing(run: RunDirectory, *jobs: Any) -> Listing:
    return Listing(listed=list(jobs), places={own.job_id: str(run.path) for own in jobs})


def test_what_is_listed_waits_or_runs_and_all_else_has_ended(run: RunDirectory) -> None:
    scheduler = listing(run, job("16", 3, RUNNING), job("17", 4, QUEUED, "a1"), job("18", 5, RUNNING, "another's"))
    found = activity(scheduler, run, [submission(0), submission(1)])
    assert {key: element.state for key, element in found.elements.items()} == {(0, 3): RUNNING, (1, 4): QUEUED}
    assert found.asked == {0, 1}
    assert found.state(0, 4) is ENDED


def test_if_the_scheduler_can_not_be_asked_nothing_is_taken_for_ended(run: RunDirectory) -> None:
    scheduler = Listing(failures=[SchedulerError("no answer", passing=True)])
    found = activity(scheduler, run, [submission(0)])
    assert (found.state(0, 3), found.problem) == (None, "no answer")


def test_a_submission_without_a_job_waits_while_its_process_lives(run: RunDirectory) -> None:
    alive = submission(0, submitter=Process.current())
    assert activity(Listing(), run, [alive]).state(0, 3) is QUEUED
    note_job(run, 0, Job(job_id="16"))
    assert activity(Listing(), run, [alive]).state(0, 3) is ENDED


def test_accounts_say_how_elements_ended_that_are_listed_no_longer(run: RunDirectory) -> None:
    note_job(run, 0, Job(job_id="16"))
    scheduler = Listing(accounts={("16", 3): "out of memory", ("99", 4): "another's"})
    found = activity(scheduler, run, [submission(0)])
    assert {key: element.reason for key, element in found.elements.items()} == {(0, 3): "out of memory"}


def test_a_run_is_cancelled_with_all_of_its_jobs_that_have_not_ended(run: RunDirectory) -> None:
    scheduler = listing(
        run,
        job("16", 3, RUNNING),
        job("16", 4, QUEUED),
        job("17", None, QUEUED, collects=True),
        job("18", 0, ENDED),
        job("19", 0, RUNNING, "another's"),
    )
    cancel(scheduler, run, [submission(0)], None)
    assert scheduler.asked("cancel") == [({"16": None, "17": None},)]


def test_some_elements_are_cancelled_in_all_jobs_that_have_them(run: RunDirectory) -> None:
    waiting = [job("16", index, QUEUED) for index in (2, 3, 4, 9)]
    scheduler = listing(run, *waiting, job("17", 3, RUNNING), job("18", None, QUEUED, collects=True))
    cancel(scheduler, run, [submission(0)], [3, 4, 5])
    assert scheduler.asked("cancel") == [({"16": "3-4", "17": "3"},)]
    cancel(scheduler, run, [submission(0)], [7])
    assert len(scheduler.asked("cancel")) == 1


def test_a_job_of_another_run_goes_on(run: RunDirectory) -> None:
    scheduler = listing(run, job("16", 3, RUNNING))
    scheduler.places["16"] = "/elsewhere"
    with pytest.raises(UsageError, match=r"was not cancelled; if it should be: drop 16$"):
        cancel(scheduler, run, [submission(0)], None)
    with pytest.raises(UsageError, match=r"was not changed; if it should be: slow 16 N$"):
        set_throttle(scheduler, run, [submission(0)], 5)
    scheduler.by_hand = ByHand(submit="", cancel="")  # type: ignore[misc]  # one that can't change a throttle
    with pytest.raises(UsageError, match=r"was not changed$"):
        set_throttle(scheduler, run, [submission(0)], 5)
    assert scheduler.asked("cancel") == scheduler.asked("set_throttle") == []


def test_a_throttle_is_shared_by_arrays_side_by_side(run: RunDirectory) -> None:
    jobs = [job("16", i, RUNNING) for i in range(2)] + [job("17", i, RUNNING, "a1") for i in range(2)]
    scheduler = listing(run, *jobs, *(job("18", i, QUEUED, "a2") for i in range(6)))
    set_throttle(scheduler, run, [submission(0), submission(1), submission(2, after=0)], 5)
    assert scheduler.asked("set_throttle") == [("16", 4), ("18", 4), ("17", 1)]


@pytest.mark.parametrize(
    ("jobs", "message"),
    [([], "nothing of .* waits or runs"), ([("16", "a0"), ("17", "a1")], "1 elements at once are too few: 2 arrays")],
)
def test_a_throttle_that_can_not_be(run: RunDirectory, jobs: list[tuple[str, str]], message: str) -> None:
    scheduler = listing(run, *(job(job_id, 0, RUNNING, token) for job_id, token in jobs))
    with pytest.raises(UsageError, match=re.compile(message, re.DOTALL)):
        set_throttle(scheduler, run, [submission(0), submission(1)], 1)
    assert scheduler.asked("set_throttle") == []
