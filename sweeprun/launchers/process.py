"""A worker process, as its pool sees it: the pipes to it, what it was given, and how it ended."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sweeprun.design.task_ids import TaskIds
from sweeprun.store.workers import WARNING_SIGNAL

_ANSWER_BYTES = 65536
_LOOK_SECONDS = 0.01
NO_TASKS = TaskIds(())


@dataclass(frozen=True, slots=True)
class Broken:
    """What a worker said that can't write what it must.

    Attributes
    ----------
    task_id
        The task that it was on, if any.
    why
        What the system said.
    """

    task_id: int | None
    why: str


@dataclass(slots=True, eq=False)
class WorkerProcess:
    """A process that runs ``sweeprun worker RUN -``.

    Attributes
    ----------
    popen, pidfd
        The process; where the kernel grants such a thing, a descriptor that becomes readable when it has ended.
    slot
        Its place in the pool.
    name
        The worker's name; None until it is ready.
    started
        When it was started (monotonic clock, seconds).
    assigned, elements, given
        The tasks of its turn, of how many elements, and when it got them or was started.
    pace
        Seconds for an element in its last turn; None before the first.
    succeeded, failed
        What it has reported.
    overdue
        Whether it was killed for its task's time limit.
    noted
        Whether it said that all of its tasks lack something.
    silent
        Whether its answers are closed.
    broken
        What it could not write, if it said so.
    """

    popen: "subprocess.Popen[bytes]"
    slot: int
    started: float
    pidfd: int | None = None
    name: str | None = None
    assigned: TaskIds = NO_TASKS
    elements: int = 1
    given: float = 0.0
    pace: float | None = None
    succeeded: int = 0
    failed: int = 0
    overdue: bool = False
    noted: bool = False
    silent: bool = False
    broken: Broken | None = None
    _buffer: bytes = b""

    @classmethod
    def start(
        cls,
        command: Sequence[str],
        slot: int,
        log: Path,
        environment: Mapping[str, str],
        selector: selectors.BaseSelector,
    ) -> "WorkerProcess":
        """Start a worker in a session of its own, and watch for its answers and its end.

        Raises
        ------
        OSError
            If it can't be started.
        """
        with log.open("ab") as output:
            popen = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                env=environment,
                start_new_session=True,
            )
        now = time.monotonic()
        process = cls(popen=popen, slot=slot, started=now, given=now, pidfd=_pidfd(popen.pid))
        assert popen.stdout is not None
        selector.register(popen.stdout, selectors.EVENT_READ, process)
        if process.pidfd is not None:  # what a killed worker forked may keep its answers open
            selector.register(process.pidfd, selectors.EVENT_READ, process)
        return process

    def has_ended(self) -> bool:
        """Whether it has ended; nothing is waited for, and it can still be waited for."""
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return self.popen.returncode is not None or os.waitid(os.P_PID, self.popen.pid, options) is not None

    def has_ended_by(self, deadline: float) -> bool:
        """Whether it has ended, or does by a time of the monotonic clock; Ctrl-C ends the waiting."""
        try:
            while not self.has_ended() and time.monotonic() < deadline:
                time.sleep(_LOOK_SECONDS)
        except KeyboardInterrupt:
            pass
        return self.has_ended()

    def read(self, *, died: bool) -> list[str] | None:
        """The lines that it has answered; None if there will be no more.

        Parameters
        ----------
        died
            Whether it has ended: then what is there is read, and nothing waited for.
        """
        assert self.popen.stdout is not None
        descriptor = self.popen.stdout.fileno()
        os.set_blocking(descriptor, not died)
        content = b""
        with suppress(BlockingIOError):
            content = os.read(descriptor, _ANSWER_BYTES)
        if not content:
            return None
        *lines, self._buffer = (self._buffer + content).split(b"\n")
        return [line.decode() for line in lines]

    def ask(self, request: str) -> None:
        """Send it a line; one that has died is noticed elsewhere."""
        assert self.popen.stdin is not None
        with suppress(BrokenPipeError):
            self.popen.stdin.write(f"{request}\n".encode())
            self.popen.stdin.flush()

    def let_end(self) -> None:
        """Tell it that nothing more comes."""
        assert self.popen.stdin is not None
        with suppress(BrokenPipeError):
            self.popen.stdin.close()

    def hush(self, selector: selectors.BaseSelector) -> None:
        """Its answers are closed: wait for its end alone."""
        if not self.silent:
            self.silent = True
            assert self.popen.stdout is not None
            selector.unregister(self.popen.stdout)

    def warn(self) -> None:
        """Tell it to start no further task, and the one that runs to stop if it can."""
        self._signal(WARNING_SIGNAL)

    def _signal(self, number: signal.Signals) -> None:
        """Send it a signal. Not by `Popen`, which takes note of an end that `end` then can't look at any more."""
        if self.popen.returncode is None:
            os.kill(self.popen.pid, number)  # there is such a process, if only a zombie, as long as it isn't waited for

    def stop(self) -> None:
        """Tell it to end at once: it is asked, and asked again. One that only starts ends by either signal."""
        self.warn()
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """Kill it and what it has started."""
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)

    def end(self, selector: selectors.BaseSelector) -> int:
        """Wait until it has ended; its exit code. If it was killed, what it had started is killed, too."""
        self.hush(selector)
        if self.pidfd is not None:
            selector.unregister(self.pidfd)
        self.close()
        ended = os.waitid(os.P_PID, self.popen.pid, os.WEXITED | os.WNOWAIT)
        if ended is not None and ended.si_code != os.CLD_EXITED:
            self.kill()  # its id can't have been given to another: it isn't reaped yet
        return self.popen.wait()

    def close(self) -> None:
        """Close the pipes."""
        if self.pidfd is not None:
            os.close(self.pidfd)
            self.pidfd = None
        for pipe in (self.popen.stdin, self.popen.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()


def _pidfd(pid: int) -> int | None:
    """A descriptor of a process. The kernel is asked, not Python: it may be older, or a container may forbid it."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None
