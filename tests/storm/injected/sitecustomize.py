"""What a network file system does to a process now and then: imported by every Python of a storm as it starts.

The file that STORM_FAULTS names says what fails at the moment; without it, nothing does. Only files below STORM_FOLDER
are concerned. Calls fail before they do anything, or, if they write, after half of it.
"""

import builtins
import errno
import io
import json
import os
import random
import time
from collections.abc import Callable
from typing import Any

_CONTROL = os.environ["STORM_FAULTS"]
_FOLDER = os.environ["STORM_FOLDER"] + "/"
_chance = random.Random(os.getpid() ^ time.time_ns())
_stat, _readlink, _open = os.stat, os.readlink, os.open


def _faults() -> dict[str, Any]:
    """What fails: the ``rate`` of calls, the ``errors`` by name, and the ``delay`` after which a file can be seen."""
    try:
        descriptor = _open(_CONTROL, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return {}
    try:
        found: dict[str, Any] = json.loads(_read(descriptor, 10_000))
        return found
    finally:
        os.close(descriptor)


def _path(target: Any, dir_fd: int | None = None) -> str:
    if isinstance(target, int):
        try:
            return _readlink(f"/proc/self/fd/{target}")
        except OSError:
            return ""
    path = os.fsdecode(target)
    if dir_fd is not None:
        path = f"{_path(dir_fd)}/{path}"
    return os.path.abspath(path)  # noqa: PTH100  # a link to elsewhere stays one


def _error(target: Any, dir_fd: int | None = None) -> OSError | None:
    """How a call about a file fails this time; None if it doesn't."""
    path = _path(target, dir_fd)
    if not (path + "/").startswith(_FOLDER):
        return None
    faults = _faults()
    if not faults or _chance.random() >= faults["rate"]:
        return None
    number = getattr(errno, _chance.choice(faults["errors"]))
    return OSError(number, os.strerror(number), None if isinstance(target, int) else os.fsdecode(target))


def _is_unseen(target: Any, dir_fd: int | None = None) -> bool:
    """Whether a file is so new that other hosts wouldn't see it yet."""
    path = _path(target, dir_fd)
    delay = _faults().get("delay", 0) if path.startswith(_FOLDER) else 0
    try:
        return bool(delay) and time.time() - _stat(path).st_mtime < delay
    except OSError:
        return False


def _failing(call: Callable[..., Any]) -> Callable[..., Any]:
    def failing(target: Any, *arguments: Any, **options: Any) -> Any:
        if (error := _error(target, options.get("dir_fd"))) is not None:
            raise error
        return call(target, *arguments, **options)

    return failing


def _failing_write(call: Callable[..., int]) -> Callable[..., int]:
    def write(descriptor: int, content: Any, *place: int) -> int:
        if (error := _error(descriptor)) is not None:
            if _chance.random() < 0.5:
                call(descriptor, memoryview(content)[: len(content) // 2], *place)
            raise error
        return call(descriptor, content, *place)

    return write


def _failing_open(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
    dir_fd = options.get("dir_fd")
    if (error := _error(path, dir_fd)) is not None:
        raise error
    if not flags & (os.O_WRONLY | os.O_RDWR | os.O_DIRECTORY) and _is_unseen(path, dir_fd):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), os.fsdecode(path))
    return _open(path, flags, *arguments, **options)


_read = os.read
os.open = _failing_open
for _name in ("fsync", "read", "pread", "preadv", "link", "replace", "rename", "unlink", "mkdir", "listdir", "scandir"):
    setattr(os, _name, _failing(getattr(os, _name)))
for _name in ("write", "pwrite"):
    setattr(os, _name, _failing_write(getattr(os, _name)))
io.open = builtins.open = _failing(io.open)
