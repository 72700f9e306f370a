"""Paths that users give: those of local files, and none that is a URL, but where a run is collected into.

As a folder's name, ``s3://bucket/run`` would be made in the working directory, and take what was meant for elsewhere.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from sweeprun.errors import UsageError
from sweeprun.wording import Command

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/+")
"""A scheme, and one slash: of ``s3://b``, `Path` makes ``s3:/b``. One letter is a drive of Windows."""

OBJECT_STORES = ("s3", "gs", "az")
"""The schemes of object stores that a collected run can be written to."""


@dataclass(frozen=True, slots=True)
class StoreUrl:
    """The address of something in an object store, such as ``s3://bucket/results.zarr``.

    Attributes
    ----------
    text
        The URL, without a slash at its end.
    """

    text: str

    @property
    def suffix(self) -> str:
        """The ending of its name; of a bucket alone, nothing."""
        return PurePosixPath(self.key).suffix

    @property
    def key(self) -> str:
        """Where it is in the bucket."""
        return self.text.partition("://")[2].partition("/")[2]

    @property
    def scheme(self) -> str:
        """``s3``, ``gs`` or ``az``."""
        return self.text.partition("://")[0]

    def __str__(self) -> str:
        return self.text


OutputPath: TypeAlias = Path | StoreUrl
"""Where a collected run is written to."""


def is_url(text: str) -> bool:
    """Whether a text is a URL, so that it is no path of the local file system."""
    return _URL.match(text) is not None


def without_secrets(text: str) -> str:
    """A text in which URLs are shown without user, password and query, which may be a signature."""
    text = re.sub(r"(:/+)[^/\s'\"]*@", r"\1***@", text)
    return re.sub(r"([A-Za-z][A-Za-z0-9+.-]+:/[^\s'\"?]*\?)[^\s'\"]+", r"\1***", text)


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
        shown = without_secrets(text)
        raise UsageError(
            f"{f'{what} is {shown!r}, which' if what else repr(shown)} is a URL, and runs and files are kept in local "
            f"folders only; give a local path (of a folder that has this name, ./{shown}). Only "
            f"{Command('collect')} writes to an object store, as s3://bucket/results.zarr"
        )
    return Path(path)


def given_path(path: str | os.PathLike[str]) -> OutputPath:
    """A path that the user gave, or the URL of a place in an object store.

    Raises
    ------
    UsageError
        If it is another URL, or one with a password.
    """
    text = os.fspath(path)
    found = _URL.match(text)
    if found is None or found[1].lower() not in OBJECT_STORES:
        return local_path(path)
    url = StoreUrl(f"{found[1].lower()}://{text[found.end() :].rstrip('/')}")
    shown = without_secrets(url.text)
    if "@" in url.text.removesuffix(url.key):
        raise UsageError(
            f"{shown!r} has a user name or password, which would be seen by others; leave them out, and give them as "
            "environment variables, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    if "?" in url.text or "#" in url.text:
        raise UsageError(f"can't write {shown!r}: the address of a store has neither '?' nor '#'")
    return url
