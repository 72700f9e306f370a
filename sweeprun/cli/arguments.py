"""What the subcommands have in common."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path

from sweeprun.store.directory import RunDirectory, newest_run, open_run_directory


def subcommand_parser(name: str, description: str, example: str) -> ArgumentParser:
    """The parser of a subcommand, whose help ends with an example."""
    return ArgumentParser(
        prog=f"sweeprun {name}",
        description=description,
        epilog=f"example:\n  {example}",
        formatter_class=RawDescriptionHelpFormatter,
    )


def run_parser(name: str, description: str, example: str) -> ArgumentParser:
    """The parser of a subcommand that looks at a run: with the optional argument RUN, and ``--json``."""
    parser = subcommand_parser(name, description, example)
    parser.add_argument("run", nargs="?", type=Path, help="the run directory; by default the newest below ./multirun")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def chosen_run(path: Path | None) -> RunDirectory:
    """The run that was named, or the newest."""
    return newest_run() if path is None else open_run_directory(path)
