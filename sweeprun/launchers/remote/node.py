"""What runs where a remote worker does: ``python -m sweeprun.launchers.remote.node``, its standard streams the link.

It makes a directory for the worker, puts there what comes of the run, starts the worker, and hands on what is asked and
answered. Before each answer goes what the worker wrote by then. If the stream ends, so does the worker, with all that
it has started: whoever would hear of its tasks is gone.
"""

import ctypes
import json
import os
import selectors
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from sweeprun._version import __version__
from sweeprun.design.task_ids import TaskIds
from sweeprun.launchers.local_links import worker_command
from sweeprun.launchers.process import WorkerProcess
from sweeprun.launchers.remote.frames import HELLO, Frame, FrameReader, Piece, Word
from sweeprun.launchers.remote.growth import Growth
from sweeprun.launchers.work_queue import tasks_asked
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import write_fully
from sweeprun.store.workers import Place

_BYTES = 2**20
_LOOK_SECONDS = 0.2
"""So often is looked at what the worker is doing, and at what it has printed."""


class Node:
    """Serves one worker.

    Parameters
    ----------
    run
        The run directory that it makes for the worker.
    requests, answers
        The descriptors of the stream.
    """

    def __init__(self, run: RunDirectory, requests: int, answers: int) -> None:
        self._run = run
        self._requests = requests
        self._answers = answers
        self._reader = FrameReader(greeted=True)
        self._selector = selectors.DefaultSelector()
        self._link: WorkerProcess | None = None
        self._growth = Growth(run)
        self._asked = TaskIds(())
        self._stopped = False
        self._looked = 0.0

    def serve(self) -> None:
        """Serve until the worker has ended, or whoever asks is gone."""
        for folder in (self._run.shards, self._run.workers, self._run.logs, self._run.submissions):
            folder.mkdir(parents=True)
        self._send([Word(HELLO, __version__)])
        self._selector.register(self._requests, selectors.EVENT_READ)
        try:
            while not self._turn():
                pass
        finally:
            if self._link is not None:
                self._link.kill()
                self._link.end()

    def _turn(self) -> bool:
        """Do what there is to do; whether it is all done."""
        for key, _ in self._selector.select(_LOOK_SECONDS):
            if key.data is None:
                content = os.read(self._requests, _BYTES)
                if not content:
                    return True
                for frame in self._reader.feed(content):
                    self._obey(frame)
        if self._link is None:
            return False
        ended = self._link.has_ended()
        if lines := self._link.read():
            self._report()
            self._send(Word("answer", line) for line in lines)
        elif ended:
            self._end(self._link)
            return True
        elif time.monotonic() >= self._looked + _LOOK_SECONDS:
            self._look(self._link)
        return False

    def _obey(self, frame: Frame) -> None:
        match frame, self._link:
            case Piece(), _:
                self._keep(frame)
            case Word("start", text), None:
                self._start(**json.loads(text))
            case Word("ask", request), WorkerProcess() as link:
                self._asked = tasks_asked(request)
                link.ask(request)
            case Word(verb), WorkerProcess() as link:
                _COMMANDS[verb](link)

    def _keep(self, piece: Piece) -> None:
        """Write a file that the worker reads."""
        path = self._run.path / piece.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(piece.content)

    def _start(self, place: dict[str, int], log: str, offset: int, environment: dict[str, str]) -> None:
        """Start the worker, whose log goes on where it ended."""
        path = self._run.logs / log
        path.touch()
        os.truncate(path, offset)
        self._growth.begin(path, offset)
        command = worker_command(self._run.path, Place(**place))
        self._link = WorkerProcess.start(command, path, {**os.environ, **environment}, first=_end_with_parent)
        self._link.watch(self._selector, self._link)

    def _report(self) -> None:
        """Send what the worker has written."""
        self._send(self._growth.printed())
        self._send(self._growth.recorded())
        self._send(self._growth.left(self._asked))

    def _look(self, link: WorkerProcess) -> None:
        """Send what the worker is doing."""
        self._looked = time.monotonic()
        self._send(self._growth.printed())
        self._send(self._growth.beats())
        if link.is_stopped() != self._stopped:
            self._stopped = not self._stopped
            self._send([Word("stopped", "yes" if self._stopped else "")])

    def _end(self, link: WorkerProcess) -> None:
        end, self._link = link.end(), None
        self._report()
        self._send(self._growth.beats())
        beats = any(path.suffix == ".beat" for path in self._run.workers.iterdir())
        self._send([Word("ended", json.dumps({"code": end.code, "in_order": not beats}))])

    def _send(self, frames: Iterable[Frame]) -> None:
        for frame in frames:
            write_fully(self._answers, frame.encode())


_LIBC = ctypes.CDLL(None)
_PARENT_DEATH_SIGNAL = 1
"""`PR_SET_PDEATHSIG` of Linux."""


def _end_with_parent() -> None:
    """Let this process be killed when its parent ends: no other would know of it. Elsewhere it ends with its task."""
    if hasattr(_LIBC, "prctl"):
        _LIBC.prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)


_COMMANDS: dict[str, Callable[[WorkerProcess], None]] = {
    "let_end": WorkerProcess.let_end,
    "warn": WorkerProcess.warn,
    "stop": WorkerProcess.stop,
    "kill": WorkerProcess.kill,
}


def main() -> None:
    """Serve the standard streams."""
    requests, answers = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # whatever prints must not get between the frames
    with tempfile.TemporaryDirectory(prefix="sweeprun-", ignore_cleanup_errors=True) as scratch:
        try:
            Node(RunDirectory(Path(scratch).resolve() / "run"), requests, answers).serve()
        except BrokenPipeError:
            sys.exit(1)


if __name__ == "__main__":
    main()
