"""The link of a pool to a worker on another machine, over the standard streams of a command such as ``ssh``."""

import json
import os
import selectors
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field

from sweeprun._version import __version__
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import FormatError, describe_os_error
from sweeprun.launchers.link import End
from sweeprun.launchers.remote.bundle import bundle
from sweeprun.launchers.remote.frames import Frame, FrameReader, Piece, Word
from sweeprun.launchers.work_queue import tasks_asked
from sweeprun.launchers.worker_logs import WorkerLogs
from sweeprun.store.arrivals import Arrivals, files_below, shift_due
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import read_file
from sweeprun.store.workers import Place

_BYTES = 2**20
_TAIL = 2000
_MOST = 2**31
_FULL_SECONDS = 0.05
"""So often more is sent of what could not be taken yet."""

_KILL_SECONDS = 10.0
"""A node that doesn't say so long that its worker was killed is not to be reached."""


class RemoteLink:
    """A worker whose node is reached by a command; see `Link`.

    Parameters
    ----------
    command
        Starts ``python -m sweeprun.launchers.remote.node`` somewhere, with its standard streams.
    run
        The run, which only this process writes.
    where
        Where that is, for messages.

    Raises
    ------
    OSError
        If the command can't be started.
    """

    def __init__(self, command: Sequence[str], run: RunDirectory, where: str) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  # as long as the link is
        self._popen = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            bufsize=0,
            start_new_session=True,  # Ctrl-C is for this process alone
        )
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        self._requests, self._output = self._popen.stdin, self._popen.stdout
        for pipe in (self._requests, self._output):
            os.set_blocking(pipe.fileno(), False)
        self._run = run
        self._where = where
        self._arrivals = Arrivals(run)
        self._reader = FrameReader(greeted=False)
        self._waiting = bytearray()
        self._lock = threading.Lock()
        self._selector: selectors.BaseSelector | None = None
        self._lines: list[str] = []
        self._beats: set[str] = set()
        self._stopped = False
        self._closed = False
        self._end: End | None = None
        self._trouble = ""
        self._give_up = float("inf")

    def send(self, frames: Iterable[Frame]) -> None:
        """Send something, now or as soon as it can be taken."""
        with self._lock:
            for frame in frames:
                self._waiting += frame.encode()
        self._flush()

    def _flush(self) -> None:
        """Write what can be taken; the rest is tried again after `patience`."""
        with self._lock:
            try:
                while self._waiting:
                    del self._waiting[: os.write(self._requests.fileno(), self._waiting[:_BYTES])]
            except BlockingIOError:
                pass
            except (OSError, ValueError):  # it has ended, or was closed: noticed elsewhere
                self._waiting.clear()

    @property
    def patience(self) -> float | None:
        if self._waiting:
            return _FULL_SECONDS
        return None if self._give_up == float("inf") else 1.0

    def watch(self, selector: selectors.BaseSelector, data: object) -> None:
        selector.register(self._output, selectors.EVENT_READ, data)
        self._selector = selector

    def read(self) -> list[str]:
        self._pump()
        lines, self._lines = self._lines, []
        return lines

    def _pump(self) -> None:
        """Take what the node has sent."""
        self._flush()
        if time.monotonic() > self._give_up:
            self._popen.kill()
        with suppress(BlockingIOError, ValueError):
            while not self._closed and (content := os.read(self._output.fileno(), _BYTES)):
                self._take(content)
            self._closed = True

    def _take(self, content: bytes) -> None:
        try:
            for frame in self._reader.feed(content):
                if not self._trouble:
                    self._hear(frame)
        except OSError as error:  # of this machine's disk
            self._lines.append(f"broken - {' '.join(describe_os_error(error).split())}")
            self._give_in(describe_os_error(error))
        except FormatError as error:
            self._give_in(str(error))

    def _give_in(self, why: str) -> None:
        self._trouble = self._trouble or why
        self.kill()

    def _hear(self, frame: Frame) -> None:
        match frame:
            case Piece():
                self._write(frame)
            case Word("answer", line):
                self._arrivals.sync()
                self._lines.append(line)
            case Word("stopped", text):
                self._stopped = bool(text)
            case Word("ended", text):
                self._arrivals.sync()
                self._note_end(**json.loads(text))
            case Word("hello", version) if version != __version__:
                self._give_in(f"sweeprun {version} is installed there, and {__version__} here")

    def _note_end(self, code: int, in_order: bool) -> None:  # as the node names them
        if in_order:
            for name in self._beats:
                (self._run.path / name).unlink(missing_ok=True)
        self._end = End(code=code)

    def _write(self, piece: Piece) -> None:
        content = piece.content
        if piece.name.endswith(".beat"):
            self._beats.add(piece.name)
            content = shift_due(content, time.monotonic())
        self._arrivals.take(piece.name, piece.offset, content)

    def ask(self, request: str) -> None:
        self.send([*self._left(tasks_asked(request)), Word("ask", request)])

    def _left(self, task_ids: TaskIds) -> Iterable[Piece]:
        """What earlier attempts left in the directories of tasks, so that they can go on from it."""
        for task_id in task_ids:
            for path in files_below(self._run.task(task_id)):
                yield Piece(str(path.relative_to(self._run.path)), None, read_file(path, _MOST))

    def let_end(self) -> None:
        self.send([Word("let_end")])

    def warn(self) -> None:
        self.send([Word("warn")])

    def stop(self) -> None:
        self.send([Word("stop")])

    def kill(self) -> None:
        self.send([Word("kill")])
        self._give_up = min(self._give_up, time.monotonic() + _KILL_SECONDS)

    def is_stopped(self) -> bool:
        return self._stopped

    def has_ended(self) -> bool:
        self._pump()
        return self._end is not None or self._closed

    def end(self) -> End:
        while not self.has_ended():
            with selectors.DefaultSelector() as selector:
                selector.register(self._output, selectors.EVENT_READ)
                selector.select(self.patience)
        if self._selector is not None:
            self._selector.unregister(self._output)
        for pipe in (self._requests, self._output):
            with suppress(OSError):
                pipe.close()
        try:
            code = self._popen.wait(_KILL_SECONDS)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            code = self._popen.wait()
        end = self._end or End(code=code, lost=self._why(code))
        self._errors.close()
        return end

    def _why(self, code: int) -> str:
        """Why nothing is known of the worker's end."""
        self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, self._errors.tell() - _TAIL))
        said = self._errors.read().decode(errors="replace").strip()
        why = self._trouble or (said.splitlines()[-1] if said else f"exit code {code}")
        return f"the link to its machine {self._where} broke: {why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteLinks:
    """Starts workers of a pool on other machines.

    Attributes
    ----------
    run, place
        The run, and where in it they work.
    commands
        For each slot of the pool, where it is, and the command that starts ``python -m sweeprun.launchers.remote.node``
        there.
    environment
        Variables of the workers, beside those that they have there.
    """

    run: RunDirectory
    place: Place
    commands: Sequence[tuple[str, Sequence[str]]]
    environment: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, slot: int) -> RemoteLink:
        where, command = self.commands[slot]
        log = WorkerLogs(self.run, self.place).path(slot)
        start = {
            "place": asdict(self.place),
            "log": log.name,
            "offset": log.stat().st_size if log.exists() else 0,
            "environment": dict(self.environment),
        }
        link = RemoteLink(command, self.run, where)
        link.send([*bundle(self.run, self.place.submission), Word("start", json.dumps(start))])
        return link
