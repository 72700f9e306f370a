"""What has grown in the run directory that a node keeps for one worker."""

import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import FormatError
from sweeprun.launchers.remote.frames import Piece
from sweeprun.store.arrivals import files_below, shift_due
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import list_files, opened, read_file

_MOST = 2**31


class Growth:
    """Remembers what was sent of the files of a node.

    Parameters
    ----------
    run
        The run directory of the node.
    log, offset
        The worker's log, and how much of it is there already where it goes to.
    """

    def __init__(self, run: RunDirectory, log: Path, offset: int) -> None:
        self._run = run
        self._sizes = {log: offset}
        self._wholes: dict[Path, tuple[int, int]] = {}
        for path in self._made_once():
            self._is_new(path)  # came with the bundle

    def printed(self) -> Iterator[Piece]:
        """What was added to logs since they were looked at last."""
        yield from self._added_to(list_files(self._run.logs, ".log"))

    def recorded(self) -> Iterator[Piece]:
        """What was added to shards and notes since they were looked at last.

        Only when the worker has answered, or ended: a shard is cut back if it could not be written to its end.
        """
        yield from self._added_to(list_files(self._run.shards, ".arrow"))
        yield from self._added_to(list_files(self._run.workers, ".failures"))
        for path in self._made_once():
            if self._is_new(path):
                yield self._whole(path)

    def left(self, task_ids: TaskIds) -> Iterator[Piece]:
        """What some tasks wrote into their directories, which are gone then: they come back if a task goes on."""
        for task_id in task_ids:
            folder = self._run.task(task_id)
            if folder.is_dir():
                for path in files_below(folder):
                    if self._is_new(path):
                        yield self._whole(path)
                shutil.rmtree(folder, ignore_errors=True)

    def came(self, piece: Piece) -> None:
        """A file came from where the others go to, so it need not be sent back."""
        self._is_new(self._run.path / piece.name)

    def beats(self) -> Iterator[Piece]:
        """The worker's beat, if it has changed; its time limit as seconds from now."""
        for path in list_files(self._run.workers, ".beat"):
            with suppress(FileNotFoundError, FormatError):  # it has ended, or is just writing
                if self._is_new(path):
                    beat = shift_due(read_file(path, 2**16), -time.monotonic())
                    yield Piece(self._name(path), None, beat)

    def _made_once(self) -> list[Path]:
        return [*list_files(self._run.workers, ".json"), *files_below(self._run.codes)]

    def _added_to(self, paths: Iterable[Path]) -> Iterator[Piece]:
        for path in paths:
            start = self._sizes.get(path, 0)
            with opened(path) as (descriptor, size):
                content = _read_at(descriptor, start, size)
            if content:
                self._sizes[path] = start + len(content)
                yield Piece(self._name(path), start, content)

    def _whole(self, path: Path) -> Piece:
        return Piece(self._name(path), None, read_file(path, _MOST))

    def _is_new(self, path: Path) -> bool:
        """Whether a file was never seen as it is now."""
        status = path.lstat()
        seen = (status.st_mtime_ns, status.st_size)
        if self._wholes.get(path) == seen:
            return False
        self._wholes[path] = seen
        return True

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self._run.path))


def _read_at(descriptor: int, start: int, stop: int) -> bytes:
    parts = []
    while start < stop and (part := os.pread(descriptor, stop - start, start)):
        parts.append(part)
        start += len(part)
    return b"".join(parts)
