"""What a job script runs: one element of an array, up to its time limit and beyond.

The scheduler warns an element some time before its limit. It then starts no further task, gives those that run the time
that is left, and queues itself again for what remains. All it has to know lies in its environment and on disk, so the
same holds after a preemption, a failure of its node, or a second copy of itself on a node that was thought lost.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING

from sweeprun.cpus import thread_environment, usable_cpus
from sweeprun.design.arrays import Array
from sweeprun.design.policy import Policy
from sweeprun.design.task_ids import TaskIds
from sweeprun.launchers.arrays.commands import SchedulerError, with_retries
from sweeprun.launchers.arrays.element_job import ElementJob
from sweeprun.launchers.arrays.time_limit import Warden
from sweeprun.store.directory import RunDirectory
from sweeprun.store.notices import count_failures
from sweeprun.store.records import Failure
from sweeprun.store.submissions import Job, JobRole, Submission, note_job, read_jobs
from sweeprun.store.workers import WARNING_SIGNAL, Beat, Exit, Place, append_exit, read_beat, read_exits
from sweeprun.wording import Command, launcher, sweeper

if TYPE_CHECKING:
    from sweeprun.launchers.pool import Pool
    from sweeprun.launchers.progress import Tally

_WHOLE_TIME = 0.95
"""A task that had so much of the job's time, and still was not done, would not be done the next time either."""

_REQUEUE_ATTEMPTS = 3
_REQUEUE_PAUSE_SECONDS = 1.0
"""All pauses together are well within what the warden leaves before the limit."""

_STOP_SECONDS = 3.0
"""So long at most it is waited for tasks that are stopped so that the element can end."""


