"""The task loop: one interpreter, many tasks, one record for each."""

import logging
import os
import socket
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from sweeprun.design.policy import GRACE_SECONDS, TIMEOUT, UNSTORABLE
from sweeprun.design.task_ids import TaskIds
from sweeprun.design.tasks import Task
from sweeprun.errors import ResultError, Unfinished
from sweeprun.provenance.code import accepted_code, current_code
from sweeprun.provenance.origin import Origin
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import undone_on_error
from sweeprun.store.manifest import Manifest
from sweeprun.store.notices import count_failures, note_failure
from sweeprun.store.payloads import encode_result, known_layout
from sweeprun.store.records import FAILURE_LAYOUT, Failure, Outcome, Record
from sweeprun.store.result_names import ResultNames
from sweeprun.store.submissions import find_submission
from sweeprun.store.unused_names import unused_names
from sweeprun.store.workers import BeatWriter, Place, own_log
from sweeprun.worker.broken import Broken, reading, writing
from sweeprun.worker.failure import failure_of, names_of, suppress_success
from sweeprun.worker.failure_news import FailureNews
from sweeprun.worker.global_generators import GlobalSeeds
from sweeprun.worker.lack_watch import LackWatch
from sweeprun.worker.left_threads import note_threads
from sweeprun.worker.log_marks import LogMarker, flush_output
from sweeprun.worker.pickled_functions import with_function
from sweeprun.worker.randomness import RandomnessWatch
from sweeprun.worker.recorder import Recorder
from sweeprun.worker.standard_streams import StandardStreams
from sweeprun.worker.stop_signals import Stop, StopSignals
from sweeprun.worker.task_handle import INSIDE, RunningTask
from sweeprun.worker.task_loader import TaskLoader
from sweeprun.worker.umask import TaskUmask

_LOG_FORMAT = "[%(asctime)s][%(name)s][%(levelname)s] - %(message)s"


