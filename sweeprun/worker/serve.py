"""What the worker's command line runs: tasks that it is given, or that come line by line on standard input.

Lines in: ``tasks IDS``, with ids as `sweeprun.design.task_ids.TaskIds` writes them, or ``tasks IDS N`` if they have
been retried N times. Lines out, one after each line in: ``done SUCCEEDED FAILED``, the totals so far; by then
everything is durable. Before it there may be ``note TEXT``, which the user should know at once, and after the last one
``warn TEXT``. The first line out is
``ready NAME``, and ``broken WHY`` the last of a worker that can't write what it must.
"""

import os
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from enum import IntEnum
from functools import partial

from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import UsageError, describe_os_error
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import write_fully
from sweeprun.store.manifest import read_manifest
from sweeprun.store.workers import Place
from sweeprun.worker.left_threads import tell_to
from sweeprun.worker.loop import Worker
from sweeprun.worker.stop_signals import Stop


class ExitCode(IntEnum):
    """How a worker ends, as its exit code."""

    SUCCEEDED = 0
    FAILED = 1
    BROKEN = 2
    STOPPED = 130


def run_tasks(run: RunDirectory, place: Place, task_ids: TaskIds, *, grace: float = 0.0) -> ExitCode:
    """Run some tasks in this process; whether any failed is told only after all of them ran.

    Parameters
    ----------
    run, place, task_ids
        The run, where this process works, and the tasks.
    grace
        How long a task may go on after the first signal to stop, in seconds.
    """
    with Worker(run, read_manifest(run), place, grace=grace) as worker:
        try:
            worker.run_tasks(task_ids)
        except Stop:
            return ExitCode.STOPPED
        return ExitCode.FAILED if worker.failed else ExitCode.SUCCEEDED


def serve_tasks(run: RunDirectory, place: Place) -> ExitCode:
    """Run what standard input asks for, until it ends. What task functions print goes to standard error."""
    requests = os.fdopen(os.dup(0), "r", encoding="ascii")
    answers = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdout.flush()
    os.dup2(2, 1)
    tell_to(partial(_answer, answers, "warn"))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})  # an element blocks it: it is Slurm's warning there
    try:
        return _answer_requests(run, place, requests, answers)
    except OSError as error:  # none of a task function's: those are records
        why = " ".join(describe_os_error(error).split())
        _answer(answers, "broken", why)
        return ExitCode.BROKEN


def _answer(answers: int, verb: str, text: str) -> None:
    """Answer a line, unless the pool is gone."""
    with suppress(BrokenPipeError):
        write_fully(answers, f"{verb} {text}\n".encode(errors="backslashreplace"))


def _answer_requests(run: RunDirectory, place: Place, requests: Iterable[str], answers: int) -> ExitCode:
    with Worker(run, read_manifest(run), place) as worker:
        write_fully(answers, f"ready {worker.name}\n".encode())
        try:
            for line in requests:
                verb, _, ids = line.strip().partition(" ")
                if verb != "tasks":
                    raise UsageError(f"standard input asks for {line!r}, which is not `tasks IDS`")
                ids, _, retries = ids.partition(" ")
                worker.run_tasks(TaskIds.parse(ids), int(retries or 0))
                sys.stdout.flush()
                if news := worker.news():
                    write_fully(answers, f"note {news}\n".encode(errors="backslashreplace"))
                write_fully(answers, f"done {worker.succeeded} {worker.failed}\n".encode())
        except (Stop, BrokenPipeError):
            return ExitCode.STOPPED
        return ExitCode.FAILED if worker.failed else ExitCode.SUCCEEDED
