"""Drift: whether the code is still what a run was made with. Results of different code are mixed only if told to."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from sweeprun.errors import UsageError
from sweeprun.store.code import Code, accepted_code, read_code
from sweeprun.store.directory import RunDirectory
from sweeprun.store.manifest import Manifest
from sweeprun.worker.sources import followed

ALLOW_DRIFT = "--allow-drift"


def add_allow_drift(parser: ArgumentParser) -> None:
    """Give a subcommand the flag."""
    parser.add_argument(
        ALLOW_DRIFT,
        action="store_true",
        help="go on even if the code or its packages are not what the run was made with",
    )


def check_drift(run: RunDirectory, manifest: Manifest, *, allowed: bool, doing: str) -> Code | None:
    """The code as it is now; None if it isn't known what the run was made with.

    Parameters
    ----------
    run, manifest
        The run.
    allowed
        Whether to say what differs and go on.
    doing
        What would be wrong with other code, for the message: ``"its results would be mixed with others"``.

    Raises
    ------
    UsageError
        If it differs.
    """
    accepted = read_code(run, accepted_code(run, manifest))
    if accepted is None:
        print(f"sweeprun: what code {run.shown()} was made with is not known", file=sys.stderr)
        return None
    now = accepted.read_again(None if Path(accepted.base).is_dir() else Path.cwd())
    differences = accepted.differences(now)
    if not differences:
        return now
    now = followed(now, manifest.python_path)
    listed = "\n  ".join(differences)
    if not allowed:
        raise UsageError(
            f"the code is not what {run.shown()} was made with, so {doing}:\n  {listed}\n"
            f"Restore it, start a new sweep, or add {ALLOW_DRIFT} (every record says what it was made with)"
        )
    print(f"sweeprun: the code is not what {run.shown()} was made with:\n  {listed}", file=sys.stderr)
    return now
