"""``sweeprun status``: where a run stands. Looking changes nothing."""

import sys
import time
from argparse import ArgumentTypeError
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sweeprun.cli.arguments import chosen_run, run_parser
from sweeprun.display.json_text import print_json
from sweeprun.provenance.gather import command_text
from sweeprun.safe_text import plain_line

if TYPE_CHECKING:
    from sweeprun.store.snapshot import Snapshot

_SHOWN_TASKS = 10
_WATCH_SECONDS = 2.0


def main(words: Sequence[str]) -> int:
    """Print how many tasks are in each state, what is running, the pace, and the failures, grouped."""
    parser = run_parser(
        "status",
        "Count the tasks of a run by state, and group its failures; ask Slurm what waits and runs. Changes nothing.",
        "sweeprun status multirun/2026-05-04/10-11-12 --watch",
    )
    parser.add_argument(
        "--watch",
        nargs="?",
        type=_seconds,
        const=_WATCH_SECONDS,
        metavar="SECONDS",
        help="look again every so many seconds (2), until everything has ended",
    )
    args = parser.parse_args(words)

    from sweeprun.display.streams import output_is_read
    from sweeprun.runs.observe import is_active, observe

    run = chosen_run(args.run)
    while True:
        snapshot = observe(run)
        if args.watch and sys.stdout.isatty():
            print("\x1b[H\x1b[2J", end="")
        _print(snapshot, as_json=args.json)
        if not args.watch or not is_active(snapshot) or not output_is_read():
            return 0
        time.sleep(args.watch)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ArgumentTypeError(f"{text!r} is no number of seconds above 0 (a run directory comes before --watch)")
    return seconds


def _print(snapshot: "Snapshot", *, as_json: bool) -> None:
    from sweeprun.display.failures import print_failures
    from sweeprun.results.failures import failures_of
    from sweeprun.runs.next_steps import look_closer
    from sweeprun.runs.status import describe_status

    failures = failures_of(snapshot)
    status = describe_status(snapshot, failures)
    if as_json:
        print_json(status)
        return
    print("\n".join(map(plain_line, _lines(status, snapshot))), flush=True)
    print_failures(failures)
    for step in look_closer(snapshot, failures):
        print(plain_line(step), file=sys.stderr, flush=True)


def _lines(status: dict[str, Any], snapshot: "Snapshot") -> list[str]:
    from sweeprun.display.phrases import duration, rate_text
    from sweeprun.runs.next_steps import missing_text
    from sweeprun.runs.observe import counts_text

    provenance = snapshot.manifest.provenance
    lines = [
        status["run"],
        f"started {provenance.get('created')}: {command_text(provenance)}",
        f"{status['tasks']} tasks: {counts_text(snapshot)}",
    ]
    lines += map(_submission_line, status["submissions"])
    for task in status["running"][:_SHOWN_TASKS]:
        since = duration(max(0.0, time.time() - task["since"]))
        lines.append(f"  task {task['task']} runs on {task['host']}, process {task['pid']}, since {since}")
    if len(status["running"]) > _SHOWN_TASKS:
        lines.append(f"  … and {len(status['running']) - _SHOWN_TASKS} more")
    pace = status["pace"]
    if status["submissions"] and pace["left"] is not None:
        lines.append(f"{rate_text(pace['rate'])}, ETA {duration(pace['left'])}")
    if status["problem"]:
        lines.append(f"what waits and runs is not known: {status['problem']}")
    elif status["not_queued_count"]:
        ended = ", ".join(f"{reason or 'ended'} ({count})" for reason, count in status["ended"].items())
        lines.append(
            missing_text(status["not_queued_count"])
            + (f"; elements that ended before their tasks did: {ended}" if ended else "")
            + f"; go on with: sweeprun resume {snapshot.run.shown()}"
        )
    if status["left_no_trace"]:
        lines.append(
            "some elements left nothing on disk, not even a log: can the nodes see and write this directory? "
            "It must be on a file system that they share"
        )
    lines += status["warnings"]
    return lines


def _submission_line(submission: dict[str, Any]) -> str:
    where = f"job {', '.join(submission['jobs'])}" if submission["launcher"] == "slurm" else submission["launcher"]
    if submission["launcher"] == "local":
        return f"local: process {', '.join(submission['jobs'])} runs it"
    reasons = ", ".join(f"{reason}: {count}" for reason, count in submission["reasons"].items() if reason)
    hosts = ", ".join(f"{host}: {count}" for host, count in sorted(submission["hosts"].items()))
    return (
        f"{where}, array {submission['array']}: {submission['running']} running"
        + (f" ({hosts})" if hosts else "")
        + f", {submission['queued']} queued"
        + (f" ({reasons})" if reasons else "")
    )
