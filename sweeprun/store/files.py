"""Files of a run: written so that they are there whole or not at all, and read as if somebody hostile had made them."""

import errno
import json
import mmap
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sweeprun.errors import FormatError, UnreadableError

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV, errno.EINVAL}
"""What file systems without hard links say: FAT, AFS, some FUSE and SMB mounts."""

_HERE, _NO_REPLACE = -100, 1
"""`AT_FDCWD` and `RENAME_NOREPLACE` of Linux."""

_NO_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
"""What file systems say that sync files only: some network and FUSE mounts."""

MOST_JSON = 2**25
"""Bytes of JSON: half a million values that are listed one by one. Python's objects take up to 30 times as much."""

_DEEPEST_JSON = 100


def create_file(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write a file that is made once, atomically and durably: it is there whole or not at all, also after a power cut.

    Parameters
    ----------
    path, content
        The file, and what is to be in it.
    private
        Whether only its owner may read it.

    Raises
    ------
    FileExistsError
        If it is there already.
    OSError
        If it can't be written, or its name can't be made durable; it is not there then.
    """
    with naming(path), temporary_sibling(path) as temporary:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        descriptor = os.open(temporary, flags, 0o600 if private else 0o666)
        try:
            write_fully(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        try:
            os.link(temporary, path)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            _rename_to_new(temporary, path)
        with undone_on_error(path.unlink):
            sync_directory(path.parent)


@contextmanager
def undone_on_error(undo: Callable[[], None]) -> Iterator[None]:
    """Undo what was done, as far as that is possible, if the block fails: what isn't durable isn't left behind."""
    try:
        yield
    except BaseException:
        with suppress(OSError):
            undo()
        raise


def _rename_to_new(source: Path, path: Path) -> None:
    """Rename a file, unless the new name is taken: of several processes at once, one does it, where the system can."""
    import ctypes  # only now: few file systems have no links

    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is not None and rename(_HERE, os.fsencode(source), _HERE, os.fsencode(path), _NO_REPLACE) == 0:
        return
    if (rename is not None and ctypes.get_errno() == errno.EEXIST) or os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), os.fspath(path))
    source.replace(path)


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


def write_fully(descriptor: int, content: bytes | memoryview) -> None:
    """``os.write`` until everything is written."""
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def write_fully_at(descriptor: int, content: bytes | memoryview, offset: int) -> None:
    """``os.pwrite`` until everything is written."""
    view = memoryview(content)
    while view:
        count = os.pwrite(descriptor, view, offset)
        view, offset = view[count:], offset + count


def make_directory(path: Path) -> None:
    """Make a directory, if it isn't there yet, so that its name survives a power cut."""
    if not path.is_dir():
        path.mkdir(exist_ok=True)
        with undone_on_error(path.rmdir):  # or the next one would take it for durable
            sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable, where its file system can.

    Raises
    ------
    OSError
        If it should be able to, and it failed: whoever goes on would promise too much.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except PermissionError:  # one in which names may be made, but not listed
        os.sync()
        return
    try:
        with naming(path):
            os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise
    finally:
        os.close(descriptor)


def read_file(path: Path, most: int) -> bytes:
    """The content of a regular file of a run, which somebody else may have made.

    Neither it nor its directory may be a symbolic link, so nothing outside the run is read; a FIFO or a device is not
    waited for.

    Parameters
    ----------
    path
        The file.
    most
        Bytes that it has at most.

    Raises
    ------
    FileNotFoundError
        If there is none.
    FormatError
        If it is no such file, or larger; an `UnreadableError` if the system can't read it.
    """
    with opened(path) as (descriptor, size):
        if size > most:
            raise FormatError(f"{path} has {size} bytes, and such a file has {most} at most")
        return _read(descriptor, size)


def read_large_file(path: Path) -> tuple[memoryview, list[tuple[int, int]]]:
    """The same of a file of any size, and where it has data: of a sparse one, holes are zeros that take no memory."""
    with opened(path) as (descriptor, size):
        parts = parts_on_disk(descriptor, size)
        if sum(stop - start for start, stop in parts) == size:
            return memoryview(_read(descriptor, size)), parts
        flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | getattr(mmap, "MAP_NORESERVE", 0)
        content = memoryview(mmap.mmap(-1, size, flags=flags))
        for start, stop in parts:
            place = start
            while place < stop and (count := os.preadv(descriptor, [content[place:stop]], place)):
                place += count
        return content, parts


def read_tail(path: Path, most: int) -> bytes:
    """The last bytes of a file of a run; see `read_file`."""
    with opened(path) as (descriptor, size):
        return os.pread(descriptor, most, max(0, size - most))


@contextmanager
def opened(path: Path) -> Iterator[tuple[int, int]]:
    """A regular file, as its descriptor and size."""
    directory = descriptor = -1
    try:
        directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        descriptor = os.open(path.name, flags, dir_fd=directory)
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise FormatError(f"{path} should be a regular file, and is none")
        yield descriptor, status.st_size
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _unreadable(path, error) from error
    except (MemoryError, OverflowError) as error:
        raise FormatError(f"{path} is too large for the memory of this machine") from error
    finally:
        for opened in (descriptor, directory):
            if opened >= 0:
                os.close(opened)


def _unreadable(path: Path, error: OSError) -> FormatError:
    if error.errno in (errno.ELOOP, errno.ENOTDIR):
        return FormatError(f"{path} leads out of its run: it or its directory is a symbolic link, or no directory")
    if error.errno == errno.ENXIO:
        return FormatError(f"{path} should be a regular file, and is none")
    may_pass = error.errno not in (errno.EACCES, errno.EPERM)
    return UnreadableError(f"{path} can't be read: {error.strerror}", may_pass=may_pass)


def _read(descriptor: int, size: int) -> bytes:
    """Up to ``size`` bytes: a file that grows meanwhile is read as it was."""
    parts = []
    while size > 0 and (part := os.read(descriptor, size)):
        parts.append(part)
        size -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def parts_on_disk(descriptor: int, size: int) -> list[tuple[int, int]]:
    """Where a file has data, the holes in it left out, as ``(start, stop)``."""
    parts = []
    stop = 0
    try:
        while stop < size:
            start = os.lseek(descriptor, stop, os.SEEK_DATA)
            stop = min(os.lseek(descriptor, start, os.SEEK_HOLE), size)
            parts.append((start, stop))
    except (OSError, AttributeError) as error:
        if getattr(error, "errno", None) != errno.ENXIO:  # no data after this; anything else: it can't be told
            parts = [(0, size)]
    os.lseek(descriptor, 0, os.SEEK_SET)
    return parts


def list_files(directory: Path, ending: str) -> list[Path]:
    """The files of a run's directory whose names end so, by name; none if there is no such directory.

    Raises
    ------
    FormatError
        If it is a symbolic link, or no directory.
    """
    try:
        if stat.S_ISLNK(directory.lstat().st_mode):
            raise FormatError(f"{directory} is a symbolic link; the files of a run are in its own directories")
        return sorted(path for path in directory.iterdir() if path.name.endswith(ending))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise FormatError(f"{directory} can't be listed: {error.strerror}") from error


def read_json(path: Path, most: int = MOST_JSON) -> dict[str, Any]:
    """The JSON object in a file of a run; see `read_file`.

    Raises
    ------
    FormatError
        If it holds anything else, or is nested too deeply.
    """
    try:
        data = json.loads(read_file(path, most))
        if _is_deep(data):
            raise RecursionError
    except ValueError as error:
        raise FormatError(f"{path} is not valid JSON: {error}") from error
    except RecursionError:
        raise FormatError(f"{path} is malformed: its JSON is nested deeper than {_DEEPEST_JSON} levels") from None
    if not isinstance(data, dict):
        raise FormatError(f"{path} should hold a JSON object, not a {type(data).__name__}")
    return data


def _is_deep(data: Any) -> bool:
    level = [data] if isinstance(data, dict | list) else []
    for _ in range(_DEEPEST_JSON):
        level = [
            item
            for parent in level
            for item in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(item, dict | list)
        ]
        if not level:
            return False
    return True
