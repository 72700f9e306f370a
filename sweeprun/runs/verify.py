"""Running a sample of tasks again in fresh processes, and comparing their results to the bit."""

import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sweeprun.errors import UsageError, describe_os_error
from sweeprun.safe_text import plain_message

if TYPE_CHECKING:
    from sweeprun.provenance.code import Code
    from sweeprun.results.comparing import Difference
    from sweeprun.runs.rerun import Trials
    from sweeprun.store.directory import RunDirectory
    from sweeprun.store.records import Record
    from sweeprun.store.snapshot import Snapshot

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
    differences: "tuple[Difference, ...]"
    cause: str = ""


def _sample(snapshot: "Snapshot", count: int, seed: int) -> "dict[int, Record]":
    """The records of a sample of the tasks that have a result.

    Raises
    ------
    UsageError
        If none has.
    """
    import numpy as np

    succeeded = np.flatnonzero(snapshot.best.outcome == 1)
    if not len(succeeded):
        raise UsageError(f"no task of {snapshot.run.shown()} has a result that could be verified")
    chosen = np.random.default_rng(seed).choice(succeeded, min(count, len(succeeded)), replace=False)
    records = {int(task_id): snapshot.record(int(task_id)) for task_id in sorted(chosen)}
    return {task_id: record for task_id, record in records.items() if record is not None}


def _verify(snapshot: "Snapshot", records: "Mapping[int, Record]", code: "Code | None") -> list[Verdict]:
    from sweeprun.config.frozen import read_configs
    from sweeprun.display.progress import make_progress
    from sweeprun.launchers.progress import Tally
    from sweeprun.results.comparing import Difference, compare_records
    from sweeprun.runs.rerun import Trials
    from sweeprun.runs.scratch import located

    trials = Trials(manifest=located(snapshot.run, snapshot.manifest), frozen=read_configs(snapshot.run), code=code)
    count = f"{len(records)} of {len(snapshot.states)} {'task' if len(snapshot.states) == 1 else 'tasks'}"
    died = [Difference(variable="", what="its process ended before it did")]
    again: dict[int, Record | None] = {}
    differences: dict[int, list[Difference]] = {}
    with make_progress(len(records), f"running {count} of {snapshot.run.shown()} again") as progress:
        for task_id, now in trials.run(records):
            again[task_id] = now
            differences[task_id] = died if now is None else compare_records(records[task_id], now)
            different = sum(map(bool, differences.values()))
            same = len(differences) - different
            progress.update(Tally(total=len(records), succeeded=same, failed=different, lost=0))
    causes = _causes(trials, records, {task_id: again[task_id] for task_id, found in differences.items() if found})
    return [
        Verdict(
            task_id=task_id,
            coordinates=snapshot.manifest.table.task(task_id).coordinates,
            differences=tuple(differences[task_id]),
            cause=causes.get(task_id, ""),
        )
        for task_id in sorted(differences)
    ]


def _causes(trials: "Trials", records: "Mapping[int, Record]", again: "Mapping[int, Record | None]") -> dict[int, str]:
    """The likely causes; experiments are made with the first few tasks, and the others are taken for the same."""
    from sweeprun.runs.diagnosis import likely_cause

    causes: dict[int, str] = {}
    for task_id, now in sorted(again.items()):
        if now is None or now.failure() is not None:
            causes[task_id] = f"see why with: sweeprun replay … {task_id}"
        elif len(set(causes.values())) < _EXAMINED and len(causes) < _EXAMINED:
            print(f"looking for the cause in task {task_id} …", file=sys.stderr, flush=True)
            causes[task_id] = likely_cause(trials, records[task_id], now)
        else:
            causes[task_id] = "probably the same"
    return causes


def _keep(run: "RunDirectory", verdicts: Sequence[Verdict], seed: int, code: "Code | None") -> None:
    """Keep the outcome in the run directory, if that can be written: it may be somebody else's."""
    from sweeprun.store.verification import Verification, keep_verification

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
        print(f"the outcome is not kept in the run: {plain_message(describe_os_error(error))}", file=sys.stderr)
