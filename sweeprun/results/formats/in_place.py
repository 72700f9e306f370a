"""Files and stores put in the place of what was there, whole or not at all."""

import errno
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sweeprun.errors import UsageError
from sweeprun.store.files import sync_directory, temporary_sibling

_TRIAL = 1 << 18
"""Bytes: more than a library that gave up can have left free on a full disk."""


def write_in_place(path: Path, write: Callable[[Path], None], check: Callable[[Path], None]) -> None:
    """Have a file or a store written beside, whole, and put it in its place.

    Parameters
    ----------
    path, write
        Where, and what writes to a new path.
    check
        What refuses a path that can't be written, or has something else by now.

    Raises
    ------
    UsageError
        If the path can't be written.
    """
    check(path)
    try:
        with temporary_sibling(path.absolute()) as temporary:
            try:
                write(temporary)
                put_in_place(temporary, path.absolute())
            except RuntimeError as error:  # what the netCDF library calls a full disk, among others
                raise UsageError(f"can't write {str(path)!r}: {_why_no_more(temporary) or error}") from error
            finally:
                if temporary.is_dir():
                    shutil.rmtree(temporary)
    except OSError as error:
        raise UsageError(f"can't write {str(path)!r}: {error.strerror or error}") from error


def _why_no_more(path: Path) -> str:
    """Why no more can be written to a file, as the system says it; empty if more can be."""
    if path.is_dir():
        return ""
    try:
        with path.open("ab") as file:
            file.write(bytes(_TRIAL))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return error.strerror or str(error)
    return ""


def put_in_place(temporary: Path, path: Path) -> None:
    """Replace what is there, durably; a directory can't be replaced at once, and somebody else may be doing it, too."""
    if temporary.is_dir():
        _put_directory_in_place(temporary, path)
    else:
        temporary.replace(path)
    sync_directory(path.parent)


def _put_directory_in_place(temporary: Path, path: Path) -> None:
    while True:
        with temporary_sibling(path) as older:
            try:
                with suppress(FileNotFoundError):
                    path.rename(older)
                temporary.rename(path)
                return
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                    raise
            finally:
                if older.is_dir():
                    shutil.rmtree(older)
