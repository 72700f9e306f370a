"""A pool of worker processes on this machine: fed with array elements, replaced when they die."""

import errno
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from sweeprun.design.arrays import Array
from sweeprun.design.policy import LOST, TIMEOUT, Policy
from sweeprun.errors import FormatError, LaunchError
from sweeprun.launchers.failure_limit import FailureLimit
from sweeprun.launchers.interrupts import Interrupts
from sweeprun.launchers.open_files import make_room
from sweeprun.launchers.process import NO_TASKS, Broken, WorkerProcess
from sweeprun.launchers.progress import Tally, TaskProgress
from sweeprun.launchers.remains import read_remains
from sweeprun.launchers.replacements import GIVEN_UP_AFTER, Replacements
from sweeprun.launchers.work_queue import WorkQueue
from sweeprun.launchers.worker_logs import WorkerLogs
from sweeprun.store.directory import RunDirectory
from sweeprun.store.processes import is_stopped
from sweeprun.store.records import Failure, lost_failure
from sweeprun.store.trust import TRUST
from sweeprun.store.workers import WARNING_SIGNAL, Exit, Place, append_exit, describe_exit, read_beat
from sweeprun.wording import Command

_GRACE_SECONDS = 5.0
_PATIENCE_SECONDS = 1.0
_SHORT_PATIENCE_SECONDS = 0.05
_GAVE_UP, _STOPPED = 2, 130
"""Exit codes of a worker: that it can't go on, as a task closed the pipes, say; that it was asked to end."""

_ASKING = (WARNING_SIGNAL, signal.SIGTERM)
"""Signals by which a worker is told to end."""

_NEVER_PASSES = os.strerror(errno.EFBIG)
"""A limit to the size of files (`ulimit -f`): each new shard would soon reach it, too."""

_NO_HICCUP = {errno.ENOENT, errno.EACCES, errno.EPERM, errno.ENOEXEC, errno.ENOTDIR}
"""Why a worker can't be started now, and won't be later."""


