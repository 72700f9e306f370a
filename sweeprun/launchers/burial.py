"""What becomes of the tasks of a worker that did not end in order: they count as recorded, run again, or are lost."""

import errno
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from sweeprun.design.policy import LOST, TIMEOUT, Policy
from sweeprun.errors import LaunchError
from sweeprun.launchers.answers import Broken
from sweeprun.launchers.failure_limit import FailureLimit
from sweeprun.launchers.link import End
from sweeprun.launchers.overdue import overdue_text
from sweeprun.launchers.pool_worker import PoolWorker
from sweeprun.launchers.progress import TaskProgress
from sweeprun.launchers.remains import Remains, read_remains
from sweeprun.launchers.replacements import GIVEN_UP_AFTER, Replacements
from sweeprun.launchers.work_queue import WorkQueue
from sweeprun.launchers.worker_logs import WorkerLogs
from sweeprun.store.directory import RunDirectory
from sweeprun.store.records import lost_failure
from sweeprun.store.workers import Exit, Place, append_exit, describe_exit
from sweeprun.wording import Command

_GAVE_UP, _STOPPED = 2, 130
"""Exit codes of a worker: that it can't go on, as a task closed the pipes, say; that it was asked to end."""

_NEVER_PASSES = os.strerror(errno.EFBIG)
"""A limit to the size of files (`ulimit -f`): each new shard would soon reach it, too."""


@dataclass(slots=True)
class Ended:
    """What came of the tasks of workers that have ended."""

    succeeded: int = 0
    failed: int = 0
    lost: int = 0

    def count(self, worker: PoolWorker) -> None:
        """Count what a worker has reported."""
        self.succeeded += worker.succeeded
        self.failed += worker.failed

    def count_unreported(self, recorded: Mapping[int, Sequence[bool]], worker: PoolWorker) -> None:
        """Count what a worker recorded but ended before it could report."""
        for attempts in list(recorded.values())[worker.succeeded + worker.failed :]:
            self.succeeded += attempts[-1]
            self.failed += not attempts[-1]


