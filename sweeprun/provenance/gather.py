"""Where results come from: command line, code, packages, host, time. No environment variable is ever recorded."""

import os
import platform
import shlex
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sweeprun._version import __version__
from sweeprun.provenance.code import Code, write_code
from sweeprun.provenance.git import read_git
from sweeprun.provenance.origin import cpu_model
from sweeprun.provenance.packages import installed_packages
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import create_file, make_directory

_SHORT = ("numpy", "hydra-core", "omegaconf", "pyarrow", "xarray")
"""The packages whose versions the short form has."""


def keep_provenance(run: RunDirectory, command: Sequence[str], code: Code | None) -> dict[str, Any]:
    """Gather where what is about to be run comes from, and keep in the run directory what is too long for JSON.

    Parameters
    ----------
    run
        The run.
    command
        The words of the command line.
    code
        The code as it is now; None if that can't be told.

    Returns
    -------
    dict
        As the manifest and submissions hold it; strict JSON.
    """
    packages = installed_packages()
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": list(command),
        "cwd": os.fspath(Path.cwd()),
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "platform": platform.platform(),
        "cpu": cpu_model(),
        "executable": sys.executable,
        "versions": {"python": platform.python_version(), "sweeprun": __version__}
        | {name: packages.get(name) for name in _SHORT},
        "packages": packages,
        "blas": _blas(),
        "code": None if code is None else write_code(run, code),
        "git": _keep_git(run),
    }


def command_text(provenance: Mapping[str, Any]) -> str:
    """The command line that something was started with, as it was typed; or the call in Python, which is one word."""
    words = provenance.get("command", [])
    return str(words[0]) if len(words) == 1 else shlex.join(words)


def shown_time(seconds: float | None) -> str | None:
    """A Unix time as provenance writes it; as a number if it is none that a calendar has."""
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def short_form(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """What a Dataset says of its provenance: all but the packages that have nothing to do with sweeprun."""
    return {name: value for name, value in provenance.items() if name not in ("packages", "pid", "executable")}


def _blas() -> dict[str, str]:
    """The library that does NumPy's linear algebra, as NumPy was built with it."""
    import numpy as np

    with suppress(Exception):  # what NumPy says here has changed before
        config: Any = np.show_config(mode="dicts")
        blas = config["Build Dependencies"]["blas"]
        return {name: str(blas[name]) for name in ("name", "version", "openblas configuration") if name in blas}
    return {}


def _keep_git(run: RunDirectory) -> dict[str, Any] | None:
    state = read_git(Path.cwd())
    if state is None or isinstance(state, str):
        return None if state is None else {"commit": None, "changed": None, "problem": state}
    found: dict[str, Any] = {"commit": state.commit, "changed": state.changed, "left_out": list(state.left_out)}
    if state.patch:
        path = run.patch(state.patch_digest)
        make_directory(run.codes)
        with suppress(FileExistsError):
            create_file(path, state.patch, private=True)
        found["patch"] = f"{path.parent.name}/{path.name}"
    return found
