"""``sweeprun verify``: run a sample of tasks again in fresh processes, and compare their results to the bit."""

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING

from sweeprun.cli.arguments import add_allow_drift, add_trust, chosen_run, run_parser
from sweeprun.display.json_text import print_json
from sweeprun.display.streams import verdict_code
from sweeprun.runs.defaults import SAMPLE

if TYPE_CHECKING:
    from sweeprun.runs.verify import Verified

_SHOWN_TASKS = 20


def main(words: Sequence[str]) -> int:
    """Verify a run; 0 if all that was run again is equal to the bit, 1 if not."""
    parser = run_parser(
        "verify",
        "Run a random sample of the tasks that succeeded again, each in a fresh process with as many threads as it "
        "had, and compare the results with the recorded ones. No result is changed; the outcome is kept in the run.",
        "sweeprun verify multirun/2026-05-04/10-11-12 --sample 20",
    )
    parser.add_argument("--sample", type=int, default=SAMPLE, metavar="N", help=f"how many tasks ({SAMPLE})")
    parser.add_argument("--seed", type=int, default=0, help="which sample: the same seed chooses the same tasks (0)")
    add_allow_drift(parser)
    add_trust(parser)
    args = parser.parse_args(words)
    run = chosen_run(args.run)

    from sweeprun.display.terminal import TERMINAL
    from sweeprun.runs.verify import verify_run
    from sweeprun.store.snapshot import take_snapshot

    verified = verify_run(
        take_snapshot(run),
        sample=args.sample,
        seed=args.seed,
        allow_drift=args.allow_drift,
        trust=args.trust,
        observer=TERMINAL,
    )
    if args.json:
        print_json(verified.to_dict())
    else:
        _print(verified)
    return verdict_code(int(not verified.equal))


def _print(verified: "Verified") -> None:
    bad = verified.different
    print(verified)
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
