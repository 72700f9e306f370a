"""Files of a run that workers write on machines which don't see it, as they arrive here, piece by piece."""

import json
import os
import re
import stat
from contextlib import suppress
from pathlib import Path, PurePosixPath

from sweeprun.errors import FormatError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import create_file, sync_directory, temporary_sibling, undone_on_error, write_fully

_FOLDERS = frozenset({"shards", "logs", "workers", "code"})
_TASK = re.compile("0|[1-9][0-9]*")


class Arrivals:
    """Writes what arrives of a run.

    Parameters
    ----------
    run
        The run.
    """

    def __init__(self, run: RunDirectory) -> None:
        self._run = run
        self._unsynced: set[Path] = set()

    def take(self, name: str, offset: int | None, content: bytes) -> None:
        """Write a piece of a file.

        Parameters
        ----------
        name
            The file, below the run directory.
        offset
            Where the piece begins; None if it is all of the file.
        content
            Its bytes.

        Raises
        ------
        FormatError
            If there should be no such file, or the piece doesn't go on where the file ends.
        OSError
            If it can't be written.
        """
        path = self._path(name)
        if path.suffix == ".failures":  # lines, of all workers
            _append(path, None, content)
        elif offset is not None:
            _append(path, offset, content)
            if path.parent == self._run.shards:
                self._unsynced.add(path)
        elif path.parent in (self._run.workers, self._run.codes) and path.suffix != ".beat":
            path.parent.mkdir(exist_ok=True)
            with suppress(FileExistsError):  # made once, of whatever worker was the first
                create_file(path, content)
        else:
            _replace(path, content)

    def sync(self) -> None:
        """Make what arrived of shards durable.

        Raises
        ------
        OSError
            If that fails.
        """
        while self._unsynced:
            path = self._unsynced.pop()
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            sync_directory(path.parent)

    def _path(self, name: str) -> Path:
        parts = PurePosixPath(name).parts
        plain = len(parts) > 1 and all(part not in ("..", "/") and "\0" not in part for part in parts)
        if not plain or not (_TASK.fullmatch(parts[0]) or (parts[0] in _FOLDERS and len(parts) == 2)):
            raise FormatError(f"a worker sent a file {name!r}, and there is none of that name in a run")
        return self._run.path.joinpath(*parts)


def _append(path: Path, offset: int | None, content: bytes) -> None:
    """Write behind the end of a file, which must be where the piece begins."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(path, flags, 0o666)
    try:
        size = os.fstat(descriptor).st_size
        if offset is not None and size != offset:
            raise FormatError(f"{path} has {size} bytes, and what arrived goes on at {offset}")
        with undone_on_error(lambda: os.ftruncate(descriptor, size)):
            write_fully(descriptor, content)
    finally:
        os.close(descriptor)


def _replace(path: Path, content: bytes) -> None:
    """Write a file anew; whoever reads meanwhile has the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with temporary_sibling(path) as temporary:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            write_fully(descriptor, content)
        finally:
            os.close(descriptor)
        temporary.replace(path)


def files_below(directory: Path) -> list[Path]:
    """The regular files in a directory and in those below it, links left alone; none if there is no such directory."""
    found: list[Path] = []
    try:
        entries = sorted(directory.iterdir())
    except OSError:
        return found
    for path in entries:
        with suppress(OSError):
            mode = path.lstat().st_mode
            if stat.S_ISDIR(mode):
                found += files_below(path)
            elif stat.S_ISREG(mode):
                found.append(path)
    return found


def shift_due(beat: bytes, seconds: float) -> bytes:
    """A beat whose time limit is by another clock, which shows so much more; one without a limit stays as it is.

    Raises
    ------
    FormatError
        If it is none.
    """
    try:
        data = json.loads(beat)
        if data["due"]:
            data["due"] += seconds
        return json.dumps(data).encode()
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise FormatError(f"no beat: {beat[:80]!r}") from error