class Worker:
    """Runs tasks of one run, one after the other, and records each.

    A context manager: on exit everything is recorded, and its beat removed.

    Attributes
    ----------
    name
        Its name.
    succeeded, failed
        How many tasks have ended so, for good.
    task_id
        The task that it is on, until all of it is recorded; None between turns.
    failures
        Tasks that failed as none did before them.

    Parameters
    ----------
    run, manifest
        The run.
    place
        Where it works, and the number of the attempt that the tasks are given.
    on_failure
        Is called with what a task function raised.
    function
        An application's function that is at hand, and need not be found.
    grace
        How long a task may go on after the first SIGTERM or SIGINT, in seconds; the second stops it at once.
    """

    def __init__(
        self,
        run: RunDirectory,
        manifest: Manifest,
        place: Place | None = None,
        *,
        on_failure: Callable[[BaseException], None] | None = None,
        function: Callable[..., Any] | None = None,
        grace: float = GRACE_SECONDS,
    ) -> None:
        place = place or Place()
        self.name = f"{place.prefix}{socket.gethostname()}-{os.getpid()}-{os.urandom(4).hex()}"
        self.succeeded = 0
        self.failed = 0
        self.task_id: int | None = None
        self.failures = FailureNews()
        self._run = run
        self._manifest = manifest
        self._attempt = place.attempt
        self._on_failure = on_failure
        self._submission = place.submission
        self._policy, self._first_attempt = manifest.policy, place.attempt
        submission = find_submission(run, place.submission)  # None of a launcher of somebody else
        if submission is not None:
            self._policy, self._first_attempt = submission.policy or manifest.policy, submission.attempt
            manifest = with_function(manifest, submission.function)
        self._limit = 0.0  # of a task's time, in seconds; 0 for none
        self._randomness = RandomnessWatch(run, seeded=self._policy.seed_globals)
        self._seeds = GlobalSeeds(manifest.table.streams) if self._policy.seed_globals else None
        self._base = manifest.job.base
        self._loader = TaskLoader(run, manifest, self._base, function)
        self._recorder = Recorder(run, self.name)
        with undone_on_error(self._recorder.close):
            self._beat = BeatWriter(run, self.name, place)
        self._streams = StandardStreams()
        self._umask = TaskUmask()
        self._log = LogMarker(own_log(run))
        self._lacks = LackWatch()
        for directory in reversed(manifest.python_path):
            if directory not in sys.path:
                sys.path.insert(0, directory)
        self._pid = os.getpid()
        self._signals = StopSignals(grace)
        self._resumable = False
        self._packages: Mapping[str, str] | None = None  # as they are when the first task runs

    def __enter__(self) -> "Worker":
        os.environ[INSIDE] = str(self._run.path)
        os.chdir(self._base)
        note_threads(None)
        logging.basicConfig(level=logging.INFO, format=_LOG_FORMAT)
        self._signals.hear()
        self._limit = self._policy.timeout or 0.0
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._signals.close()
        os.environ.pop(INSIDE, None)
        self.close()

    def close(self) -> None:
        """Record what waits, remove the beat, and leave global generators alone."""
        self._randomness.close()
        if self._seeds is not None:
            self._seeds.close()
        self._loader.close()
        try:
            self._recorder.close()
        finally:
            self._beat.close()
            self._log.close()
            self._streams.close()

    def run_tasks(self, task_ids: TaskIds, retries: int = 0) -> None:
        """Run tasks in order; every one leaves a record, and afterwards all are durable.

        Parameters
        ----------
        task_ids
            The tasks.
        retries
            How often they were retried before.
        """
        for task_id in task_ids:
            if self._signals.is_asked():
                raise Stop
            self._run_task(task_id, retries)
        self._randomness.look(task_ids)
        self._end_turn()

    def _end_turn(self) -> None:
        """Everything is durable, and the worker free."""
        self._recorder.flush()
        self.task_id = None
        self._beat.idle()

    def _run_task(self, task_id: int, retries: int, cfg: DictConfig | None = None) -> None:
        """Run a task, and again while it fails and may be retried; every attempt leaves a record."""
        self.task_id = task_id
        while True:
            try:
                record, reasons = self._attempt_task(task_id, self._attempt + retries, cfg)
            except Broken as broken:
                raise broken.error from None
            note_threads(task_id)
            if self._randomness.is_new:  # at once: whoever sees the last record is to see what is noted
                self._randomness.look(TaskIds.of([task_id]))
            self._recorder.add(record)
            if not reasons:
                self.succeeded += 1
                return
            again = retries < self._policy.retries and self._policy.retries_after(reasons)
            if not again or self._signals.is_asked():
                self.failed += 1
                self.failures.add(record)
                if self._policy.max_failures is not None:
                    self._note_failure(task_id, self._policy.max_failures)
                return
            retries += 1

    def _note_failure(self, task_id: int, most: int) -> None:
        """Count a failure for good, and start no further task if there are too many."""
        note_failure(self._run, self._first_attempt, task_id)
        self._heed_limit(most)

    def _heed_limit(self, most: int) -> None:
        """Start no further task if too many have failed."""
        if count_failures(self._run, self._first_attempt) >= most:
            self._signals.ask()

    def run_composed(self, task_id: int, cfg: DictConfig) -> None:
        """Run one task on a config that Hydra itself composed, in Hydra's surroundings."""
        self._run_task(task_id, 0, cfg)
        self._end_turn()

    def _attempt_task(self, task_id: int, attempt: int, cfg: DictConfig | None) -> tuple[Record, set[str]]:
        """The record of one attempt, and the names of the reason why it failed; none if it succeeded."""
        task = self._manifest.table.task(task_id)
        started = time.time()
        self._beat.start(task_id, started)
        self._log.begin()
        clock = time.perf_counter()
        self._signals.overdue = False
        reasons: set[str] = set()
        try:
            layout, payload = self._encode(*self._call(task, attempt, cfg))
            outcome = Outcome.SUCCEEDED
        except (Stop, Broken):
            raise
        except BaseException as error:  # any failure of a task is a record
            if isinstance(error, Unfinished) and self._signals.is_asked():
                raise Stop from error
            if self._on_failure is not None:
                self._on_failure(error)
            failure = self._timeout_failure() if self._signals.overdue else failure_of(error)
            reasons = {TIMEOUT} if self._signals.overdue else names_of(error)
            if isinstance(error, ResultError) and error.left_out:
                self._lacks.look(error.left_out)
                reasons.add(UNSTORABLE)
            layout, payload = FAILURE_LAYOUT, failure.encode()
            outcome = Outcome.FAILED
        finally:
            self._streams.restore()
            self._log.end(task_id, attempt)
        record = Record(
            task_id=task_id,
            attempt=attempt,
            outcome=outcome,
            stream=task.stream,
            started=started,
            seconds=max(0.0, time.perf_counter() - clock),
            layout=layout,
            payload=payload,
            origin=self._origin,
        )
        return record, reasons

    def _encode(self, result: object, names: ResultNames) -> tuple[str, bytes]:
        layout, payload = encode_result(result, names)
        known = known_layout(layout)
        if known is not None:
            unused = unused_names(names.dims, [known], "was not returned") if names.dims else {}
            self._lacks.look(known.left_out, {**known.misfits, **unused})
        return layout, payload

    def news(self) -> str:
        """What the user should know at once, in one line; an empty text if there is nothing new."""
        return self._lacks.news()

    def _timeout_failure(self) -> Failure:
        message = f"it took longer than {self._policy.timeout:g} s (timeout)"
        return Failure(type=TIMEOUT, message=message, traceback="")

    def _call(self, task: Task, attempt: int, cfg: DictConfig | None) -> tuple[Any, ResultNames]:
        """What a task function returned, and the names for it."""
        as_composed = cfg is not None
        cfg, function = self._loader.load(task, cfg)
        names = self._loader.names(cfg, function)
        _ = self._origin  # of the code as it was imported, not as it may be when the task is done
        running = RunningTask(
            id=task.task_id,
            attempt=attempt,
            stream=task.stream,
            coordinates=task.coordinates,
            _make_directory=lambda: self._make_directory(task),
            _streams=self._manifest.table.streams,
            _stopping=self._signals.is_asked,
            _can_resume=self._note_resumable,
        )
        self._resumable = False
        if self._seeds is not None:
            self._seeds.seed(task.stream)
        self._randomness.begin(function.function, application=function.positional, task_id=task.task_id)
        try:
            if self._limit:
                with writing():
                    self._beat.limit(self._limit)
            self._signals.begin_task(self._limit)  # neither the config nor the import of the function counts

            def call(cfg: DictConfig) -> Any:
                with self._umask, suppress_success():
                    return function(cfg, lambda: self._manifest.table.streams.generator(task.stream), running)

            result = call(cfg) if as_composed else self._loader.call(task, cfg, call, function.function)
            return result, names
        finally:
            self._signals.end_task()
            if os.getpid() != self._pid:
                _end_forked_child(sys.exception())
            os.chdir(self._base)

    def _make_directory(self, task: Task) -> Path:
        with self._umask.own():
            return self._loader.make_directory(task)

    def _note_resumable(self) -> None:
        """The running task asked for what a task needs to go on later: say so, once."""
        if not self._resumable and os.getpid() == self._pid:
            self._resumable = True
            with suppress(OSError):  # it is not the task's fault; if it lasts, the next beat says so
                self._beat.resumable()

    @cached_property
    def _origin(self) -> str:
        """What this worker's records are made with."""
        with writing(), reading():
            return Origin.current(current_code(self._run, self._accepted, self._packages)).to_json()

    @cached_property
    def _accepted(self) -> str:
        """The code that the tasks are to run, by its digest."""
        return accepted_code(self._run, self._manifest, self._submission)


def _end_forked_child(error: BaseException | None) -> None:
    """End a process that a task function forked and that came back from it: the loop is its parent's."""
    flush_output()
    code = error.code if isinstance(error, SystemExit) else error is not None
    os._exit(code if isinstance(code, int) else 1)
