"""Running a sample of tasks again in fresh processes, and comparing their results to the bit."""

import socket
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import numpy as np

from sweeprun.config.frozen import read_configs
from sweeprun.errors import UsageError, describe_os_error
from sweeprun.launchers.progress import Tally
from sweeprun.provenance.code import Code
from sweeprun.results.comparing import Difference, compare_records
from sweeprun.runs.defaults import SAMPLE
from sweeprun.runs.diagnosis import likely_cause
from sweeprun.runs.drift import check_drift
from sweeprun.runs.events import SILENT, Observer
from sweeprun.runs.input_drift import check_recorded
from sweeprun.runs.rerun import Trials
from sweeprun.runs.scratch import located
from sweeprun.statistics.choices import check_seed, is_count
from sweeprun.store.directory import RunDirectory
from sweeprun.store.records import Record
from sweeprun.store.snapshot import Snapshot
from sweeprun.store.trust import check_trusted
from sweeprun.store.verification import Verification, keep_verification
from sweeprun.wording import Command, flag

_EXAMINED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came out of running one task again.

    Attributes
    ----------
    task_id, coordinates
        The task.
    differences
        What differs; nothing if it is equal to the bit.
    cause
        What the differences most likely come from.
    """

    task_id: int
    coordinates: dict[str, Any]
    differences: tuple[Difference, ...]
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What came out of running a sample of tasks again.

    Attributes
    ----------
    run
        The run.
    verdicts
        One for each task, by task id.
    """

    run: RunDirectory
    verdicts: tuple[Verdict, ...]

    @property
    def different(self) -> tuple[Verdict, ...]:
        """Those of tasks whose result is not equal to the bit."""
        return tuple(verdict for verdict in self.verdicts if verdict.differences)

    @property
    def equal(self) -> bool:
        """Whether all are equal to the bit."""
        return not self.different

    def __str__(self) -> str:
        return f"{len(self.verdicts) - len(self.different)}/{len(self.verdicts)} equal to the bit"

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it, which doesn't have NaN."""
        return {"run": str(self.run.path), "sample": [_verdict_to_dict(verdict) for verdict in self.verdicts]}


def _verdict_to_dict(verdict: Verdict) -> dict[str, Any]:
    sizes = ("absolute", "relative")
    found = [asdict(difference) for difference in verdict.differences]
    differences = [item | {name: item[name] if isfinite(item[name]) else None for name in sizes} for item in found]
    return asdict(verdict) | {"differences": differences}


def verify_run(
    snapshot: Snapshot,
    *,
    sample: int = SAMPLE,
    seed: int = 0,
    allow_drift: bool = False,
    trust: bool = False,
    observer: Observer = SILENT,
) -> Verified:
    """Run a random sample of the tasks that succeeded again, and compare; the outcome is kept in the run.

    Parameters
    ----------
    snapshot
        The run.
    sample
        How many tasks, at most.
    seed
        Which: the same seed chooses the same tasks.
    allow_drift
        Whether to do so with other code than the run was made with.
    trust
        Whether to do so with a run of another user, or with files of another in it.
    observer
        Hears how it goes on.

    Raises
    ------
    UsageError
        If no task has a result, the code is not what the run was made with and that isn't allowed, or the run is
        another user's, and not trusted.
    """
    if not is_count(sample) or sample < 1:
        raise UsageError(f"{flag('sample')} is {sample!r}; verify at least 1 task")
    check_seed(seed)
    run = snapshot.run
    check_trusted(run, trust=trust, doing="tasks that run again run what is in it")
    doing = "differences would say nothing of its results"
    code = check_drift(run, snapshot.manifest, allowed=allow_drift, doing=doing, observer=observer)
    records = _sample(snapshot, sample, seed)
    check_recorded(snapshot, records, allowed=allow_drift, observer=observer)
    verdicts = _verdicts(snapshot, records, code, observer)
    _keep(run, verdicts, seed, code, observer)
    return Verified(run=run, verdicts=verdicts)


def _sample(snapshot: Snapshot, count: int, seed: int) -> dict[int, Record]:
    """The records of a sample of the tasks that have a result.

    Raises
    ------
    UsageError
        If none has.
    """
    succeeded = np.flatnonzero(snapshot.best.outcome == 1)
    if not len(succeeded):
        raise UsageError(f"no task of {snapshot.run.shown()} has a result that could be verified")
    chosen = np.random.default_rng(seed).choice(succeeded, min(count, len(succeeded)), replace=False)
    records = {int(task_id): snapshot.record(int(task_id)) for task_id in sorted(chosen)}
    return {task_id: record for task_id, record in records.items() if record is not None}


def _verdicts(
    snapshot: Snapshot, records: Mapping[int, Record], code: Code | None, observer: Observer
) -> tuple[Verdict, ...]:
    trials = Trials(manifest=located(snapshot.run, snapshot.manifest), frozen=read_configs(snapshot.run), code=code)
    count = f"{len(records)} of {len(snapshot.states)} {'task' if len(snapshot.states) == 1 else 'tasks'}"
    died = [Difference(variable="", what="its process ended before it did")]
    again: dict[int, Record | None] = {}
    differences: dict[int, list[Difference]] = {}
    with observer.progress(len(records), f"running {count} of {snapshot.run.shown()} again") as progress:
        for task_id, now in trials.run(records):
            again[task_id] = now
            differences[task_id] = died if now is None else compare_records(records[task_id], now)
            different = sum(map(bool, differences.values()))
            same = len(differences) - different
            progress.update(Tally(total=len(records), succeeded=same, failed=different, wrong="different"))
    different_again = {task_id: again[task_id] for task_id, found in differences.items() if found}
    causes = _causes(snapshot.run, trials, records, different_again, observer)
    return tuple(
        Verdict(
            task_id=task_id,
            coordinates=snapshot.manifest.table.task(task_id).coordinates,
            differences=tuple(differences[task_id]),
            cause=causes.get(task_id, ""),
        )
        for task_id in sorted(differences)
    )


def _causes(
    run: RunDirectory,
    trials: Trials,
    records: Mapping[int, Record],
    again: Mapping[int, Record | None],
    observer: Observer,
) -> dict[int, str]:
    """The likely causes; experiments are made with the first few tasks, since each takes as long as the task."""
    causes: dict[int, str] = {}
    for task_id, now in sorted(again.items()):
        if now is None or now.failure() is not None:
            causes[task_id] = f"see why with: {Command('replay', run.shown(), (task_id,))}"
        elif len(set(causes.values())) < _EXAMINED and len(causes) < _EXAMINED:
            observer.note(f"looking for the cause in task {task_id} …")
            causes[task_id] = likely_cause(trials, records[task_id], now)
        else:
            causes[task_id] = "not looked into"
    return causes


def _keep(run: RunDirectory, verdicts: Sequence[Verdict], seed: int, code: Code | None, observer: Observer) -> None:
    """Keep the outcome in the run directory, if that can be written: it may be another user's."""
    bad = [verdict for verdict in verdicts if verdict.differences]
    outcome = Verification(
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        host=socket.gethostname(),
        sample=len(verdicts),
        seed=seed,
        equal=len(verdicts) - len(bad),
        code="" if code is None else code.digest,
        different=tuple(verdict.task_id for verdict in bad),
        causes=tuple(dict.fromkeys(verdict.cause for verdict in bad if verdict.cause)),
    )
    try:
        keep_verification(run, outcome)
    except OSError as error:
        observer.note(f"the outcome is not kept in the run: {describe_os_error(error)}")
