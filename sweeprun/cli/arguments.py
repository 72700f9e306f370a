"""What the subcommands have in common."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from pathlib import Path

from sweeprun.errors import UsageError
from sweeprun.runs.defaults import ALLOW_DRIFT
from sweeprun.store.local_paths import is_url, local_path
from sweeprun.store.trust import TRUST


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
    parser.add_argument(
        "run", nargs="?", type=local_path, help="the run directory; by default the newest below ./multirun"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def run_and_words(words: Sequence[str]) -> tuple[Path | None, list[str]]:
    """A run directory, if there is one among some words, and the overrides.

    Raises
    ------
    UsageError
        If there is more than one run directory.
    """
    overrides = [word for word in words if "=" in word and not is_url(word) and not Path(word).exists()]
    paths = [word for word in words if word not in overrides]
    if len(paths) > 1:
        raise UsageError(f"one run directory at a time, not {len(paths)}: {' '.join(paths)}")
    return (local_path(paths[0]) if paths else None), overrides


def add_allow_drift(parser: ArgumentParser) -> None:
    """Give a subcommand the flag."""
    parser.add_argument(
        ALLOW_DRIFT,
        action="store_true",
        help="go on even if the code or its packages are not what the run was made with",
    )


def add_trust(parser: ArgumentParser) -> None:
    """Give a subcommand the flag."""
    parser.add_argument(
        TRUST,
        action="store_true",
        help="go on even if the run, or a file in it, belongs to another user",
    )


def split_words(words: Sequence[str]) -> tuple[Path | None, list[str]]:
    """The run or file, if one is named, and the words that choose the task."""
    chosen = [word for word in words if _chooses_task(word) and not Path(word).exists()]
    others = [word for word in words if word not in chosen]
    if len(others) > 1:
        raise UsageError(f"one run or file at a time, not {len(others)}: {' '.join(others)}")
    return (local_path(others[0]) if others else None), chosen


def _chooses_task(word: str) -> bool:
    return word.isdecimal() or ("=" in word and not is_url(word))
