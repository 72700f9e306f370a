"""Which jobs are a submission's, and which of two for one element counts."""

from pathlib import Path

import pytest

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.launchers.arrays.listed_jobs import elements_of, jobs_of
from sweeprun.store.activity import ElementState
from sweeprun.store.directory import RunDirectory
from sweeprun.store.submissions import Job, Submission, note_job
from tests.launchers.arrays.listing import Listing, job
from tests.results.runs import count_axis, make_run


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "run", count_axis("x", 10))


def test_of_two_jobs_for_one_element_the_one_that_goes_on_counts() -> None:
    jobs = [job("20", 0, ElementState.RUNNING), job("16", 0, ElementState.ENDED)]
    for order in (jobs, jobs[::-1]):
        assert elements_of(order)[0].job_id == "20"


def test_the_job_that_collects_is_no_element() -> None:
    assert elements_of([job("17", None, ElementState.QUEUED, collects=True)]) == {}


def test_a_scheduler_is_asked_for_the_ids_that_were_noted_if_all_were(run: RunDirectory) -> None:
    submissions = [Submission(number=n, array=Array(tasks=TaskIds.first(2)), token=f"a{n}") for n in range(2)]
    scheduler = Listing(listed=[job("16", 0, ElementState.RUNNING), job("9", 0, ElementState.RUNNING, "b")])
    note_job(run, 0, Job(job_id="16"))
    assert [own.job_id for own in jobs_of(scheduler, run, submissions)] == ["16"]
    note_job(run, 1, Job(job_id="17"))
    note_job(run, 1, Job(job_id="not-a-number"))
    jobs_of(scheduler, run, submissions)
    assert scheduler.asked("jobs") == [(None,), (["16", "17"],)]
