"""Where a run came from: command line, code, versions, host, time."""

import os
import platform
import socket
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from sweeprun import __version__

_PACKAGES = ("numpy", "hydra-core", "omegaconf", "pyarrow", "xarray")
_GIT_SECONDS = 5


def gather_provenance(command: Sequence[str]) -> dict[str, Any]:
    """What is known about this submission, as JSON.

    Parameters
    ----------
    command
        The words of the command line.
    """
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": list(command),
        "cwd": os.fspath(Path.cwd()),
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "platform": platform.platform(),
        "versions": {"python": platform.python_version(), "sweeprun": __version__}
        | {name: _version(name) for name in _PACKAGES},
        "executable": sys.executable,
        "git": _git(),
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _git() -> dict[str, Any] | None:
    """The commit of the working directory and whether files differ from it; None outside a repository."""
    try:
        commit = _ask_git("rev-parse", "HEAD")
        changed = _ask_git("status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return None
    return {"commit": commit, "changed": bool(changed)}


def _ask_git(*arguments: str) -> str:
    answer = subprocess.run(
        ["git", *arguments], capture_output=True, text=True, check=True, timeout=_GIT_SECONDS, stdin=subprocess.DEVNULL
    )
    return answer.stdout.strip()
