"""What the subcommands that look at a run have in common."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path

from sweeprun.store.directory import RunDirectory, newest_run, open_run_directory


def run_parser(name: str, description: str, example: str, *, json: bool = True) -> ArgumentParser:
    """A parser with the optional argument RUN and, if there is something to compute with, ``--json``."""
    parser = ArgumentParser(
        prog=f"sweeprun {name}",
        description=description,
        epilog=f"example:\n  {example}",
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("run", nargs="?", type=Path, help="the run directory; by default the newest below ./multirun")
    if json:
        parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def chosen_run(path: Path | None) -> RunDirectory:
    """The run that was named, or the newest."""
    return newest_run() if path is None else open_run_directory(path)
