"""Launching in the background: a process of its own runs the local workers, and outlives whoever started it.

The process waits until its standard input ends: by then the submissions are written, and name it as their submitter.
So anybody can tell from the first moment on whether it is alive, and stop it.
"""

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from sweeprun.errors import LaunchError, describe_os_error
from sweeprun.launchers.registry import make_launcher
from sweeprun.runs.events import Observer, Warnings
from sweeprun.runs.launch import launch_all, write_new
from sweeprun.store.directory import RunDirectory
from sweeprun.store.processes import Process
from sweeprun.store.submissions import Submission

_started: set[int] = set()
"""The processes that this one started and that it has not seen end."""


def launch_in_background(run: RunDirectory, submissions: Sequence[Submission], observer: Observer) -> None:
    """Write submissions and launch them; no process waits for them.

    Raises
    ------
    RunDirectoryError
        If somebody else has resumed the run meanwhile; nothing was launched.
    LaunchError
        If no process can be started.
    """
    reap()
    launcher = make_launcher(submissions[0].launcher)
    if not launcher.in_foreground:
        write_new(run, submissions)
        launch_all(run, submissions, Warnings(observer))
        return
    waiting, go = os.pipe()
    try:
        try:
            process = _start(run, [submission.number for submission in submissions], waiting)
        finally:
            os.close(waiting)
        try:
            write_new(run, [replace(submission, submitter=process) for submission in submissions])
        except BaseException:
            os.kill(process.pid, signal.SIGKILL)
            raise
    finally:
        os.close(go)


def reap() -> None:
    """Let the processes go that have ended."""
    for pid in tuple(_started):
        with suppress(ChildProcessError):
            if os.waitpid(pid, os.WNOHANG)[0] == 0:
                continue
        _started.discard(pid)


def _start(run: RunDirectory, numbers: Sequence[int], waiting: int) -> Process:
    """A process of its own session, which no signal to this one's group reaches, nor the end of a terminal."""
    log = run.launcher_log(numbers[0])
    command = [sys.executable, "-m", "sweeprun", "start", str(run.path), *map(str, numbers)]
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    try:
        pid = os.posix_spawn(
            sys.executable,
            command,
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, waiting, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(log), flags, 0o666),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
            setsigmask=[],
            setsigdef=[signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGUSR1],
        )
    except (OSError, NotImplementedError) as error:
        reason = describe_os_error(error) if isinstance(error, OSError) else str(error)
        raise LaunchError(f"no process could be started to run the workers: {reason}") from error
    _started.add(pid)
    return Process.of(pid)
