"""A job is submitted once, also if an answer is lost."""

from pathlib import Path

import pytest

from sweeprun.launchers.arrays import submitting
from sweeprun.launchers.arrays.commands import SchedulerError
from sweeprun.launchers.arrays.scheduler import JobRequest
from sweeprun.launchers.arrays.submitting import submit_or_find
from sweeprun.launchers.progress import Progress
from sweeprun.store.activity import ElementState
from sweeprun.store.submissions import JobRole
from tests.launchers.arrays.listing import Listing, job

LOST = SchedulerError("no answer", passing=True)


class Notes:
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submitting, "_FIRST_PAUSE_SECONDS", 0.001)


def submit(scheduler: Listing, role: JobRole = JobRole.ARRAY) -> tuple[str, list[str]]:
    request = JobRequest(run=Path("run"), script="0.sh", log="0.log", title="t", token="a0", role=role)
    notes = Notes()
    progress: Progress = notes  # type: ignore[assignment]
    return submit_or_find(scheduler, request, ["7"], {"A": "1"}, progress), notes.notes


def test_a_job_is_submitted_with_what_it_waits_for_and_inherits() -> None:
    scheduler = Listing()
    assert submit(scheduler) == ("101", [])
    assert scheduler.calls == [("submit", "0.sh", ["7"], {"A": "1"})]


def test_a_job_whose_answer_was_lost_is_found_by_its_token() -> None:
    others = [job("8", 0, ElementState.RUNNING, "b"), job("9", None, ElementState.QUEUED, collects=True)]
    scheduler = Listing(failures=[LOST], listed=[*others, job("16", 0, ElementState.QUEUED)])
    job_id, notes = submit(scheduler)
    assert job_id == "16"
    assert [call[0] for call in scheduler.calls] == ["submit", "jobs"]
    assert notes == ["no answer; trying again in 0 s"]


def test_one_that_did_not_arrive_is_submitted_again_once_that_is_known() -> None:
    scheduler = Listing(failures=[LOST, LOST])
    assert submit(scheduler)[0] == "104"
    assert [call[0] for call in scheduler.calls] == ["submit", "jobs", "jobs", "submit"]


def test_the_job_that_collects_is_not_taken_for_the_array() -> None:
    scheduler = Listing(failures=[LOST], listed=[job("16", 0, ElementState.QUEUED)])
    assert submit(scheduler, JobRole.COLLECT)[0] == "103"


def test_what_is_refused_is_not_tried_again() -> None:
    scheduler = Listing(failures=[SchedulerError("no such queue")])
    with pytest.raises(SchedulerError, match="no such queue"):
        submit(scheduler)
    assert len(scheduler.calls) == 1


def test_one_that_was_taken_is_looked_for_and_never_submitted_again() -> None:
    taken = SchedulerError("no id", passing=True, accepted=True)
    scheduler = Listing(failures=[taken, LOST], listed=[job("16", 0, ElementState.QUEUED)])
    assert submit(scheduler)[0] == "16"
    assert [call[0] for call in scheduler.calls] == ["submit", "jobs", "jobs"]
    scheduler = Listing(failures=[taken])
    with pytest.raises(SchedulerError, match="no id"):
        submit(scheduler)
    assert [call[0] for call in scheduler.calls] == ["submit", *["jobs"] * 5]
