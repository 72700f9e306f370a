"""A pool of workers: fed with array elements, replaced when they die. Where they run is their links' affair."""

import errno
import os
import selectors
import signal
import socket
import time
from contextlib import suppress

from sweeprun.design.arrays import Array
from sweeprun.design.policy import Policy
from sweeprun.errors import FormatError, LaunchError
from sweeprun.launchers.answers import Broken, Done, Failed, Note, Ready, Warn, parse_answer
from sweeprun.launchers.burial import Burial
from sweeprun.launchers.failure_limit import FailureLimit
from sweeprun.launchers.interrupts import Interrupts
from sweeprun.launchers.link import Link, OpenLink
from sweeprun.launchers.open_files import make_room
from sweeprun.launchers.overdue import is_overdue
from sweeprun.launchers.pool_worker import PoolWorker
from sweeprun.launchers.progress import Tally, TaskProgress
from sweeprun.launchers.remains import read_remains
from sweeprun.launchers.replacements import Replacements
from sweeprun.launchers.work_queue import WorkQueue
from sweeprun.launchers.worker_logs import WorkerLogs
from sweeprun.store.directory import RunDirectory
from sweeprun.store.workers import WARNING_SIGNAL, Place

_STOP_SECONDS = 5.0
"""Workers that were told to end have so long before they are killed."""

_PATIENCE_SECONDS = 1.0
_LOOK_SECONDS = 0.01

_ASKING = (WARNING_SIGNAL, signal.SIGTERM)
"""Signals by which a worker is told to end."""

_NO_HICCUP = {errno.ENOENT, errno.EACCES, errno.EPERM, errno.ENOEXEC, errno.ENOTDIR}
"""Why a worker can't be started now, and won't be later."""