class ElementRun:
    """Runs one element of a submission.

    Parameters
    ----------
    run, submission, job
        The run, what was submitted, and the job that this is.
    run_here
        Runs tasks in this process; the worker's own exit code.
    """

    def __init__(
        self,
        run: RunDirectory,
        submission: Submission,
        job: ElementJob,
        run_here: Callable[[Place, TaskIds], int],
    ) -> None:
        self._run = run
        self._submission = submission
        self._job = job
        self._run_here = run_here
        self._options = submission.launcher
        self._policy = submission.policy or _policy_of(run)
        self._place = Place(submission=submission.number, index=job.index, attempt=submission.attempt + job.restarts)
        self._chunk = submission.array.chunk(job.index)
        self._pool: Pool | None = None
        self._queued_again = False
        self._again_by: int | None = None
        self._stopped = threading.Event()
        self._lock = threading.Lock()

    def run(self) -> int:
        """Run what is left of the element; 0 if all its tasks have succeeded, else 1, but after all of them ran.

        If the scheduler starts jobs again that end with a certain code, and that is what this one needs: that code.
        """
        try:
            code = self._run_all()
        except KeyboardInterrupt:
            if self._again_by is None:
                raise
            return self._again_by
        return code if self._again_by is None else self._again_by

    def _run_all(self) -> int:
        left, failed = self._chunk, False
        if self._too_many_failed():
            _say(f"too many tasks have failed ({sweeper('max_failures')}), so tasks {left} are not started")
            return 1
        if not self._is_first():
            left, failed = self._left(interrupted=self._forget_former_beats())
            note_job(self._run, self._submission.number, Job(job_id=self._job.job_id, role=JobRole.AGAIN))
        with Warden(self._job, self._options["warning_seconds"], self._warn, self._time_is_up) as warden:
            try:
                failed |= bool(self._run_tasks(left))
            finally:
                self._stopped.set()
        if self._too_many_failed():
            self._cancel_queued()
            return 1
        if warden.warned:
            left, failed = self._left()
            if left:
                self._queue_again(left)
                return 1
        self._remove_empty_log()
        return int(failed)

    def _too_many_failed(self) -> bool:
        most = self._policy.max_failures
        return most is not None and count_failures(self._run, self._submission.attempt) >= most

    def _cancel_queued(self) -> None:
        """Take what waits of this array out of the queue; elements of other arrays find out as they start."""
        with suppress(SchedulerError):
            self._job.cancel_queued()

    def _is_first(self) -> bool:
        """Whether nothing of this element can have run before: no restart, and the job that was submitted."""
        submitted = Job(job_id=self._job.job_id, role=JobRole.ARRAY)
        return not self._job.restarts and submitted in read_jobs(self._run, self._submission.number)

    def _run_tasks(self, left: TaskIds) -> int:
        workers = min(self._options["workers_per_job"], len(left))
        if not workers:
            return 0
        alone = len(self._chunk) == 1 and not self._policy.needs_supervision
        if alone:
            return self._run_here(self._place, left)
        from sweeprun.launchers.local_links import LocalLinks
        from sweeprun.launchers.pool import Pool

        signal.signal(signal.SIGTERM, _interrupt)
        self._pool = Pool(
            self._run,
            Array(tasks=left, throttle=workers),
            place=self._place,
            workers=workers,
            open_link=LocalLinks(self._run, self._place, {**os.environ, **thread_environment(usable_cpus())}),
            progress=_Silent(),
            policy=self._policy,
            first_attempt=self._submission.attempt,
        )
        tally = self._pool.run()
        return int(tally.succeeded < tally.total)

    def _left(self, interrupted: Collection[int] = ()) -> tuple[TaskIds, bool]:
        """The tasks that this element has still to run, and whether any that it ran has failed.

        Tasks that were interrupted while they ran again are not done, although they have failed before.
        """
        from sweeprun.store.shards import read_outcomes

        place = self._place
        succeeded: dict[int, bool] = {}
        for noted in read_exits(self._run):
            here = (noted.place.submission, noted.place.index) == (place.submission, place.index)
            if here and noted.task_id is not None and not noted.retried:
                succeeded[noted.task_id] = False
        for path in self._run.shards.glob(f"{place.prefix}*.arrow"):
            for task_id, ended_well in read_outcomes(path):
                succeeded[task_id] = succeeded.get(task_id, False) or ended_well
        for task_id in interrupted:
            if not succeeded.get(task_id):
                succeeded.pop(task_id, None)
        left = TaskIds.of(task_id for task_id in self._chunk if task_id not in succeeded)
        return left, not all(succeeded.values())

    def _beats(self) -> list[Beat]:
        """The beats of this element's workers, in this job and in former ones."""
        paths = sorted(self._run.workers.glob(f"{self._place.prefix}*.beat"))
        return [beat for beat in map(read_beat, paths) if beat is not None]

    def _forget_former_beats(self) -> set[int]:
        """Remove what the workers of former jobs of this element left; the tasks that they were on run again here."""
        interrupted = set()
        for beat in self._beats():
            if beat.place.attempt < self._place.attempt and not beat.process.is_alive():
                self._run.beat(beat.worker).unlink(missing_ok=True)
                if beat.task_id is not None:
                    interrupted.add(beat.task_id)
        return interrupted

    def _warn(self) -> None:
        """Let workers start no further task."""
        if self._pool is not None:
            self._pool.warn()
        else:
            os.kill(os.getpid(), WARNING_SIGNAL)

    def _time_is_up(self, began: float, end: float) -> None:
        """The limit is near, and tasks run: queue again for all that can ever end."""
        left, _ = self._left()
        hopeless = {}
        for beat in self._beats():
            had_whole_time = beat.since - began <= (1 - _WHOLE_TIME) * (end - began)
            if beat.place == self._place and beat.task_id in left and had_whole_time and not beat.resumable:
                hopeless[beat.task_id] = beat
        for task_id, beat in hopeless.items():
            limit = f"the time limit, {max(1, round((end - began) / 60))} min, is too short"
            noted = Exit(
                worker=beat.worker,
                task_id=task_id,
                code=-signal.SIGTERM,
                when=time.time(),
                place=self._place,
                why=limit,
                log=beat.log,
            )
            append_exit(self._run, beat.worker, noted)
        left = TaskIds.of(task_id for task_id in left if task_id not in hopeless)
        if left:
            self._queue_again(left)
        if self._again_by is not None:
            self._stop(self._again_by, min(_STOP_SECONDS, (end - time.time()) / 2))

    def _stop(self, code: int, seconds: float) -> None:
        """End this process, whose tasks run: as a scheduler does, who asks first."""
        os.kill(os.getpid(), signal.SIGTERM)
        if not self._stopped.wait(max(0.0, seconds)):
            os._exit(code)

    def _queue_again(self, left: TaskIds) -> None:
        """Put this element back into the queue; what runs of it now is stopped by that."""
        with self._lock:
            if self._queued_again:
                return
            self._queued_again = True
        rest = f"tasks {left} are left for: {Command('resume', self._run.shown())}"
        if self._job.restarts >= self._options["requeues"]:
            _say(f"the time is up after {self._job.restarts} restarts ({launcher('requeues')}); {rest}")
            return
        _say(f"the time is up; queued again for tasks {left}")
        try:
            self._again_by = with_retries(
                self._job.requeue,
                attempts=_REQUEUE_ATTEMPTS,
                first_pause=_REQUEUE_PAUSE_SECONDS,
                on_retry=lambda error, pause: _say(f"{error}; once more in {pause:g} s"),
            )
        except SchedulerError as error:
            _say(f"it can't be queued again: {error}; {rest}")

    def _remove_empty_log(self) -> None:
        """An element that had nothing to say leaves no file."""
        log = self._run.element_log(self._submission.number, self._job.index)
        with suppress(OSError):
            if not log.stat().st_size:
                log.unlink()


def _policy_of(run: RunDirectory) -> Policy:
    """The policy of a run, where the submission is of a time when it had none."""
    from sweeprun.store.manifest import read_manifest  # only now: it imports NumPy, which a supervisor doesn't need

    return read_manifest(run).policy


class _Silent:
    """Progress that nobody follows."""

    def update(self, tally: "Tally") -> None:
        pass

    def note(self, text: str) -> None:
        _say(text)

    def failed(self, task_id: int, failure: Failure) -> None:
        pass


def _say(text: str) -> None:
    print(f"sweeprun: {text}", file=sys.stderr, flush=True)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
