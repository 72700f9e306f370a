"""Paths that users give: those of local files, and none that is a URL.

As a folder's name, ``s3://bucket/run`` would be made in the working directory, and take what was meant for elsewhere.
"""

import os
import re
from pathlib import Path

from sweeprun.errors import UsageError

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
"""A scheme, and one slash: of ``s3://b``, `Path` makes ``s3:/b``. One letter is a drive of Windows."""


def is_url(text: str) -> bool:
    """Whether a text is a URL, so that it is no path of the local file system."""
    return _URL.match(text) is not None


def local_path(path: str | os.PathLike[str], what: str = "") -> Path:
    """A path that the user gave.

    Parameters
    ----------
    path
        The path.
    what
        Where it was given, such as ``hydra.sweep.dir``; of an argument of the command line, nothing.

    Raises
    ------
    UsageError
        If it is a URL.
    """
    text = os.fspath(path)
    if is_url(text):
        raise UsageError(
            f"{f'{what} is {text!r}, which' if what else repr(text)} is a URL, and runs and files are kept in local "
            f"folders only; give a local path (of a folder that has this name, ./{text})"
        )
    return Path(path)