class Pool:
    """Runs an array with at most ``workers`` workers at once.

    Parameters
    ----------
    run, array
        The run and what is to be run of it.
    place
        Where in the run the workers work.
    workers
        The number of workers.
    open_link
        Starts a worker, and gives the link to it.
    progress
        Is told the tally as it changes.
    policy
        What becomes of tasks that fail.
    first_attempt
        The attempt of the submission, by which failures are counted; by default the place's.
    grace
        How long tasks that run may go on when they were asked to stop, in seconds.
    """

    def __init__(  # noqa: PLR0913  # each says where or how the workers run
        self,
        run: RunDirectory,
        array: Array,
        *,
        place: Place,
        workers: int,
        open_link: OpenLink,
        progress: TaskProgress,
        policy: Policy | None = None,
        first_attempt: int | None = None,
        grace: float = 0.0,
    ) -> None:
        self._run = run
        self._total = len(array.tasks)
        self._slots = workers
        self._open_link = open_link
        self._progress = progress
        self._policy = policy or Policy()
        self._grace = grace
        self._logs = WorkerLogs(run, place)
        self._queue = WorkQueue(array, workers)
        self._replacements = Replacements(range(workers))
        self._limit = FailureLimit(run, first_attempt or place.attempt, self._policy)
        self._burial = Burial(
            run=run,
            place=place,
            policy=self._policy,
            launcher=f"{place.prefix}{socket.gethostname()}-{os.getpid()}-{time.time_ns():x}",
            queue=self._queue,
            replacements=self._replacements,
            limit=self._limit,
            logs=self._logs,
            progress=progress,
        )
        self._workers: list[PoolWorker] = []
        self._selector = selectors.DefaultSelector()
        self._said_fewer = False
        self._disproved = False
        self._warned = False
        self._enough = False
        self._deadline: float | None = None

    def run(self) -> Tally:
        """Run everything; the final tally.

        The first signal to stop asks the tasks that run, and gives them a moment; the second stops the workers at once.
        Records are kept.

        Raises
        ------
        LaunchError
            If several workers in a row can't be started, die before they run anything, or can't write records.
        KeyboardInterrupt
            If there was a signal to stop.
        """
        with Interrupts() as interrupts:
            try:
                self._selector.register(interrupts, selectors.EVENT_READ)
                self._make_room()
                while self._workers or self._has_work:
                    self._fill()
                    self._wait(interrupts)
            except BaseException:
                self._stop()
                raise
            finally:
                self._selector.close()
                self._logs.remove_empty(self._slots)
            if interrupts.heard:
                raise KeyboardInterrupt
        if self._burial.broken > 1:
            self._progress.note(f"{self._burial.broken} workers could not write what they must, and were replaced")
        return self._tally()

    def _wait(self, interrupts: Interrupts) -> None:
        """Wait for answers, ends, a signal, or for a time to be up, and see to it."""
        for key, _ in self._selector.select(self._patience()):
            if key.data is None:
                self._ask_to_stop(interrupts)
            elif key.data in self._workers:  # it may have ended with another event of the same turn
                self._hear(key.data)
        for worker in tuple(self._workers):
            while worker.link.patience is not None and worker in self._workers and worker.link.has_ended():
                self._hear(worker)
        self._kill_overdue()
        if self._deadline is not None and time.monotonic() >= self._deadline:
            raise KeyboardInterrupt

    def _ask_to_stop(self, interrupts: Interrupts) -> None:
        """Let the tasks that run end, or write a checkpoint, for a moment; not twice."""
        if self._warned or not self._grace:
            raise KeyboardInterrupt
        self.warn()
        self._deadline = time.monotonic() + self._grace
        interrupts.answer()
        self._progress.note(
            f"asked the tasks that run to stop; they have {self._grace:g} s to end or to write a checkpoint "
            "(a second Ctrl-C or SIGTERM stops them at once)"
        )

    def warn(self) -> None:
        """Start no further task; those that run are told if they ask. May be called from any thread."""
        self._warned = True
        for worker in tuple(self._workers):
            if worker.name is not None:  # one that only starts has no handler yet, and will be given nothing
                worker.link.warn()

    @property
    def _has_work(self) -> bool:
        """Whether there is anything left to hand out, and it may be."""
        return bool(self._queue) and not (self._warned or self._enough)

    @property
    def _starting(self) -> bool:
        return any(worker.name is None for worker in self._workers)

    def _patience(self) -> float | None:
        """How long to wait for an answer before looking at the time; for ever if there is nothing to look for."""
        waits = [self._replacements.wait(time.monotonic(), starting=self._starting)] if self._has_work else []
        waits += [_PATIENCE_SECONDS] if self._policy.timeout is not None else []
        waits += [] if self._deadline is None else [max(0.0, self._deadline - time.monotonic())]
        waits += [worker.link.patience for worker in self._workers]
        return min((wait for wait in waits if wait is not None), default=None)

    def _kill_overdue(self) -> None:
        """Kill workers whose task didn't end at its time limit."""
        if self._policy.timeout is None:
            return
        for worker in self._workers:
            if not worker.overdue and is_overdue(self._run, worker, self._policy.timeout):
                worker.overdue = True
                worker.link.kill()

    def _make_room(self) -> None:
        """Run with fewer workers if the limit of open files is lower than it would have to be."""
        room = make_room(self._slots)
        if room < self._slots:
            limit = f"the limit of open files (`ulimit -n`) is {os.sysconf('SC_OPEN_MAX')}"
            self._progress.note(f"{room} of {self._slots} workers are started: {limit}")
            self._slots = room
            self._replacements.limit(room)

    def _fill(self) -> None:
        """Start workers where there are none, as long as there is work for them."""
        while self._has_work:
            slot = self._replacements.take(time.monotonic(), starting=self._starting)
            if slot is None:
                break
            self._start(slot)
        if self._has_work and self._replacements.hopeless and not self._workers:
            raise LaunchError(self._burial.trouble)

    def _start(self, slot: int) -> None:
        try:
            link = self._open_link(slot)
        except OSError as error:
            why = f"a worker could not be started: {error}"
            if error.errno in _NO_HICCUP:
                raise LaunchError(why) from error
            self._replacements.vacate(slot)
            self._burial.note_trouble(time.monotonic(), why)
            self._say_if_fewer()
        else:
            now = time.monotonic()
            worker = PoolWorker(link=link, slot=slot, started=now, given=now)
            self._workers.append(worker)
            link.watch(self._selector, worker)

    def _say_if_fewer(self) -> None:
        """If others work while some lastingly come to nothing, the user hears once that there are fewer."""
        if self._replacements.lasting and self._workers and not self._said_fewer:
            self._said_fewer = True
            first, count = self._burial.trouble.splitlines()[0].rstrip(":"), len(self._workers)
            self._progress.note(f"{count} of {self._slots} workers run, and others are tried again: {first}")

    def _hear(self, worker: PoolWorker) -> None:
        ended = worker.link.has_ended()  # asked first: what it said before it ended is there then
        lines = worker.link.read()
        for line in lines:
            if not worker.forged:
                self._answer(worker, line)
        if ended and not lines:
            self._end(worker)

    def _answer(self, worker: PoolWorker, line: str) -> None:
        try:
            answer = parse_answer(line)
        except FormatError:
            answer = None
        if answer is None or not worker.expects(answer):
            worker.forged = line or " "
            worker.link.kill()  # who knows what of its next answers would be its own
            return
        match answer:
            case Ready(name):
                worker.name = name
                self._replacements.is_ready(worker.started)
                self._feed(worker)
            case Done():
                self._take_report(worker, answer)
                self._feed(worker)
            case Failed(task_id, failure):
                self._progress.failed(task_id, failure)
            case Note(text):
                worker.noted = True
                if not self._disproved:  # it isn't so in the tasks of another
                    self._burial.note_once(text)
            case Warn(text):
                self._progress.note(text)
            case Broken():
                worker.broken = answer
                worker.link.let_end()

    def _take_report(self, worker: PoolWorker, done: Done) -> None:
        worker.take_report(done, time.monotonic())
        self._disproved |= not worker.noted
        self._replacements.worked()
        self._progress.update(self._tally())
        self._enough |= self._limit.is_reached()

    def _feed(self, worker: PoolWorker) -> None:
        """Hand the worker its next turn, or let it end."""
        turn = self._queue.next_turn(worker.elements, worker.pace) if self._has_work else None
        if turn is None:
            worker.given = time.monotonic()
            worker.link.let_end()
        else:
            worker.hand(turn, time.monotonic())

    def _end(self, worker: PoolWorker) -> None:
        """A worker ended: in order, or it is replaced, and the task that it died on is lost."""
        end = worker.link.end()
        self._workers.remove(worker)
        self._burial.ended.count(worker)
        told = self._warned and not end.lost
        obeyed = told and -end.code in _ASKING  # its task set the signal to what it does by default
        if obeyed or ((told or (self._enough and not end.lost)) and end.code >= 0):
            self._burial.ended.count_unreported(read_remains(self._run, worker).recorded, worker)
            if obeyed:
                self._forget(worker)
        elif worker.assigned or worker.name is None or worker.broken is not None:
            self._burial.bury(worker, end)
            self._say_if_fewer()
            self._enough |= self._limit.is_reached()
            self._replacements.vacate(worker.slot)
        self._progress.update(self._tally())

    def _stop(self) -> None:
        """Tell all workers to end at once, and wait until they have."""
        for worker in self._workers:
            worker.link.stop()
        deadline = time.monotonic() + _STOP_SECONDS
        for worker in self._workers:
            if not _has_ended_by(deadline, worker.link):
                worker.link.kill()
            worker.link.end()
            self._forget(worker)

    def _forget(self, worker: PoolWorker) -> None:
        """Remove the beat of a worker that was told to end, and died of that: its task was stopped, not lost."""
        with suppress(OSError):
            self._burial.forget(worker)

    def _tally(self) -> Tally:
        ended = self._burial.ended
        return Tally(
            total=self._total,
            succeeded=ended.succeeded + sum(worker.succeeded for worker in self._workers),
            failed=ended.failed + sum(worker.failed for worker in self._workers),
            lost=ended.lost,
        )


def _has_ended_by(deadline: float, link: Link) -> bool:
    """Whether a worker has ended, or does by a time of the monotonic clock; Ctrl-C ends the waiting."""
    try:
        while not link.has_ended() and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)
    except KeyboardInterrupt:
        pass
    return link.has_ended()
