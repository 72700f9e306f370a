"""The jobs of submissions, as the scheduler lists them. A job is a submission's by its token, not its id."""

from collections.abc import Iterable, Sequence

from sweeprun.launchers.arrays.scheduler import ListedJob, Scheduler
from sweeprun.store.activity import Element, ElementState
from sweeprun.store.directory import RunDirectory
from sweeprun.store.submissions import JobRole, Submission, read_jobs


def jobs_of(scheduler: Scheduler, run: RunDirectory, submissions: Sequence[Submission]) -> list[ListedJob]:
    """The jobs of some submissions that the scheduler still lists."""
    noted = [_noted_ids(scheduler, run, submission) for submission in submissions]
    known = [job_id for job_ids in noted for job_id in job_ids] if all(noted) else None
    tokens = {submission.token for submission in submissions}
    return [job for job in scheduler.jobs(known) if job.token in tokens]


def active_jobs(scheduler: Scheduler, run: RunDirectory, submissions: Sequence[Submission]) -> list[ListedJob]:
    """Those of them that wait or run."""
    return [job for job in jobs_of(scheduler, run, submissions) if not job.has_ended]


def elements_of(jobs: Iterable[ListedJob]) -> dict[int | None, Element]:
    """The elements of one submission by array index; where one is there twice, what waits or runs comes first."""
    order = (ElementState.ENDED, ElementState.QUEUED, ElementState.RUNNING)
    elements: dict[int | None, Element] = {}
    for job in jobs:
        if job.role is not JobRole.ARRAY:
            continue
        known = elements.get(job.index)
        if known is None or order.index(job.element.state) >= order.index(known.state):
            elements[job.index] = job.element
    return elements


def ended_by_accounts(
    scheduler: Scheduler, run: RunDirectory, submissions: Sequence[Submission], listed: Iterable[ListedJob]
) -> dict[tuple[int, int | None], str]:
    """How the elements of jobs ended that the scheduler lists no longer, where it keeps accounts."""
    forgotten = {
        job_id: submission.number for submission in submissions for job_id in _noted_ids(scheduler, run, submission)
    }
    for job in listed:
        forgotten.pop(job.job_id, None)
    if not forgotten:
        return {}
    found = scheduler.ended(list(forgotten), min(submission.created for submission in submissions))
    return {(forgotten[job_id], index): reason for (job_id, index), reason in found.items() if job_id in forgotten}


def _noted_ids(scheduler: Scheduler, run: RunDirectory, submission: Submission) -> list[str]:
    """The ids of the jobs that were noted; whatever else a note holds is not for the scheduler."""
    return [job.job_id for job in read_jobs(run, submission.number) if scheduler.is_job_id(job.job_id)]
