"""Whether files are still what somebody wrote, by what a directory says of them: their lengths and times."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from sweeprun.store.files import sync_directory


def seal_of(root: Path, files: Iterable[Path]) -> int:
    """A number of 63 bits for the names, lengths and times of some files below a directory, and for which are missing.

    The order doesn't matter. Whoever writes to one of them, even the same, changes it, but within one tick of the
    file system's clock; so does copying.
    """
    told = sorted(_told(root, path) for path in files)
    return int.from_bytes(hashlib.sha256(repr(told).encode(errors="backslashreplace")).digest()[:8]) >> 1


def _told(root: Path, path: Path) -> tuple[str, int, int]:
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return str(path.relative_to(root)), -1, -1
    return str(path.relative_to(root)), status.st_size, status.st_mtime_ns


def make_durable(root: Path, files: Iterable[Path]) -> None:
    """Let some files, and their names, survive a power cut; those that are missing stay so."""
    directories: set[Path] = set()
    for path in files:
        directories.update(parent for parent in path.parents if parent.is_relative_to(root))
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            continue
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    for directory in sorted(directories, reverse=True):
        with suppress(FileNotFoundError, NotADirectoryError):  # nothing was written there
            sync_directory(directory)


def files_below(directory: Path) -> Iterator[Path]:
    """All files below a directory."""
    return (path for path in directory.rglob("*") if path.is_file())
