"""``sweeprun verify``: run a sample of tasks again in fresh processes, and compare their results to the bit."""

import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any

from sweeprun.cli.arguments import chosen_run, run_parser
from sweeprun.cli.display import plain_json, plain_message
from sweeprun.cli.drift import add_allow_drift, check_drift
from sweeprun.errors import UsageError, describe_os_error

if TYPE_CHECKING:
    from sweeprun.cli.trials import Trials
    from sweeprun.results.comparing import Difference
    from sweeprun.store.code import Code
    from sweeprun.store.directory import RunDirectory
    from sweeprun.store.records import Record
    from sweeprun.store.states import Snapshot

_SAMPLE = 20
_EXAMINED = 2
_SHOWN_TASKS = 20


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


def main(words: Sequence[str]) -> int:
    """Verify a run; 0 if all that was run again is equal to the bit, 1 if not."""
    parser = run_parser(
        "verify",
        "Run a random sample of the tasks that succeeded again, each in a fresh process with as many threads as it "
        "had, and compare the results with the recorded ones. No result is changed; the outcome is kept in the run.",
        "sweeprun verify multirun/2026-05-04/10-11-12 --sample 20",
    )
    parser.add_argument("--sample", type=int, default=_SAMPLE, metavar="N", help=f"how many tasks ({_SAMPLE})")
    parser.add_argument("--seed", type=int, default=0, help="which sample: the same seed chooses the same tasks (0)")
    add_allow_drift(parser)
    args = parser.parse_args(words)
    if args.sample < 1 or args.seed < 0:
        raise UsageError(f"--sample {args.sample} --seed {args.seed}: verify at least 1 task, with a seed from 0 on")
    run = chosen_run(args.run)

    from sweeprun.store.states import take_snapshot

    snapshot = take_snapshot(run)
    code = check_drift(
        run, snapshot.manifest, allowed=args.allow_drift, doing="differences would say nothing of its results"
    )
    records = _sample(snapshot, args.sample, args.seed)
    verdicts = _verify(snapshot, records, code)
    _keep(run, verdicts, args.seed, code)
    if args.json:
        print(plain_json({"run": str(run.path), "sample": [_as_json(verdict) for verdict in verdicts]}))
    else:
        _print(verdicts)
    return int(any(verdict.differences for verdict in verdicts))


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
    from sweeprun.cli.progress import make_progress
    from sweeprun.cli.scratch import located
    from sweeprun.cli.trials import Trials
    from sweeprun.config.frozen import read_configs
    from sweeprun.launchers.progress import Tally
    from sweeprun.results.comparing import Difference, compare_records

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
    from sweeprun.cli.trials import likely_cause

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


def _as_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict without NaN, which JSON doesn't have."""
    sizes = ("absolute", "relative")
    found = [asdict(difference) for difference in verdict.differences]
    differences = [item | {name: item[name] if isfinite(item[name]) else None for name in sizes} for item in found]
    return asdict(verdict) | {"differences": differences}


def _print(verdicts: Sequence[Verdict]) -> None:
    bad = [verdict for verdict in verdicts if verdict.differences]
    print(f"{len(verdicts) - len(bad)}/{len(verdicts)} equal to the bit")
    if not bad:
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for column in ("task", "at", "variable", "what", "by at most", "relative"):
        table.add_column(column, justify="right" if column in ("task", "by at most", "relative") else "left")
    for verdict in bad[:_SHOWN_TASKS]:
        where = " ".join(f"{name}={value}" for name, value in verdict.coordinates.items())
        for place, difference in enumerate(verdict.differences):
            table.add_row(
                str(verdict.task_id) if not place else "",
                Text(where if not place else ""),
                Text(difference.variable),
                Text(difference.what),
                _number(difference.absolute),
                _number(difference.relative),
            )
    Console().print(table)
    if len(bad) > _SHOWN_TASKS:
        print(f"… and {len(bad) - _SHOWN_TASKS} more; --json has all")
    for cause in dict.fromkeys(verdict.cause for verdict in bad if verdict.cause):
        tasks = ", ".join(str(verdict.task_id) for verdict in bad[:_SHOWN_TASKS] if verdict.cause == cause)
        print(f"task {tasks}: {cause}")


def _number(value: float) -> str:
    return f"{value:.3g}" if isfinite(value) else ""
