"""A pool of worker processes on this machine: fed with array elements, replaced when they die."""

import os
import selectors
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from sweeprun.design.arrays import Array
from sweeprun.design.policy import LOST, TIMEOUT, Policy
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import LaunchError
from sweeprun.launchers.process import NO_TASKS, WorkerProcess
from sweeprun.launchers.progress import Progress, Tally
from sweeprun.store.directory import RunDirectory
from sweeprun.store.notices import count_failures, note_failure
from sweeprun.store.processes import is_stopped
from sweeprun.store.trust import TRUST
from sweeprun.store.workers import WARNING_SIGNAL, Exit, Place, append_exit, describe_exit, read_beat

TURN_SECONDS = 0.1
"""How much work a worker is handed at a time, once its pace is known: little, so that none is left with a long tail."""

_GROWTH = 8
_STARTS_WITHOUT_WORK = 3
"""So many workers in a row may die before they start a task; then the launcher gives up."""

_GRACE_SECONDS = 5.0
_PATIENCE_SECONDS = 1.0
_STOPPED = 130
"""The exit code of a worker that somebody told to end."""

_LOG_TAIL = 2000


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
    """

    def __init__(
        self,
        run: RunDirectory,
        array: Array,
        *,
        place: Place,
        workers: int,
        environment: Mapping[str, str],
        progress: Progress,
        policy: Policy | None = None,
        first_attempt: int | None = None,
    ) -> None:
        self._policy = policy or Policy()
        self._first_attempt = first_attempt or place.attempt
        self._used: dict[int, int] = {}
        self._run = run
        self._array = array
        self._place = place
        self._workers = workers
        self._environment = dict(environment)
        self._progress = progress
        self._name = f"{place.prefix}{socket.gethostname()}-{os.getpid()}-{time.time_ns():x}"
        self._next = 0
        self._leftovers: deque[int] = deque()
        self._processes: list[WorkerProcess] = []
        self._selector = selectors.DefaultSelector()
        self._ended_succeeded = 0
        self._ended_failed = 0
        self._lost = 0
        self._deaths_in_a_row = 0
        self._noted: set[str] = set()
        self._disproved = False
        self._warned = False
        self._enough = False

    def run(self) -> Tally:
        """Run everything; the final tally. On KeyboardInterrupt the workers are stopped, their records kept.

        Raises
        ------
        LaunchError
            If workers can't be started, die one after the other before they run anything, or can't write records.
        """
        try:
            for slot in range(self._workers):
                self._start(slot)
            while self._processes:
                for key, _ in self._selector.select(self._patience):
                    if key.data in self._processes:  # it may have ended with another event of the same turn
                        self._read(key.data, died=key.fd == key.data.pidfd)
                self._kill_overdue()
        except BaseException:
            self._stop()
            raise
        finally:
            self._selector.close()
            self._remove_empty_logs()
        return self._tally()

    def warn(self) -> None:
        """Start no further task; those that run are told if they ask. May be called from any thread."""
        self._warned = True
        for process in tuple(self._processes):
            if process.name is not None:  # one that only starts has no handler yet, and will be given nothing
                process.popen.send_signal(WARNING_SIGNAL)

    @property
    def _patience(self) -> float | None:
        """How long to wait for an answer before looking at the time; for ever if nothing is limited."""
        return None if self._policy.timeout is None else _PATIENCE_SECONDS

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

    def _stop_after_failures(self) -> None:
        """Start no further task once too many have failed."""
        most = self._policy.max_failures
        if most is None or self._enough or count_failures(self._run, self._first_attempt) < most:
            return
        self._enough = True

    def _log(self, slot: int) -> Path:
        place = self._place
        return self._run.worker_log(place.submission, place.index, slot)

    def _remove_empty_logs(self) -> None:
        """Silent workers leave no file."""
        for slot in range(self._workers):
            with suppress(OSError):
                if not self._log(slot).stat().st_size:
                    self._log(slot).unlink()

    def _start(self, slot: int) -> None:
        place = self._place
        command = [sys.executable, "-m", "sweeprun", "worker", str(self._run.path), "-", TRUST]
        command += ["--submission", str(place.submission), "--attempt", str(place.attempt)]
        if place.index is not None:
            command += ["--element", str(place.index)]
        self._processes.append(WorkerProcess.start(command, slot, self._log(slot), self._environment, self._selector))

    def _read(self, process: WorkerProcess, *, died: bool) -> None:
        lines = process.read(died=died)
        if lines is None:
            self._end(process)
            return
        for line in lines:
            self._answer(process, line.split())

    def _answer(self, process: WorkerProcess, words: list[str]) -> None:
        if words[0] == "note":
            process.noted = True
            self._note(" ".join(words[1:]))
            return
        if words[0] == "ready":
            process.name = words[1]
        elif words[0] == "broken":
            raise LaunchError(
                f"what tasks return can't be recorded: {' '.join(words[1:])}; when it can, go on with: "
                f"sweeprun resume {self._run.shown()}"
            )
        else:
            process.succeeded, process.failed = int(words[1]), int(words[2])
            process.pace = (time.monotonic() - process.given) / process.elements
            process.assigned = NO_TASKS
            self._disproved |= not process.noted
            self._deaths_in_a_row = 0
            self._progress.update(self._tally())
            self._stop_after_failures()
        self._feed(process)

    def _note(self, text: str) -> None:
        """Pass on what a worker found in all of its tasks, once, and unless it isn't so in those of another."""
        if text not in self._noted and not self._disproved:
            self._noted.add(text)
            self._progress.note(text)

    def _feed(self, process: WorkerProcess) -> None:
        """Hand the worker its next turn, or let it end."""
        process.given = time.monotonic()
        if self._warned or self._enough:
            process.let_end()
            return
        retries = ""
        if self._leftovers:
            task_id = self._leftovers.popleft()
            process.assigned, process.elements = TaskIds.of([task_id]), 1
            retries = f" {self._used[task_id]}" if task_id in self._used else ""
        elif self._next < len(self._array):
            process.elements = self._turn(process)
            first, self._next = self._next, self._next + process.elements
            process.assigned = self._array.chunks(first, self._next)
        else:
            process.let_end()
            return
        process.ask(f"tasks {process.assigned}{retries}")

    def _turn(self, process: WorkerProcess) -> int:
        """How many elements make about `TURN_SECONDS`, by the pace of the last turn; never more than a fair share."""
        if process.pace is None:
            return 1
        wanted = int(TURN_SECONDS / max(process.pace, 1e-9))
        fair = (len(self._array) - self._next) // (2 * self._workers)
        return max(1, min(wanted, fair, process.elements * _GROWTH))

    def _end(self, process: WorkerProcess) -> None:
        """A worker ended: in order, or it is replaced and the task that it was on is lost."""
        code = process.end(self._selector)
        self._processes.remove(process)
        self._ended_succeeded += process.succeeded
        self._ended_failed += process.failed
        if (self._warned or self._enough) and code >= 0:
            self._count_unreported(self._recorded(process), process.succeeded + process.failed)
        elif process.assigned or process.name is None:
            self._bury(process, code)
            self._stop_after_failures()
            if not (self._warned or self._enough) and (self._leftovers or self._next < len(self._array)):
                self._start(process.slot)
        self._progress.update(self._tally())

    def _bury(self, process: WorkerProcess, code: int) -> None:
        """Note what a dead worker took with it, and queue again what it had not begun."""
        beat = None if process.name is None else read_beat(self._run.beat(process.name))
        victim = beat.task_id if beat is not None else None
        recorded = self._recorded(process)
        failures = 0
        if victim is not None and victim in recorded:
            failures = len(recorded[victim])
            if recorded[victim][-1] or self._used.get(victim, 0) + failures > self._policy.retries:
                victim = None
        retried = victim is not None and code != _STOPPED and self._may_retry(victim, failures, process)
        why = (
            f"timeout: it did not end {_GRACE_SECONDS:g} s after {self._policy.timeout:g} s" if process.overdue else ""
        )
        noted = Exit(
            worker=process.name or "",
            task_id=victim,
            code=code,
            when=time.time(),
            place=self._place,
            log=self._log(process.slot).name,
            why=why,
            retried=retried,
        )
        append_exit(self._run, self._name, noted)
        if process.name is not None:
            self._run.beat(process.name).unlink(missing_ok=True)
        rest = [task_id for task_id in process.assigned if task_id not in recorded and task_id != victim]
        self._leftovers.extend(rest)
        if victim is not None:
            recorded.pop(victim, None)  # it is counted as lost, or when it has run again
        reported = process.succeeded + process.failed
        self._count_unreported(recorded, reported)
        if code == _STOPPED:
            return
        if victim is None:
            self._deaths_in_a_row += 1
            if self._deaths_in_a_row >= _STARTS_WITHOUT_WORK:
                raise LaunchError(
                    f"{_STARTS_WITHOUT_WORK} workers in a row ended before they ran a task, the last with "
                    f"{describe_exit(code)}:\n{self._log_tail(process)}"
                )
        else:
            self._deaths_in_a_row = 0
            if retried:
                self._leftovers.append(victim)
            else:
                self._lost += 1
                if self._policy.max_failures is not None:
                    note_failure(self._run, self._first_attempt, victim)

    def _may_retry(self, task_id: int, failures: int, process: WorkerProcess) -> bool:
        """Whether a task that a worker died on runs again; ``failures`` is how often it failed there before."""
        used = self._used.get(task_id, 0) + failures
        if used >= self._policy.retries or not self._policy.retries_after({TIMEOUT if process.overdue else LOST}):
            return False
        self._used[task_id] = used + 1
        return True

    def _recorded(self, process: WorkerProcess) -> dict[int, list[bool]]:
        """The tasks in a dead worker's shard: for each attempt whether it succeeded."""
        shard = self._run.shard(process.name or "")
        if process.name is None or not shard.exists():
            return {}
        from sweeprun.store.shards import read_outcomes  # only now: it imports NumPy and pyarrow

        recorded: dict[int, list[bool]] = {}
        for task_id, succeeded in read_outcomes(shard):
            recorded.setdefault(task_id, []).append(succeeded)
        return recorded

    def _count_unreported(self, recorded: Mapping[int, list[bool]], reported: int) -> None:
        """Count what a worker recorded but died before it could report."""
        for attempts in list(recorded.values())[reported:]:
            self._ended_succeeded += attempts[-1]
            self._ended_failed += not attempts[-1]

    def _log_tail(self, process: WorkerProcess) -> str:
        return self._log(process.slot).read_bytes()[-_LOG_TAIL:].decode(errors="replace").strip() or "its log is empty"

    def _stop(self) -> None:
        """Tell all workers to end, and wait until they have."""
        for process in self._processes:
            process.popen.terminate()
        deadline = time.monotonic() + _GRACE_SECONDS
        for process in self._processes:
            try:
                process.popen.wait(max(0.0, deadline - time.monotonic()))
            except (subprocess.TimeoutExpired, KeyboardInterrupt):
                process.kill()
                process.popen.wait()
                if process.name is not None:  # its task was stopped, not lost
                    self._run.beat(process.name).unlink(missing_ok=True)
            process.close()

    def _tally(self) -> Tally:
        return Tally(
            total=len(self._array.tasks),
            succeeded=self._ended_succeeded + sum(process.succeeded for process in self._processes),
            failed=self._ended_failed + sum(process.failed for process in self._processes),
            lost=self._lost,
        )
