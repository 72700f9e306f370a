"""What this process writes, and what of it it syncs, event by event: so that a power cut can be played back.

The model is the weakest that file systems keep: an entry of a directory is safe once the directory was synced, the
content of a file once the file was. Of all that came later, anything may be there, be missing, be torn or be zeros.
"""

import os
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True, slots=True, kw_only=True)
class _Write:
    """Bytes that were written, or, if there are none, where a file was truncated."""

    when: int
    file: int
    offset: int
    content: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Name:
    """A name that was given to a file or directory, or taken away."""

    when: int
    path: Path
    file: int
    is_directory: bool = False
    removed: bool = False


@dataclass
class Journal:
    """All events below a folder, which is safe itself."""

    root: Path
    now: int = 0
    _writes: list[_Write] = field(default_factory=list)
    _syncs: list[tuple[int, int]] = field(default_factory=list)
    _names: list[_Name] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Record what this process does."""
        with pytest.MonkeyPatch.context() as patch:
            for name in ("open", "write", "pwrite", "fsync", "ftruncate", "link", "unlink", "mkdir", "replace"):
                patch.setattr(os, name, self._noting(getattr(os, name), getattr(self, f"_{name}")))
            patch.setattr(Path, "open", _plain_open(Path.open))
            yield

    def _noting(self, real: Callable[..., Any], note: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            with self._lock:
                self.now += 1
                return note(lambda: real(*args, **options), *args)

        return call

    def _open(self, real: Callable[[], int], path: Any, flags: int, *_: object) -> int:
        descriptor = real()
        if flags & os.O_CREAT:
            self._name(path)
        return descriptor

    def _write(self, real: Callable[[], int], descriptor: int, content: bytes) -> int:
        offset = os.lseek(descriptor, 0, os.SEEK_CUR) if os.path.isfile(f"/dev/fd/{descriptor}") else 0  # noqa: PTH113
        count = real()
        return self._written(descriptor, offset, bytes(content[:count]), count)

    def _pwrite(self, real: Callable[[], int], descriptor: int, content: bytes, offset: int) -> int:
        count = real()
        return self._written(descriptor, offset, bytes(content[:count]), count)

    def _ftruncate(self, real: Callable[[], None], descriptor: int, size: int) -> None:
        real()
        self._written(descriptor, size, None, 0)

    def _written(self, descriptor: int, offset: int, content: bytes | None, count: int) -> int:
        file = os.fstat(descriptor).st_ino
        self._writes.append(_Write(when=self.now, file=file, offset=offset, content=content))
        return count

    def _fsync(self, real: Callable[[], None], descriptor: int) -> None:
        real()
        self._syncs.append((self.now, os.fstat(descriptor).st_ino))

    def _link(self, real: Callable[[], None], _source: Any, path: Any) -> None:
        real()
        self._name(path)

    def _mkdir(self, real: Callable[[], None], path: Any, *_: object) -> None:
        real()
        self._name(path)

    def _unlink(self, real: Callable[[], None], path: Any) -> None:
        file = os.lstat(path).st_ino
        real()
        self._names.append(_Name(when=self.now, path=Path(path), file=file, removed=True))

    def _replace(self, real: Callable[[], None], source: Any, path: Any) -> None:
        self._unlink(real, source)
        self._name(path)

    def _name(self, path: Any) -> None:
        status = os.lstat(path)
        is_directory = Path(path).is_dir()
        self._names.append(_Name(when=self.now, path=Path(path), file=status.st_ino, is_directory=is_directory))

    def play_back(self, until: int, chance: random.Random, target: Path) -> None:
        """Make what a power cut after so many events may have left, in an empty folder."""
        directories = {self.root: self.root.stat().st_ino}
        there: dict[Path, _Name] = {}
        for name in self._names:
            if name.when > until or self.root not in name.path.parents:
                continue
            if name.is_directory:
                directories[name.path] = name.file
            safe = any(
                name.when < when <= until and file == directories[name.path.parent] for when, file in self._syncs
            )
            if safe or chance.random() < 0.5:
                if name.removed:
                    there.pop(name.path, None)
                else:
                    there[name.path] = name
        for path, name in sorted(there.items()):
            copy = target / path.relative_to(self.root)
            if copy.parent.is_dir():
                if name.is_directory:
                    copy.mkdir()
                else:
                    copy.write_bytes(self._content(name.file, until, chance))

    def _content(self, file: int, until: int, chance: random.Random) -> bytes:
        synced = max((when for when, other in self._syncs if other == file and when <= until), default=0)
        content = bytearray()
        for write in self._writes:
            if write.file != file or write.when > until:
                continue
            data = write.content
            if data is None:
                del content[write.offset :]
                continue
            if write.when > synced:
                data = data[: chance.choice((0, len(data), chance.randint(0, len(data))))]
                data = bytes(len(data)) if chance.random() < 0.2 else data
            if data:
                content.extend(bytes(max(0, write.offset - len(content))))
                content[write.offset : write.offset + len(data)] = data
        return bytes(content)


class _PlainFile:
    """A file that is written through the functions of `os`, which are the ones that are recorded."""

    def __init__(self, path: Path, flags: int) -> None:
        self._descriptor = os.open(path, flags, 0o666)

    def __enter__(self) -> "_PlainFile":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def write(self, content: bytes) -> int:
        return os.write(self._descriptor, content)

    def flush(self) -> None:
        pass

    def fileno(self) -> int:
        return self._descriptor


def _plain_open(real: Callable[..., Any]) -> Callable[..., Any]:
    def opened(path: Path, mode: str = "r", *args: Any, **options: Any) -> Any:
        if mode == "xb":
            return _PlainFile(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        return real(path, mode, *args, **options)

    return opened
