"""The content of a large file, read piece by piece: never all of it in memory, and never mapped.

A mapped file that somebody cuts short kills whoever reads it; here that is an error.
"""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from sweeprun.errors import FormatError
from sweeprun.store.files import opened, parts_on_disk, read_large_file

_WINDOW_BYTES = 2**16
_SMALL_READ = 2**12
_SEARCHED_BYTES = 2**20


@dataclass(slots=True)
class FileContent:
    """Some bytes of a file, which slicing reads.

    Attributes
    ----------
    path
        The file.
    start, stop
        Which of its bytes.
    """

    path: Path
    start: int
    stop: int
    _window: tuple[int, bytes] = field(default=(0, b""), repr=False)

    def __len__(self) -> int:
        return self.stop - self.start

    def __getitem__(self, place: slice) -> bytes:
        begin, end, _ = place.indices(len(self))
        if end <= begin:
            return b""
        if end - begin > _SMALL_READ:
            return self._read(begin, end)
        offset = begin - self._window[0]
        if offset < 0 or offset + end - begin > len(self._window[1]):
            self._window = (begin, self._read(begin, min(begin + _WINDOW_BYTES, len(self))))
            offset = 0
        return self._window[1][offset : offset + end - begin]

    def part(self, begin: int, end: int) -> "FileContent":
        """A stretch of it, not read yet."""
        return FileContent(self.path, self.start + begin, self.start + end)

    def search(self, pattern: re.Pattern[bytes], begin: int, end: int, longest: int) -> int | None:
        """Where a pattern, whose matches have ``longest`` bytes at most, first begins; None if it doesn't."""
        for place in range(begin, end, _SEARCHED_BYTES):
            found = pattern.search(self[place : min(place + _SEARCHED_BYTES + longest - 1, end)])
            if found is not None:
                return place + found.start()
        return None

    def _read(self, begin: int, end: int) -> bytes:
        with opened(self.path) as (descriptor, _):
            content = os.pread(descriptor, end - begin, self.start + begin)
            if len(content) < end - begin:  # more than the system reads at once: into one buffer, not joined from parts
                with open(descriptor, "rb", closefd=False) as file:
                    file.seek(self.start + begin)
                    del content
                    content = file.read(end - begin)
        if len(content) < end - begin:
            raise FormatError(f"{self.path} has become shorter while it was read")
        return content


def read_content(
    path: Path, *, in_memory: bool, start: int = 0
) -> tuple[memoryview | FileContent, list[tuple[int, int]]]:
    """The content of a file as it is now, from a byte on, and where it has data.

    Raises
    ------
    FileNotFoundError, FormatError
        As `read_large_file`.
    """
    if in_memory and not start:
        return read_large_file(path)
    with opened(path) as (descriptor, size):
        content = FileContent(path, min(start, size), size)
        parts = [(begin - start, end - start) for begin, end in parts_on_disk(descriptor, size) if end > start]
    parts = [(max(begin, 0), end) for begin, end in parts]
    return memoryview(content[:]) if in_memory else content, parts
