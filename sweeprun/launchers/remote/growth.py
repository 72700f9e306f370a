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
_MOST_BEAT = 2**16


class Growth:
    """Remembers what was sent of the files of a node.

    Parameters
    ----------
    run
        The run directory of the node.
    """

    def __init__(self, run: RunDirectory) -> None:
        self._run = run
        self._sizes: dict[Path, int] = {}
        self._made: set[Path] = set()
        self._beat = b""

    def begin(self, log: Path, offset: int) -> None:
        """The worker is about to start: what is there is known where the rest goes to, and so much of its log."""
        self._sizes[log] = offset
        self._made.update(self._made_once())

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
            if path not in self._made:
                self._made.add(path)
                yield self._whole(path)

    def left(self, task_ids: TaskIds) -> Iterator[Piece]:
        """What is in the directories of some tasks, which are gone then: they come back if a task goes on."""
        for task_id in task_ids:
            folder = self._run.task(task_id)
            if folder.is_dir():
                yield from map(self._whole, files_below(folder))
                shutil.rmtree(folder, ignore_errors=True)

    def beats(self) -> Iterator[Piece]:
        """The worker's beat, if it has changed; its time limit as seconds from now."""
        for path in list_files(self._run.workers, ".beat"):
            with suppress(FileNotFoundError, FormatError):  # it has ended, or is just writing
                beat = read_file(path, _MOST_BEAT)
                due_from_now = shift_due(beat, -time.monotonic())
                if beat != self._beat:
                    self._beat = beat
                    yield Piece(self._name(path), None, due_from_now)

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

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self._run.path))


def _read_at(descriptor: int, start: int, stop: int) -> bytes:
    parts = []
    while start < stop and (part := os.pread(descriptor, stop - start, start)):
        parts.append(part)
        start += len(part)
    return b"".join(parts)
