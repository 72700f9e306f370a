"""What launchers of all array schedulers do alike."""

import json
from pathlib import Path
from typing import Any

import pytest

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import LaunchError, UsageError
from sweeprun.launchers.arrays.commands import SchedulerError
from sweeprun.launchers.arrays.scheduler import ArrayLimits
from sweeprun.launchers.slurm.launcher import SlurmLauncher
from sweeprun.store.directory import RunDirectory
from sweeprun.store.submissions import JobRole, Submission, read_jobs, write_submission
from tests.launchers.arrays.listing import Listing, ListingLauncher
from tests.results.runs import count_axis, make_run


class Silent:
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "a rün", count_axis("x", 100))


@pytest.fixture
def listing(monkeypatch: pytest.MonkeyPatch) -> Listing:
    """The scheduler of all launchers."""
    scheduler = Listing()
    monkeypatch.setattr(ListingLauncher, "scheduler", lambda _self: scheduler)
    return scheduler


def submissions(run: RunDirectory, launcher: ListingLauncher, count: int) -> list[Submission]:
    made = [
        Submission(
            number=number,
            array=launcher.array(TaskIds.of([number])),
            launcher=launcher.to_dict(),
            after=number - 1 if number else None,
        )
        for number in range(count)
    ]
    for submission in made:
        write_submission(run, submission)
    return made


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"throttle": 0}, "hydra.launcher.throttle is 0"),
        ({"requeues": -1}, "hydra.launcher.requeues is -1"),
        ({"variables": {"A;B": "1"}}, "no name of an environment variable"),
        ({"places": -1}, "places=-1 are too few"),
    ],
)
def test_nonsense_is_refused_and_the_scheduler_judges_its_own_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        ListingLauncher(**options)


def test_a_launcher_is_its_name_and_options() -> None:
    launcher = ListingLauncher(throttle=3, setup=["true"], places=5)
    told = json.loads(json.dumps(launcher.to_dict()))
    name = told.pop("name")
    assert name == "listing"
    assert ListingLauncher(**told).to_dict() == launcher.to_dict()


@pytest.mark.parametrize(
    ("tasks", "options", "limits", "elements", "per_job"),
    [
        (10, {}, {"max_elements": 100}, 10, 1),
        (10, {}, {"max_elements": 4}, 4, 3),
        (10, {"workers_per_job": 4}, {"max_elements": 100}, 3, 4),
        (10, {"throttle": 2}, {"max_elements": 100, "has_throttle": False}, 2, 5),
        (3, {"throttle": 7}, {"max_elements": 100, "has_throttle": False}, 3, 1),
    ],
)
def test_tasks_are_packed_to_what_the_scheduler_allows(
    listing: Listing,
    monkeypatch: pytest.MonkeyPatch,
    tasks: int,
    options: Any,
    limits: Any,
    elements: int,
    per_job: int,
) -> None:
    monkeypatch.setattr(listing, "limits", lambda: ArrayLimits(**limits), raising=False)
    array = ListingLauncher(**options).array(TaskIds.first(tasks))
    assert (len(array), array.tasks_per_job) == (elements, per_job)


def test_too_few_tasks_in_an_element_are_refused(listing: Listing) -> None:
    del listing
    with pytest.raises(UsageError, match=r"tasks_per_job=1 makes more than 100 elements of 101 tasks.*at least 2"):
        ListingLauncher(tasks_per_job=1).array(TaskIds.first(101))


def test_arrays_are_submitted_behind_one_another_and_the_job_that_collects_behind_all(
    run: RunDirectory, listing: Listing
) -> None:
    launcher = ListingLauncher(after_collect=True, variables={"A": "${oc.env:HOME}", "B": "1"})
    launcher.launch(run, submissions(run, launcher, 2), Silent())  # type: ignore[arg-type]
    (_, *first), (_, *second), (_, *collecting) = [call for call in listing.calls if call[0] == "submit"]
    secret = {"A": str(Path.home())}
    assert first == ["submissions/0.sh", [], secret]
    assert second == ["submissions/1.sh", ["101"], secret]
    assert collecting == ["submissions/1.collect.sh", ["101", "102"], secret]
    assert [job.job_id for job in read_jobs(run, 0)] == ["101"]
    assert {job.job_id: job.role for job in read_jobs(run, 1)} == {"102": JobRole.ARRAY, "103": JobRole.COLLECT}
    assert str(Path.home()) + "\n" not in run.job_script(0).read_text()
    assert "-o results.nc" in run.collect_script(1).read_text()


def test_what_was_submitted_before_a_refusal_is_told(run: RunDirectory, listing: Listing) -> None:
    launcher = ListingLauncher()
    made = submissions(run, launcher, 2)
    listing.failures = [SchedulerError("no such queue")]
    with pytest.raises(LaunchError, match=r"no such queue\nnothing was submitted, and the run is recorded"):
        launcher.launch(run, made, Silent())  # type: ignore[arg-type]


def test_a_remark_of_the_scheduler_is_noted(listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "check", lambda *_: "no node can run it now", raising=False)
    progress = Silent()
    ListingLauncher().check(progress)
    assert progress.notes == ["no node can run it now"]


def test_all_launchers_have_the_same_script_but_for_what_is_the_schedulers(run: RunDirectory) -> None:
    submission = Submission(number=0, array=Array(tasks=TaskIds.first(4)), token="abc")
    scripts = [kind(python="/p").script(run, submission).splitlines() for kind in (ListingLauncher, SlurmLauncher)]
    assert scripts[0][-1] == scripts[1][-1]
    assert scripts[0][0] == scripts[1][0]
