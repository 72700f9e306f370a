"""``sweeprun worker RUN INDEX``: what every launcher starts."""

import os
from collections.abc import Sequence
from pathlib import Path

from sweeprun.cli.arguments import subcommand_parser
from sweeprun.cpus import thread_environment, usable_cpus
from sweeprun.errors import UsageError


def main(words: Sequence[str]) -> int:
    """Run elements of an array; 0 if every task succeeded, 1 if not, but only after all of them ran."""
    parser = subcommand_parser(
        "worker",
        "Run elements of a run's array in this process. Launchers start this; by hand it runs one again.",
        "sweeprun worker multirun/2026-05-04/10-11-12 7",
    )
    parser.add_argument("run", type=Path, help="the run directory")
    parser.add_argument("index", help="an array index, a range FIRST-LAST, or - to read requests from standard input")
    args = parser.parse_args(words)
    os.environ.update(thread_environment(usable_cpus()))

    from sweeprun.store.directory import open_run_directory
    from sweeprun.worker.serve import run_elements, serve_elements

    run = open_run_directory(args.run)
    if args.index == "-":
        return serve_elements(run)
    first, _, last = args.index.partition("-")
    try:
        indices = range(int(first), int(last or first) + 1)
    except ValueError:
        raise UsageError(f"{args.index!r} is no array index; write a number, FIRST-LAST, or -") from None
    if not indices:
        raise UsageError(f"{args.index!r} names no element; write the smaller array index first")
    return run_elements(run, indices)