class Pool:
    """Runs an array with at most ``workers`` processes at once.

    Parameters
    ----------
    run, array
        The run and what is to be run of it.
    place
        Where the workers work.
    workers
        The number of processes.
    environment
        Of the workers.
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
        environment: Mapping[str, str],
        progress: TaskProgress,
        policy: Policy | None = None,
        first_attempt: int | None = None,
        grace: float = 0.0,
    ) -> None:
        self._policy = policy or Policy()
        self._limit = FailureLimit(run, first_attempt or place.attempt, self._policy)
        self._logs = WorkerLogs(run, place)
        self._run = run
        self._array = array
        self._queue = WorkQueue(array, workers)
        self._place = place
        self._workers = workers
        self._environment = dict(environment)
        self._progress = progress
        self._name = f"{place.prefix}{socket.gethostname()}-{os.getpid()}-{time.time_ns():x}"
        self._processes: list[WorkerProcess] = []
        self._replacements = Replacements(range(workers))
        self._trouble = ""
        self._broken = 0
        self._told_of_fewer = False
        self._selector = selectors.DefaultSelector()
        self._ended_succeeded = 0
        self._ended_failed = 0
        self._lost = 0
        self._noted: set[str] = set()
        self._disproved = False
        self._warned = False
        self._enough = False
        self._grace = grace
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
                while self._processes or self._has_work:
                    self._fill()
                    self._wait(interrupts)
            except BaseException:
                self._stop()
                raise
            finally:
                self._selector.close()
                self._logs.remove_empty(self._workers)
            if interrupts.heard:
                raise KeyboardInterrupt
        if self._broken > 1:
            self._progress.note(f"{self._broken} workers could not write what they must, and were replaced")
        return self._tally()

    def _wait(self, interrupts: Interrupts) -> None:
        """Wait for answers, ends, a signal, or for a time to be up, and see to it."""
        for key, _ in self._selector.select(self._patience()):
            if key.data is None:
                self._ask_to_stop(interrupts)
            elif key.data in self._processes:  # it may have ended with another event of the same turn
                self._read(key.data, died=key.fd == key.data.pidfd)
        self._notice_ends()
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
        for process in tuple(self._processes):
            if process.name is not None:  # one that only starts has no handler yet, and will be given nothing
                process.warn()

    @property
    def _has_work(self) -> bool:
        """Whether there is anything left to hand out, and it may be."""
        return bool(self._queue) and not (self._warned or self._enough)

    @property
    def _starting(self) -> bool:
        return any(process.name is None for process in self._processes)

    def _patience(self) -> float | None:
        """How long to wait for an answer before looking at the time; for ever if there is nothing to look for."""
        waits = [self._replacements.wait(time.monotonic(), starting=self._starting)] if self._has_work else []
        waits += [_PATIENCE_SECONDS] if self._policy.timeout is not None else []
        waits += [] if self._deadline is None else [max(0.0, self._deadline - time.monotonic())]
        for process in self._processes:
            if process.pidfd is None:
                waits.append(_SHORT_PATIENCE_SECONDS if process.silent else _PATIENCE_SECONDS)
        return min((wait for wait in waits if wait is not None), default=None)

    def _notice_ends(self) -> None:
        """Look for workers that have ended where the kernel doesn't say so."""
        for process in tuple(self._processes):
            if process.pidfd is None and process.has_ended():
                while process in self._processes:
                    self._read(process, died=True)

    def _kill_overdue(self) -> None:
        """Kill workers whose task didn't end at its time limit: it is in C code, swallows exceptions, or is stopped.

        One that somebody stopped while it begins, between two tasks or at its end would never be late with a task, and
        the pool would wait for it for ever.
        """
        if self._policy.timeout is None:
            return
        for process in self._processes:
            if process.overdue or time.monotonic() - process.given <= self._policy.timeout + _GRACE_SECONDS:
                continue
            beat = None if process.name is None else read_beat(self._run.beat(process.name))
            due = 0.0 if beat is None else beat.due
            if time.monotonic() > due + _GRACE_SECONDS if due else is_stopped(process.popen.pid):
                process.overdue = True
                process.kill()

    def _make_room(self) -> None:
        """Run with fewer workers if the limit of open files is lower than it would have to be."""
        room = make_room(self._workers)
        if room < self._workers:
            limit = f"the limit of open files (`ulimit -n`) is {os.sysconf('SC_OPEN_MAX')}"
            self._progress.note(f"{room} of {self._workers} workers are started: {limit}")
            self._workers = room
            self._queue, self._replacements = WorkQueue(self._array, room), Replacements(range(room))

    def _fill(self) -> None:
        """Start workers where there are none, as long as there is work for them."""
        while self._has_work:
            slot = self._replacements.take(time.monotonic(), starting=self._starting)
            if slot is None:
                break
            self._start(slot)
        if self._has_work and self._replacements.hopeless and not self._processes:
            raise LaunchError(self._trouble)

    def _start(self, slot: int) -> None:
        place = self._place
        command = [sys.executable, "-m", "sweeprun", "worker", str(self._run.path), "-", TRUST]
        command += ["--submission", str(place.submission), "--attempt", str(place.attempt)]
        if place.index is not None:
            command += ["--element", str(place.index)]
        try:
            process = WorkerProcess.start(command, slot, self._logs.path(slot), self._environment, self._selector)
        except OSError as error:
            why = f"a worker could not be started: {error}"
            if error.errno in _NO_HICCUP:
                raise LaunchError(why) from error
            self._replacements.vacate(slot)
            self._note_trouble(time.monotonic(), why)
        else:
            self._processes.append(process)

    def _note_trouble(self, started: float, why: str) -> None:
        """A worker came to nothing. If that lasts while others work, the user hears once that there are fewer."""
        self._trouble = why
        self._replacements.came_to_nothing(started, time.monotonic())
        if self._replacements.lasting and self._processes and not self._told_of_fewer:
            self._told_of_fewer = True
            first, count = why.splitlines()[0].rstrip(":"), len(self._processes)
            self._progress.note(f"{count} of {self._workers} workers run, and others are tried again: {first}")

    def _read(self, process: WorkerProcess, *, died: bool) -> None:
        lines = process.read(died=died)
        if lines is None:
            if died:
                self._end(process)
            else:  # a task may have closed its answers, and still run
                process.hush(self._selector)
            return
        for line in lines:
            self._answer(process, line)

    def _answer(self, process: WorkerProcess, line: str) -> None:
        words = line.split()
        if words[0] == "failed":
            with suppress(FormatError):
                self._progress.failed(int(words[1]), Failure.decode(line.split(maxsplit=2)[2].encode()))
            return
        if words[0] == "note":
            process.noted = True
            self._note(" ".join(words[1:]))
            return
        if words[0] == "broken":
            process.broken = Broken(task_id=None if words[1] == "-" else int(words[1]), why=" ".join(words[2:]))
            process.let_end()
            return
        if words[0] == "warn":
            self._progress.note(" ".join(words[1:]))
            return
        if words[0] == "ready":
            process.name = words[1]
            self._replacements.is_ready(process.started)
        else:
            process.succeeded, process.failed = int(words[1]), int(words[2])
            process.pace = (time.monotonic() - process.given) / process.elements
            process.assigned = NO_TASKS
            self._disproved |= not process.noted
            self._replacements.worked()
            self._progress.update(self._tally())
            self._enough |= self._limit.is_reached()
        self._feed(process)

    def _note(self, text: str) -> None:
        """Pass on what a worker found in all of its tasks, unless it isn't so in those of another."""
        if not self._disproved:
            self._note_once(text)

    def _note_once(self, text: str) -> None:
        if text not in self._noted:
            self._noted.add(text)
            self._progress.note(text)

    def _feed(self, process: WorkerProcess) -> None:
        """Hand the worker its next turn, or let it end."""
        process.given = time.monotonic()
        turn = self._queue.next_turn(process.elements, process.pace) if self._has_work else None
        if turn is None:
            process.let_end()
            return
        process.assigned, process.elements = turn.tasks, turn.elements
        process.ask(turn.request())

    def _end(self, process: WorkerProcess) -> None:
        """A worker ended: in order, or it is replaced, and the task that it died on is lost."""
        code = process.end(self._selector)
        self._processes.remove(process)
        self._ended_succeeded += process.succeeded
        self._ended_failed += process.failed
        obeyed = self._warned and -code in _ASKING  # its task set the signal to what it does by default
        if obeyed or ((self._warned or self._enough) and code >= 0):
            self._count_unreported(read_remains(self._run, process).recorded, process)
            if obeyed:
                self._forget(process)
        elif process.assigned or process.name is None or process.broken is not None:
            self._bury(process, code)
            self._enough |= self._limit.is_reached()
            self._replacements.vacate(process.slot)
        self._progress.update(self._tally())

    def _bury(self, process: WorkerProcess, code: int) -> None:
        """Count what a worker recorded that did not end in order, and queue again what it had not done."""
        remains = read_remains(self._run, process)
        victim, failures = remains.task_id, len(remains.attempts)
        retries = 0 if victim is None else self._queue.retries(victim) + failures
        if failures and (remains.attempts[-1] or retries > self._policy.retries):
            victim = None  # it has its last record
        recorded = {task_id: attempts for task_id, attempts in remains.recorded.items() if task_id != victim}
        self._count_unreported(recorded, process)
        if len(recorded) > process.succeeded + process.failed:
            self._replacements.worked()
        rest = [task_id for task_id in process.assigned if task_id not in recorded]
        self._queue.put_back(task_id for task_id in rest if task_id != victim)
        if process.broken is not None:
            if victim is not None:
                self._queue.put_back_to_retry(victim, retries)  # neither lost nor retried: it was not recorded
            self._note_broken(process, process.broken, code, rest)
            return
        retried = victim is not None and code != _STOPPED and self._may_retry(retries, process)
        self._note_exit(process, code, victim, retried=retried)
        if code == _STOPPED:
            return
        if victim is None:
            if code == _GAVE_UP:
                self._note_once(f"a worker gave up, and is replaced: {self._logs.tail(process.slot).splitlines()[-1]}")
            why = f"{GIVEN_UP_AFTER} workers in a row ended before they ran a task, the last with {describe_exit(code)}"
            self._note_trouble(process.started, f"{why}:\n{self._logs.tail(process.slot)}")
            return
        self._replacements.worked()
        if retried:
            self._queue.put_back_to_retry(victim, retries + 1)
        else:
            self._lost += 1
            self._limit.note(victim)
            self._progress.failed(victim, lost_failure(self._why(process) or describe_exit(code)))

    def _may_retry(self, retries: int, process: WorkerProcess) -> bool:
        """Whether a task that a worker died on runs again, which has been retried so often."""
        reasons = {TIMEOUT if process.overdue else LOST}
        return retries < self._policy.retries and self._policy.retries_after(reasons)

    def _note_broken(self, process: WorkerProcess, broken: Broken, code: int, rest: Sequence[int]) -> None:
        """A worker could not record the first tasks of the rest of its turn; no task may suffer that too often."""
        why = (
            f"what tasks return can't be recorded: {broken.why}; when it can, go on with: "
            f"{Command('resume', self._run.shown())}"
        )
        begun = rest[: rest.index(broken.task_id) + 1] if broken.task_id in rest else ()
        often = self._queue.count_unrecorded(begun, process.started, time.monotonic()) >= GIVEN_UP_AFTER
        if often or broken.why.endswith(_NEVER_PASSES):
            raise LaunchError(why)
        self._note_exit(process, code, None, why=f"it could not write what it must: {broken.why}")
        self._broken += 1
        if self._broken == 1:
            self._progress.note(f"a worker could not write what it must, and is replaced: {broken.why}")
        self._note_trouble(process.started, why)

    def _note_exit(
        self, process: WorkerProcess, code: int, task_id: int | None, why: str = "", *, retried: bool = False
    ) -> None:
        """Note that a worker ended, and remove its beat. What can't be noted, the beat says."""
        why = why or self._why(process)
        noted = Exit(
            worker=process.name or "",
            task_id=task_id,
            code=code,
            when=time.time(),
            place=self._place,
            log=self._logs.path(process.slot).name,
            why=why,
            retried=retried,
        )
        with suppress(OSError):
            append_exit(self._run, self._name, noted)
            if process.name is not None:
                self._run.beat(process.name).unlink(missing_ok=True)

    def _why(self, process: WorkerProcess) -> str:
        """Why a worker was killed; an empty text if it was not."""
        if not process.overdue:
            return ""
        return f"timeout: it did not end {_GRACE_SECONDS:g} s after {self._policy.timeout:g} s"

    def _count_unreported(self, recorded: Mapping[int, Sequence[bool]], process: WorkerProcess) -> None:
        """Count what a worker recorded but ended before it could report."""
        for attempts in list(recorded.values())[process.succeeded + process.failed :]:
            self._ended_succeeded += attempts[-1]
            self._ended_failed += not attempts[-1]

    def _stop(self) -> None:
        """Tell all workers to end at once, and wait until they have."""
        for process in self._processes:
            process.stop()
        deadline = time.monotonic() + _GRACE_SECONDS
        for process in self._processes:
            if not process.has_ended_by(deadline):
                process.kill()
            process.end(self._selector)
            self._forget(process)

    def _forget(self, process: WorkerProcess) -> None:
        """Remove the beat of a worker that was told to end, and died of that: its task was stopped, not lost."""
        if process.name is not None:
            with suppress(OSError):
                self._run.beat(process.name).unlink(missing_ok=True)

    def _tally(self) -> Tally:
        return Tally(
            total=len(self._array.tasks),
            succeeded=self._ended_succeeded + sum(process.succeeded for process in self._processes),
            failed=self._ended_failed + sum(process.failed for process in self._processes),
            lost=self._lost,
        )