@dataclass(slots=True, kw_only=True)
class Burial:
    """Buries the workers of one pool.

    Attributes
    ----------
    run, place, policy
        The run, where the workers work, and what becomes of tasks that fail.
    launcher
        Names the pool, which is the only writer of its file of exits.
    queue, replacements, limit, logs, progress
        The pool's.
    ended
        What came of tasks so far.
    trouble
        Why the last worker came to nothing that did.
    broken
        How many could not write what they must.
    """

    run: RunDirectory
    place: Place
    policy: Policy
    launcher: str
    queue: WorkQueue
    replacements: Replacements
    limit: FailureLimit
    logs: WorkerLogs
    progress: TaskProgress
    ended: Ended = field(default_factory=Ended)
    trouble: str = ""
    broken: int = 0
    _noted: set[str] = field(default_factory=set)

    def bury(self, worker: PoolWorker, end: End) -> None:
        """Count what a worker recorded, and queue again what it had not done."""
        remains = read_remains(self.run, worker, lost=bool(end.lost))
        victim, failures = remains.task_id, len(remains.attempts)
        retries = 0 if victim is None else self.queue.retries(victim) + failures
        if failures and (remains.attempts[-1] or retries > self.policy.retries):
            victim = None  # it has its last record
        rest = self._put_back(worker, remains, victim)
        if worker.broken is not None:
            if victim is not None:
                self.queue.put_back_to_retry(victim, retries)  # neither lost nor retried: it was not recorded
            self._note_broken(worker, worker.broken, end, rest)
            return
        retried = victim is not None and not end.is_exit(_STOPPED) and self._may_retry(retries, worker)
        self._note_exit(worker, end, victim, retried=retried)
        if end.is_exit(_STOPPED):
            return
        if victim is None:
            self._note_idle_end(worker, end)
            return
        self.replacements.worked()
        if retried:
            self.queue.put_back_to_retry(victim, retries + 1)
        else:
            self.ended.lost += 1
            self.limit.note(victim)
            self.progress.failed(victim, lost_failure(self._why(worker, end) or describe_exit(end.code)))

    def _put_back(self, worker: PoolWorker, remains: Remains, victim: int | None) -> list[int]:
        """Queue what a worker has not recorded of its turn, but for the task that it was on; all that it hasn't."""
        recorded = {task_id: attempts for task_id, attempts in remains.recorded.items() if task_id != victim}
        self.ended.count_unreported(recorded, worker)
        if len(recorded) > worker.succeeded + worker.failed:
            self.replacements.worked()
        rest = [task_id for task_id in worker.assigned if task_id not in recorded]
        self.queue.put_back(task_id for task_id in rest if task_id != victim)
        return rest

    def _may_retry(self, retries: int, worker: PoolWorker) -> bool:
        """Whether a task that a worker died on runs again, which has been retried so often."""
        reasons = {TIMEOUT if worker.overdue else LOST}
        return retries < self.policy.retries and self.policy.retries_after(reasons)

    def _note_broken(self, worker: PoolWorker, broken: Broken, end: End, rest: Sequence[int]) -> None:
        """A worker could not record the first tasks of the rest of its turn; no task may suffer that too often."""
        why = (
            f"what tasks return can't be recorded: {broken.why}; when it can, go on with: "
            f"{Command('resume', self.run.shown())}"
        )
        begun = rest[: rest.index(broken.task_id) + 1] if broken.task_id in rest else ()
        often = self.queue.count_unrecorded(begun, worker.started, time.monotonic()) >= GIVEN_UP_AFTER
        if often or broken.why.endswith(_NEVER_PASSES):
            raise LaunchError(why)
        self._note_exit(worker, end, None, why=f"it could not write what it must: {broken.why}")
        self.broken += 1
        if self.broken == 1:
            self.progress.note(f"a worker could not write what it must, and is replaced: {broken.why}")
        self.note_trouble(worker.started, why)

    def _note_idle_end(self, worker: PoolWorker, end: End) -> None:
        """A worker ended, and no task is to blame for it."""
        if end.is_exit(_GAVE_UP):
            self.note_once(f"a worker gave up, and is replaced: {self.logs.tail(worker.slot).splitlines()[-1]}")
        why = self._why(worker, end)
        if end.lost:
            self.note_once(f"a worker is lost, and is replaced: {why}")
        last = why or describe_exit(end.code)
        why = f"{GIVEN_UP_AFTER} workers in a row ended before they ran a task, the last with {last}"
        self.note_trouble(worker.started, f"{why}:\n{self.logs.tail(worker.slot)}")

    def note_trouble(self, started: float, why: str) -> None:
        """A worker came to nothing, or could not even be started."""
        self.trouble = why
        self.replacements.came_to_nothing(started, time.monotonic())

    def note_once(self, text: str) -> None:
        """Tell the user, unless it was said before."""
        if text not in self._noted:
            self._noted.add(text)
            self.progress.note(text)

    def _note_exit(
        self, worker: PoolWorker, end: End, task_id: int | None, why: str = "", *, retried: bool = False
    ) -> None:
        """Note that a worker ended, and remove its beat. What can't be noted, the beat says."""
        noted = Exit(
            worker=worker.name or "",
            task_id=task_id,
            code=end.code,
            when=time.time(),
            place=self.place,
            log=self.logs.path(worker.slot).name,
            why=why or self._why(worker, end),
            retried=retried,
        )
        with suppress(OSError):
            append_exit(self.run, self.launcher, noted)
            self.forget(worker)

    def _why(self, worker: PoolWorker, end: End) -> str:
        """Why a worker was killed, or is lost; an empty text if it ended by itself."""
        if worker.overdue:
            return overdue_text(self.policy.timeout)
        if worker.forged:
            return f"killed, as its task wrote {worker.forged[:80]!r} in its place to the process that launched it"
        return end.lost

    def forget(self, worker: PoolWorker) -> None:
        """Remove the beat of a worker that has ended.

        Raises
        ------
        OSError
            If it can't be removed.
        """
        if worker.name is not None:
            self.run.beat(worker.name).unlink(missing_ok=True)
