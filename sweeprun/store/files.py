"""Writing files so that they are there whole or not at all."""

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sweeprun.errors import FormatError

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
"""What file systems without hard links say: FAT, some FUSE and SMB mounts."""


def create_file(path: Path, content: bytes) -> None:
    """Write a file that is made once, atomically and durably: it is there whole or not at all, also after a power cut.

    Raises
    ------
    FileExistsError
        If it is there already.
    """
    with naming(path), temporary_sibling(path) as temporary:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if path.exists():
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), os.fspath(path)) from error
            temporary.replace(path)
        sync_directory(path.parent)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Name the file in what the system says of a write: it names only those that it can't open."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = os.fspath(path)
        raise


@contextmanager
def temporary_sibling(path: Path) -> Iterator[Path]:
    """A unique path in the same directory, removed afterwards if something is still there."""
    temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
    try:
        yield temporary
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def write_fully(descriptor: int, content: bytes) -> None:
    """``os.write`` until everything is written."""
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable, where its file system can."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file.

    Raises
    ------
    FormatError
        If it holds anything else.
    """
    try:
        data = json.loads(path.read_bytes())
    except ValueError as error:
        raise FormatError(f"{path} is not valid JSON: {error}") from error
    if not isinstance(data, dict):
        raise FormatError(f"{path} should hold a JSON object, not a {type(data).__name__}")
    return data
