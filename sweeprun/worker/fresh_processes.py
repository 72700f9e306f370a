"""Each task in a process of its own, forked from a worker that runs none and has not imported the study.

So no task finds what another one left in the process: a tracker's global run, a cache, a module that it changed. The
worker stays a process with one thread, since what other threads hold at a fork stays held in the child: it starts none,
and everything that would is imported by the children. These write to the worker's own shard, one after the other.
"""

import atexit
import gc
import importlib
import os
import pickle
import signal
import threading
import traceback
from contextlib import suppress
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any, NoReturn

import numpy as np

from sweeprun.design.task_ids import TaskIds
from sweeprun.provenance.packages import installed_packages
from sweeprun.store.directory import RunDirectory
from sweeprun.store.manifest import read_manifest
from sweeprun.store.submissions import find_submission
from sweeprun.store.workers import Place
from sweeprun.worker.failure_news import FailureNews
from sweeprun.worker.lack_watch import LackWatch
from sweeprun.worker.left_threads import end_soon, is_held_up
from sweeprun.worker.log_marks import flush_output
from sweeprun.worker.loop import Worker
from sweeprun.worker.randomness import RandomnessWatch
from sweeprun.worker.stop_signals import Stop

_FOR_APPLICATIONS = ("hydra", "hydra.core.utils")
"""What every application imports, and what starts no thread: it is imported once, before the first task."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Report:
    """What a task's process says when everything of the task is durable.

    Attributes
    ----------
    succeeded, failed, failures, lacks
        The worker's own, with the task's.
    stopped
        Whether the task was stopped, and so has no record.
    error
        What the system said if it couldn't be recorded.
    """

    succeeded: int
    failed: int
    failures: FailureNews
    lacks: LackWatch
    stopped: bool = False
    error: tuple[Any, ...] = ()


def make_worker(run: RunDirectory, place: Place, **options: Any) -> Worker:
    """The worker for a place: one with a process for each task if the launcher was told so."""
    submission = find_submission(run, place.submission)
    kind = FreshProcesses if submission is not None and submission.gives_processes else Worker
    return kind(run, read_manifest(run), place, **options)


class FreshProcesses(Worker):
    """A worker that forks a process for each task, and waits for it."""

    def __enter__(self) -> "FreshProcesses":
        super().__enter__()
        function = self._manifest.job.function
        if function is not None and function.application:
            for name in _FOR_APPLICATIONS:
                importlib.import_module(name)
        self._loader.prepare()
        self._packages = installed_packages()
        _ = self._accepted
        self._randomness.close()  # each child has its own
        gc.freeze()  # or each child would copy what it only looks at
        return self

    def run_tasks(self, task_ids: TaskIds, retries: int = 0) -> None:
        for task_id in task_ids:
            if self._signals.is_asked():
                raise Stop
            self.task_id = task_id
            self._take(self._run_in_child(task_id, retries))
        self.task_id = None

    def _take(self, report: _Report) -> None:
        """Go on from what a task's process says."""
        self.succeeded, self.failed = report.succeeded, report.failed
        self.failures, self._lacks = report.failures, report.lacks
        self._recorder.go_on()
        if report.error:
            raise OSError(*report.error)
        if report.stopped:
            raise Stop
        if self._policy.max_failures is not None:
            self._heed_limit(self._policy.max_failures)

    def _run_in_child(self, task_id: int, retries: int) -> _Report:
        """Run a task in a process of its own; what that says is in a file, as what a task leaves may hold a pipe."""
        flush_output()
        with TemporaryFile(buffering=0) as file:
            pid = os.fork()
            if pid == 0:
                self._be_child(task_id, retries, file)
            self._signals.forward_to(pid)
            _, status = os.waitpid(pid, 0)
            self._signals.forward_to(None)
            file.seek(0)
            said = file.read()
        if not said:
            if self._signals.is_asked():
                raise Stop
            _end_as(status)
        report: _Report = pickle.loads(said)
        return report

    def _be_child(self, task_id: int, retries: int, file: IO[bytes]) -> NoReturn:
        """Run a task as a worker does, say how it went, and end this process."""
        ended: dict[str, Any] = {}
        registered = atexit._ncallbacks()
        try:
            self._pid = os.getpid()
            self._signals.hear_in_child()
            np.random.seed(np.frombuffer(os.urandom(32), np.uint32))  # noqa: NPY002  # or all children draw the same
            self._randomness = RandomnessWatch(self._run, seeded=self._policy.seed_globals)
            super().run_tasks(TaskIds.of([task_id]), retries)
        except Stop:
            ended["stopped"] = True
        except OSError as error:  # none of a task function's: those are records
            ended["error"] = (error.errno, error.strerror, error.filename)
        except BaseException:  # noqa: BLE001  # nothing of this process may go on as its parent
            traceback.print_exc()
            os._exit(1)
        counts = {name: getattr(self, name) for name in ("succeeded", "failed", "failures")}
        with suppress(OSError):  # a task has closed it: what is recorded is in the shard
            file.write(pickle.dumps(_Report(**counts, lacks=self._lacks, **ended)))
        _end(registered)


def _end(registered: int) -> NoReturn:
    """End this process as the interpreter would, but for what only gives back memory.

    Parameters
    ----------
    registered
        How many functions were registered for the interpreter's end before the task.
    """
    code = 1
    try:
        if is_held_up() or atexit._ncallbacks() > registered:  # else there is nothing to be guarded against
            end_soon(0)
        threading._shutdown()  # type: ignore[attr-defined]  # waits for threads, as at the interpreter's end
        atexit._run_exitfuncs()
        flush_output()
        code = 0
    finally:
        os._exit(code)


def _end_as(status: int) -> NoReturn:
    """End as a task's process did that has said nothing: whoever started this one knows what to make of it."""
    flush_output()
    if os.WIFSIGNALED(status):
        with suppress(OSError, ValueError):  # SIGKILL has no handler
            signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
        signal.pause()
    os._exit(os.WEXITSTATUS(status))
