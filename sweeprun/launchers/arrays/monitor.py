"""What became of arrays that were submitted: which elements wait and run, and how to stop or slow them."""

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import UsageError
from sweeprun.launchers.arrays.commands import SchedulerError
from sweeprun.launchers.arrays.listed_jobs import active_jobs, elements_of, ended_by_accounts, jobs_of
from sweeprun.launchers.arrays.scheduler import ListedJob, Scheduler
from sweeprun.launchers.packing import share_throttle
from sweeprun.store.activity import Activity, Element, ElementState
from sweeprun.store.directory import RunDirectory
from sweeprun.store.submissions import JobRole, Submission, read_jobs
from sweeprun.wording import Command, launcher

_SUBMITTING_SECONDS = 600.0
"""Longer than that nobody tries to submit one array; a process of another host can't be asked whether it still does."""


def activity(scheduler: Scheduler, run: RunDirectory, submissions: Sequence[Submission]) -> Activity:
    """What a scheduler knows of the elements of some submissions."""
    begun = {  # known before the scheduler is asked: what is submitted meanwhile is not taken for ended
        submission.number for submission in submissions if _may_be_under_way(run, submission)
    }
    try:
        jobs = jobs_of(scheduler, run, submissions)
    except SchedulerError as error:
        return Activity(submissions=tuple(submissions), problem=str(error))
    elements: dict[tuple[int, int | None], Element] = {}
    for submission in submissions:
        own = elements_of(job for job in jobs if job.token == submission.token)
        if not own and submission.number in begun:
            own = {None: Element(state=ElementState.QUEUED, reason="being submitted")}
        elements |= {(submission.number, index): element for index, element in own.items()}
    for key, reason in ended_by_accounts(scheduler, run, submissions, jobs).items():
        elements.setdefault(key, Element(state=ElementState.ENDED, reason=reason))
    asked = frozenset(submission.number for submission in submissions)
    return Activity(submissions=tuple(submissions), elements=elements, asked=asked)


def cancel(
    scheduler: Scheduler, run: RunDirectory, submissions: Sequence[Submission], elements: Iterable[int] | None
) -> None:
    """Cancel submissions, or some elements of one; what has ended already is left as it is.

    Raises
    ------
    UsageError
        If a job that the run names is another run's, and so goes on.
    """
    active, strange = _own_jobs(scheduler, run, active_jobs(scheduler, run, submissions))
    jobs: dict[str, TaskIds | None] = {}
    if elements is None:
        jobs = dict.fromkeys(sorted({job.job_id for job in active}))
    else:
        wanted = set(elements)
        indices: dict[str, list[int]] = {}
        for job in active:
            if job.role is JobRole.ARRAY and job.index in wanted:
                indices.setdefault(job.job_id, []).append(job.index)
        jobs = {job_id: TaskIds.of(own) for job_id, own in indices.items()}
    if jobs:
        scheduler.cancel(jobs)
    if strange:
        raise UsageError(_told_of_strange(run, strange, "cancelled", scheduler.by_hand.cancel))


def set_throttle(scheduler: Scheduler, run: RunDirectory, submissions: Sequence[Submission], throttle: int) -> None:
    """Change the limit of the arrays that still wait or run, in proportion to their elements.

    Raises
    ------
    UsageError
        If nothing waits or runs any more, there are more arrays side by side than elements may run at once, or a job
        that the run names is another run's.
    """
    by_token = {submission.token: submission for submission in submissions}
    lanes: dict[int, list[ListedJob]] = {}
    active, strange = _own_jobs(scheduler, run, active_jobs(scheduler, run, submissions))
    if strange:
        raise UsageError(_told_of_strange(run, strange, "changed", scheduler.by_hand.throttle))
    for job in active:
        if job.role is JobRole.ARRAY:
            lanes.setdefault(_lane(by_token[job.token], submissions), []).append(job)
    if not lanes:
        resume = Command("resume", run.shown(), options=(launcher("throttle").to("N"),))
        raise UsageError(f"nothing of {run.shown()} waits or runs; to start what is missing: {resume}")
    if throttle < len(lanes):
        raise UsageError(
            f"{throttle} elements at once are too few: {len(lanes)} arrays run side by side; choose at least that"
        )
    shares = share_throttle(throttle, [len(jobs) for jobs in lanes.values()])
    for jobs, share in zip(lanes.values(), shares, strict=True):
        for job_id in sorted({job.job_id for job in jobs}):
            scheduler.set_throttle(job_id, share)


def _own_jobs(
    scheduler: Scheduler, run: RunDirectory, jobs: Sequence[ListedJob]
) -> tuple[list[ListedJob], dict[str, str]]:
    """Those jobs that were submitted in the run, and the directories of the others.

    A token alone doesn't make a job a run's: a copy of a run has the tokens of the first one, and anybody can read
    the token of a job and write it into a run of their own.
    """
    ids = {job.job_id for job in jobs}
    directories = scheduler.directories(ids) if ids else {}
    strange = {job_id: place for job_id, place in directories.items() if not _is_same(place, run.path)}
    return [job for job in jobs if job.job_id in directories.keys() - strange.keys()], strange


def _is_same(place: str, path: Path) -> bool:
    if place == os.fsencode(path).decode(errors="replace"):
        return True
    with suppress(OSError, ValueError):
        return Path(place).samefile(path)
    return False


def _told_of_strange(run: RunDirectory, strange: Mapping[str, str], what: str, command: str) -> str:
    job_id, place = next(iter(strange.items()))
    advice = f"; if it should be: {command.format(job=job_id)}" if command else ""
    return (
        f"{run.shown()} names job {', '.join(strange)}, which was submitted in {place!r}, another run, and was not "
        f"{what}{advice}"
    )


def _may_be_under_way(run: RunDirectory, submission: Submission) -> bool:
    """Whether a submission has no job yet, and somebody may be about to submit it."""
    if read_jobs(run, submission.number):
        return False
    alive = submission.submitter.is_alive()
    if alive is not None:
        return alive
    return abs(time.time() - submission.created) < _SUBMITTING_SECONDS  # of a time to come, if a clock was set back


def _lane(submission: Submission, submissions: Sequence[Submission]) -> int:
    """The number of the first of the submissions that follow one another up to this one."""
    by_number = {other.number: other for other in submissions}
    while submission.after is not None and submission.after in by_number:
        submission = by_number[submission.after]
    return submission.number
