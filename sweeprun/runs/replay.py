"""Running one task again, and comparing what it gives with what was recorded."""

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from sweeprun.config.frozen import read_configs
from sweeprun.design.axes import OWN_COORDINATES
from sweeprun.design.extension import whole_grid
from sweeprun.design.task_ids import TaskIds
from sweeprun.design.tasks import Task
from sweeprun.launchers.variables import expand
from sweeprun.provenance.code import Code
from sweeprun.provenance.origin import Origin
from sweeprun.results.comparing import Difference, arrays_of, as_collected, compare_arrays, compare_records
from sweeprun.results.plan import dimension_names
from sweeprun.runs.drift import check_drift
from sweeprun.runs.events import SILENT, Observer
from sweeprun.runs.input_drift import check_recorded
from sweeprun.runs.rerun import Trials
from sweeprun.runs.scratch import located, scratch_run
from sweeprun.runs.task_selection import choose_task, words_of
from sweeprun.safe_text import plain, plain_line
from sweeprun.store.finding import chosen_run
from sweeprun.store.manifest import Manifest, read_manifest
from sweeprun.store.payloads import Layout
from sweeprun.store.records import Failure, Outcome, Record
from sweeprun.store.shards import read_shards
from sweeprun.store.snapshot import Snapshot, take_snapshot
from sweeprun.store.trust import check_trusted
from sweeprun.store.workers import WARNING_SIGNAL, Place
from sweeprun.wording import hydra
from sweeprun.worker.loop import Worker

_DOING = "it would not be the same run again"
_RUNS = "a task that runs again runs what is in it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What is to be run again, and what it gave.

    Attributes
    ----------
    manifest, frozen
        The run that it is of, and its pickled configs.
    task
        The task.
    arrays
        Its recorded result by name; None if there is none.
    record
        Its record; None if there is none, or only a Dataset.
    code
        The code as it is now; None if that can't be told.
    """

    manifest: Manifest
    frozen: Sequence[tuple[bytes, bytes]]
    task: Task
    arrays: Mapping[str, np.ndarray] | None
    record: Record | None
    code: Code | None


def recorded_in_run(
    path: Path | None,
    chosen: Sequence[str],
    *,
    allow_drift: bool = False,
    trust: bool = False,
    observer: Observer = SILENT,
) -> Recorded:
    """A task of a run as it was recorded.

    Parameters
    ----------
    path
        The run; None for the newest.
    chosen
        The id of the task, or ``AXIS=VALUE`` for every axis.
    allow_drift
        Whether it may be run again with other code than the run was made with.
    trust
        Whether the run, or a file in it, may be another user's.
    observer
        Hears what differs, if that is allowed.

    Raises
    ------
    UsageError
        If no task, or not one alone, is named; the code is not what the run was made with; or the run is another
        user's, and not trusted.
    """
    run = chosen_run(path, observer.warn)
    check_trusted(run, trust=trust, doing=_RUNS)
    snapshot = take_snapshot(run)
    task = choose_task(snapshot.manifest.table, chosen)
    code = _checked(snapshot, task.task_id, allow_drift=allow_drift, observer=observer)
    record = snapshot.record(task.task_id)
    succeeded = record is not None and record.outcome is Outcome.SUCCEEDED
    return Recorded(
        manifest=located(run, snapshot.manifest, record),
        frozen=read_configs(run),
        task=task,
        arrays=arrays_of(record) if record is not None and succeeded else None,
        record=record,
        code=code,
    )


def _checked(snapshot: Snapshot, task_id: int, *, allow_drift: bool, observer: Observer) -> Code | None:
    """The code as it is now, if a task that runs again has a result and that can be compared with it."""
    allowed = allow_drift or snapshot.best.outcome[task_id] != 1
    check_recorded(snapshot, [task_id], allowed=allowed, observer=observer)
    return check_drift(snapshot.run, snapshot.manifest, allowed=allowed, doing=_DOING, observer=observer)


def run_here(recorded: Recorded, on_failure: Callable[[BaseException], None] | None = None) -> Record:
    """Run a recorded task again in this process, in a temporary directory; what it gave.

    Parameters
    ----------
    recorded
        The task.
    on_failure
        Called with what the task raised, where it raised it.

    Raises
    ------
    Stop
        If the user stopped it.
    """
    tasks = TaskIds.of([recorded.task.task_id])
    here = Path.cwd()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, WARNING_SIGNAL)}
    with scratch_run(recorded.manifest, recorded.frozen, tasks, recorded.code) as run:
        attempt = recorded.record.attempt if recorded.record is not None else 1
        try:
            with Worker(run, read_manifest(run), Place(attempt=attempt), on_failure=on_failure, grace=0.0) as worker:
                worker.run_tasks(tasks)
        finally:
            os.chdir(here)
            for number, handler in handlers.items():  # a worker ends with its process, and this one may go on
                signal.signal(number, signal.SIG_DFL if handler is None else handler)
        (now,) = (found for shard in read_shards(run.shards) for found in shard.records())
    return now


def thread_variables_of(record: Record | None) -> dict[str, str]:
    """The variables that limit thread pools, as a record says they were; none if it doesn't, or there is no record."""
    return {} if record is None else Origin.from_json(record.origin).thread_variables()


