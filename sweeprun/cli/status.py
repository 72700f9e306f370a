"""``sweeprun status``: where a run stands. Looking changes nothing."""

import sys
import time
from argparse import ArgumentTypeError
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sweeprun.cli.arguments import chosen_run, run_parser
from sweeprun.display.json_text import print_json
from sweeprun.safe_text import plain_line

if TYPE_CHECKING:
    from sweeprun.runs.status import Status

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
    from sweeprun.runs.status import status_of

    run = chosen_run(args.run)
    while True:
        snapshot = observe(run)
        if args.watch and sys.stdout.isatty():
            print("\x1b[H\x1b[2J", end="")
        _show(status_of(snapshot), as_json=args.json)
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


def _show(status: "Status", *, as_json: bool) -> None:
    from sweeprun.display.failures import failure_lines
    from sweeprun.display.status import status_lines

    if as_json:
        print_json(status.to_dict())
        return
    print("\n".join([*status_lines(status), *failure_lines(status.failures)]), flush=True)
    for step in status.closer:
        print(plain_line(str(step)), file=sys.stderr, flush=True)
