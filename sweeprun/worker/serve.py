"""What the worker's command line runs: tasks that it is given, or that come line by line on standard input.

Lines in: ``tasks IDS``, with ids as `sweeprun.design.task_ids.TaskIds` writes them, or ``tasks IDS N`` if they have
been retried N times. Lines out, one after each line in: ``done SUCCEEDED FAILED``, the totals so far; by then
everything is durable. Before it there may be ``failed TASK FAILURE``, a failure of a new kind as JSON, and ``note
TEXT``, which the user should know at once, and after the last one ``warn TEXT``. The first line out is ``ready NAME``,
and ``broken TASK WHY`` the last of a worker that can't write what it must; TASK is the id of the task that it was on,
or ``-``.
"""

import errno
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from enum import IntEnum
from functools import partial

from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import UsageError, describe_os_error
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import write_fully
from sweeprun.store.own_files import OwnDescriptor
from sweeprun.store.shards import read_outcomes
from sweeprun.store.workers import Place
from sweeprun.worker.fresh_processes import make_worker
from sweeprun.worker.left_threads import tell_to
from sweeprun.worker.log_marks import flush_output
from sweeprun.worker.loop import Worker
from sweeprun.worker.stop_signals import Stop


class ExitCode(IntEnum):
    """How a worker ends, as its exit code."""

    SUCCEEDED = 0
    FAILED = 1
    BROKEN = 2
    STOPPED = 130


_PAUSES = (0.0, 1.0)
"""Seconds before another worker takes over, if something can't be written; then it is given up."""


def run_tasks(run: RunDirectory, place: Place, task_ids: TaskIds, *, grace: float = 0.0) -> ExitCode:
    """Run some tasks in this process; whether any failed is told only after all of them ran.

    If something can't be written, another worker takes over, with a shard of its own: it may have been a hiccup.

    Parameters
    ----------
    run, place, task_ids
        The run, where this process works, and the tasks.
    grace
        How long a task may go on after the first signal to stop, in seconds.

    Raises
    ------
    OSError
        If several workers in a row could record nothing.
    """
    failed = False
    pauses = iter(_PAUSES)
    while True:
        worker = None
        try:
            with make_worker(run, place, grace=grace) as worker:
                try:
                    worker.run_tasks(task_ids)
                except Stop:
                    return ExitCode.STOPPED
            return ExitCode.FAILED if failed or worker.failed else ExitCode.SUCCEEDED
        except OSError as error:  # none of a task function's: those are records
            recorded = {} if worker is None else dict(read_outcomes(run.shard(worker.name)))
            pauses = iter(_PAUSES) if recorded else pauses
            pause = next(pauses, None)
            if pause is None:
                raise
            failed |= not all(recorded.values())
            task_ids = TaskIds.of(task_id for task_id in task_ids if task_id not in recorded)
            _say(f"{describe_os_error(error)}; tasks {task_ids} run with another shard")
            for number in (signal.SIGTERM, signal.SIGINT):  # the worker that has ended ignores them
                signal.signal(number, signal.SIG_DFL)
            time.sleep(pause)


def serve_tasks(run: RunDirectory, place: Place) -> ExitCode:
    """Run what standard input asks for, until it ends. What task functions print goes to standard error."""
    requests, answers = OwnDescriptor(os.dup(0)), _Answers(OwnDescriptor(os.dup(1)))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    sys.stdout.flush()
    os.dup2(2, 1)
    tell_to(partial(_warn, answers))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})  # an element blocks it, as its scheduler's warning
    worker = None
    try:
        with make_worker(run, place) as worker:
            return _answer_requests(worker, requests, answers)
    except OSError as error:  # none of a task function's: those are records
        why = " ".join(describe_os_error(error).split())
        task_id = "-" if worker is None or worker.task_id is None else worker.task_id
        try:
            answers.say(f"broken {task_id} {why}")
        except OSError:
            _say(why)
        return ExitCode.BROKEN


def _warn(answers: "_Answers", text: str) -> None:
    """Say what the user should know, unless the pool is gone."""
    with suppress(OSError):
        answers.say(f"warn {text}")


def _answer_requests(worker: Worker, requests: OwnDescriptor, answers: "_Answers") -> ExitCode:
    try:
        answers.say(f"ready {worker.name}")
        for line in _lines(requests):
            verb, _, ids = line.strip().partition(" ")
            if verb != "tasks":
                raise UsageError(f"standard input asks for {line!r}, which is not `tasks IDS`")
            ids, _, retries = ids.partition(" ")
            worker.run_tasks(TaskIds.parse(ids), int(retries or 0))
            flush_output()
            for failed in worker.failures.take():
                answers.say(f"failed {failed}")
            if news := worker.news():
                answers.say(f"note {news}")
            answers.say(f"done {worker.succeeded} {worker.failed}")
    except (Stop, BrokenPipeError):
        return ExitCode.STOPPED
    return ExitCode.FAILED if worker.failed else ExitCode.SUCCEEDED


def _lines(requests: OwnDescriptor) -> Iterator[str]:
    """The lines that come in, as long as tasks leave the descriptor alone."""
    with os.fdopen(requests.number, encoding="ascii", closefd=False) as lines:
        while True:
            _check(requests)
            if not (line := lines.readline()):
                return
            yield line


class _Answers:
    """Where answers go."""

    def __init__(self, pipe: OwnDescriptor) -> None:
        self._pipe = pipe

    def say(self, line: str) -> None:
        """Write a line.

        Raises
        ------
        OSError
            If it can't be written.
        """
        _check(self._pipe)
        write_fully(self._pipe.number, f"{line}\n".encode(errors="backslashreplace"))


def _check(pipe: OwnDescriptor) -> None:
    if not pipe.is_ours():
        raise OSError(errno.EBADF, "a task has closed the descriptors of its worker")


def _say(text: str) -> None:
    with suppress(OSError, ValueError, AttributeError):  # the log may be what can't be written
        sys.stderr.write(f"sweeprun: {text}\n")
        sys.stderr.flush()
