"""Looking at the shards of a run again and again: only what was added since is read."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sweeprun.store.files import list_files
from sweeprun.store.shards import ShardContents, fit_in_memory, read_shard


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What was read of a shard, and what identified its content then."""

    contents: ShardContents
    device: int
    inode: int
    size: int
    changed: int

    def is_of(self, status: os.stat_result) -> bool:
        """Whether it is what the file still holds."""
        return self.began(status) and (self.size, self.changed) == (status.st_size, status.st_mtime_ns)

    def began(self, status: os.stat_result) -> bool:
        """Whether the file has only grown since: shards are only appended to."""
        return (self.device, self.inode) == (status.st_dev, status.st_ino) and self.size <= status.st_size

    @property
    def is_whole(self) -> bool:
        """Whether everything could be read, but for what was being written."""
        return bool(self.contents.batches) and (self.contents.torn is None or self.contents.only_tail)


@dataclass(slots=True)
class ShardReader:
    """Reads the shards of one run, and remembers them."""

    _known: dict[Path, _Read] = field(default_factory=dict)

    def read(self, directory: Path) -> Iterator[ShardContents]:
        """All shards, as `read_shards` gives them.

        Raises
        ------
        FormatError
            If the directory is none of the run's own.
        """
        paths = list_files(directory, ".arrow")
        in_memory = fit_in_memory(paths)
        known, self._known = self._known, {}
        patient = True
        for path in paths:
            contents = self._read(path, known.get(path), in_memory=in_memory, patient=patient)
            patient &= not contents.unreadable
            yield contents

    def _read(self, path: Path, before: _Read | None, *, in_memory: bool, patient: bool) -> ShardContents:
        try:
            status = path.lstat()
        except OSError:
            return read_shard(path, in_memory=in_memory, patient=patient)  # which says what is wrong
        if before is not None and before.is_of(status):
            self._known[path] = before
            return before.contents
        grown = before.contents if before is not None and before.is_whole and before.began(status) else None
        contents = read_shard(path, in_memory=in_memory, known=grown, patient=patient)
        if contents.unreadable:  # perhaps for the moment only, and the file need not change before it can be read
            return contents
        self._known[path] = _Read(
            contents=contents,
            device=status.st_dev,
            inode=status.st_ino,
            size=status.st_size,
            changed=status.st_mtime_ns,
        )
        return contents
