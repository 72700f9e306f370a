"""Drift: whether the code is still what a run was made with. Results of different code are mixed only if told to."""

from collections.abc import Sequence
from pathlib import Path

from sweeprun.errors import UsageError
from sweeprun.provenance.code import Code, accepted_code, read_code
from sweeprun.runs.defaults import ALLOW_DRIFT
from sweeprun.runs.events import SILENT, Observer
from sweeprun.store.directory import RunDirectory
from sweeprun.store.manifest import Manifest
from sweeprun.worker.sources import followed


def check_drift(
    run: RunDirectory,
    manifest: Manifest,
    *,
    allowed: bool,
    doing: str,
    code: Code | None = None,
    observer: Observer = SILENT,
) -> Code | None:
    """The code as it is now, if it is what a run was made with; see `check_code`."""
    accepted = read_code(run, accepted_code(run, manifest))
    return check_code(
        accepted, run.shown(), manifest.python_path, allowed=allowed, doing=doing, code=code, observer=observer
    )


def check_code(
    accepted: Code | None,
    shown: str,
    python_path: Sequence[str],
    *,
    allowed: bool,
    doing: str,
    code: Code | None = None,
    observer: Observer = SILENT,
) -> Code | None:
    """The code as it is now; None if it isn't known what it was.

    Parameters
    ----------
    accepted
        The code that results were made with.
    shown
        What these are results of, as one would type it.
    python_path
        Directories that workers put in front of ``sys.path``.
    allowed
        Whether to say what differs and go on.
    doing
        What would be wrong with other code, for the message: ``"its results would be mixed with others"``.
    code
        The code as it is now, if it is that of another function.
    observer
        Hears what differs, if that is allowed.

    Raises
    ------
    UsageError
        If it differs.
    """
    if accepted is None:
        observer.warn(f"what code {shown} was made with is not known")
        return code
    now = code or accepted.read_again(None if Path(accepted.base).is_dir() else Path.cwd())
    differences = accepted.differences(now)
    if not differences:
        return now
    now = code or followed(now, python_path)
    listed = "\n  ".join(differences)
    if not allowed:
        raise UsageError(
            f"the code is not what {shown} was made with, so {doing}:\n  {listed}\n"
            f"Restore it, start a new sweep, or add {ALLOW_DRIFT} (every record says what it was made with)"
        )
    observer.warn(f"the code is not what {shown} was made with:\n  {listed}")
    return now