def overruled(record: Record | None, variables: Mapping[str, str], environ: Mapping[str, str]) -> list[str]:
    """What the user should know of variables that are set here, and that a replay sets as they were then.

    Parameters
    ----------
    record
        What is to be run again.
    variables
        The variables of the run (``hydra.job.env_set``); their values may be secret.
    environ
        What is set here.
    """
    threads = thread_variables_of(record)
    told = []
    if record is not None and (
        names := [name for name in threads if environ.get(name, threads[name]) != threads[name]]
    ):
        then = ", ".join(f"{name}={threads[name]}, not {environ[name]}" for name in names)
        told.append(f"the record says with which threads task {record.task_id} ran, so it does again: {then}")
    others = [
        name for name in variables if name not in threads and environ.get(name, variables[name]) != variables[name]
    ]
    if others:
        told.append(f"{hydra('job.env_set')} of the run says what is in {', '.join(others)}, not the environment here")
    return told


def differences_from(recorded: Recorded, now: Record) -> list[Difference]:
    """What is different from what was recorded of a task; nothing if nothing was recorded."""
    if recorded.record is not None:
        return compare_records(recorded.record, now)
    if recorded.arrays is None:
        return []
    if (failure := now.failure()) is not None:
        return [Difference(variable="", what=f"a result before, {failure.type} now")]
    grid = whole_grid(recorded.manifest.table)
    told = OWN_COORDINATES.union(dimension_names(grid), grid.names())
    implied = Layout.from_json(now.layout).implied  # left out of a Dataset if they don't fit in all tasks
    arrays = {name: array for name, array in arrays_of(now).items() if name in recorded.arrays or name not in implied}
    return compare_arrays(*as_collected(recorded.arrays, arrays, told))


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What a task gave when it was run again.

    Attributes
    ----------
    task_id, coordinates
        The task.
    equal
        Whether that is what was recorded, to the bit; None if nothing was.
    differences
        What differs.
    result
        What it returned now, by name: numbers, texts and arrays; empty if it failed.
    failure
        Why it failed; None if it didn't.
    recorded
        What was recorded of it, by name, if it ran in this process; empty if nothing was.
    """

    task_id: int
    coordinates: Mapping[str, Any]
    equal: bool | None
    differences: tuple[Difference, ...]
    result: Mapping[str, Any]
    failure: Failure | None
    recorded: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        """One thing that it returned."""
        return self.result[name]

    def __repr__(self) -> str:
        where = " ".join(f"{name}={value}" for name, value in self.coordinates.items())
        verdict = "nothing was recorded to compare with" if self.equal is None else "equal to the bit"
        if self.equal is False:
            verdict = "differs: " + "; ".join(
                f"{one.variable}: {one.what}" if one.variable else one.what for one in self.differences
            )
        lines = [plain_line(f"task {self.task_id} {where}".rstrip() + f": {verdict}")]
        if self.failure is not None:
            lines.append(plain(self.failure.traceback.rstrip()))
        return "\n".join([*lines, *(plain_line(f"  {name}: {value!r}") for name, value in self.result.items())])


def replay_here(recorded: Recorded, on_failure: Callable[[BaseException], None] | None = None) -> Replayed:
    """Run a recorded task again in this process, and compare; the arguments are those of `run_here`.

    Raises
    ------
    Stop
        If the user stopped it.
    """
    now = run_here(recorded, on_failure)
    differences, failure = differences_from(recorded, now), now.failure()
    is_recorded = recorded.record is not None or recorded.arrays is not None
    found = _replayed(
        recorded.task,
        equal=not differences if is_recorded else None,
        differences=differences,
        result={} if failure is not None else {name: array[()] for name, array in arrays_of(now).items()},
        failure=failure,
    )
    return replace(found, recorded={name: array[()] for name, array in (recorded.arrays or {}).items()})


def replay(
    snapshot: Snapshot,
    task_id: int | None,
    values: Mapping[str, Any],
    *,
    allow_drift: bool = False,
    trust: bool = False,
    observer: Observer = SILENT,
) -> Replayed:
    """Run a task again, in a process of its own with as many threads as it had.

    Raises
    ------
    UsageError
        If no task is named, the code is not what the run was made with, or the run is another user's, and not trusted.
    """
    run, manifest = snapshot.run, snapshot.manifest
    check_trusted(run, trust=trust, doing=_RUNS)
    task = choose_task(manifest.table, words_of(task_id, values))
    code = _checked(snapshot, task.task_id, allow_drift=allow_drift, observer=observer)
    record = snapshot.record(task.task_id)
    for line in overruled(record, expand(manifest.launcher.get("variables", {}), os.environ), os.environ):
        observer.note(line)
    trials = Trials(manifest=located(run, manifest, record), frozen=read_configs(run), code=code)
    ((_, now),) = trials.run({task.task_id: record})
    if now is None:
        differences = [Difference(variable="", what="its process ended before it did")]
        return _replayed(task, equal=False, differences=differences, result={}, failure=None)
    failure = now.failure()
    differences = [] if record is None else compare_records(record, now)
    result = {} if failure is not None else {name: array[()] for name, array in arrays_of(now).items()}
    equal = None if record is None else not differences
    return _replayed(task, equal=equal, differences=differences, result=result, failure=failure)


def _replayed(
    task: Task, *, equal: bool | None, differences: list[Difference], result: dict[str, Any], failure: Failure | None
) -> Replayed:
    return Replayed(
        task_id=task.task_id,
        coordinates=task.coordinates,
        equal=equal,
        differences=tuple(differences),
        result=result,
        failure=failure,
    )
