"""A worker process of this machine, and the pipes to it: the link of a pool to a local worker."""

import os
import selectors
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from sweeprun.launchers.link import End
from sweeprun.store.processes import is_stopped
from sweeprun.store.workers import WARNING_SIGNAL

_ANSWER_BYTES = 65536
_PATIENCE_SECONDS = 1.0
_SHORT_PATIENCE_SECONDS = 0.05


class WorkerProcess:
    """A process in a session of its own; see `Link`.

    Attributes
    ----------
    popen, pidfd
        The process; where the kernel grants such a thing, a descriptor that becomes readable when it has ended.
    """

    def __init__(self, popen: "subprocess.Popen[bytes]") -> None:
        assert popen.stdin is not None
        assert popen.stdout is not None
        self.popen = popen
        self.pidfd = _pidfd(popen.pid)
        self._requests = popen.stdin
        self._answers = popen.stdout
        self._silent = False  # whether its answers are closed
        self._buffer = b""
        self._selector: selectors.BaseSelector | None = None
        os.set_blocking(self._answers.fileno(), False)

    @classmethod
    def start(
        cls,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str],
        *,
        first: Callable[[], None] | None = None,
    ) -> "WorkerProcess":
        """Start a worker.

        Parameters
        ----------
        command, environment
            Its command line and its environment.
        log
            The file to which its standard error is added.
        first
            Is called in its process before the command; only where this process has a single thread.

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
                preexec_fn=first,  # noqa: PLW1509  # see above
            )
        return cls(popen)

    @property
    def patience(self) -> float | None:
        if self.pidfd is not None:
            return None
        return _SHORT_PATIENCE_SECONDS if self._silent else _PATIENCE_SECONDS

    def watch(self, selector: selectors.BaseSelector, data: object) -> None:
        selector.register(self._answers, selectors.EVENT_READ, data)
        if self.pidfd is not None:  # what a killed worker forked may keep its answers open
            selector.register(self.pidfd, selectors.EVENT_READ, data)
        self._selector = selector

    def read(self) -> list[str]:
        lines: list[bytes] = []
        with suppress(BlockingIOError):
            while not (lines or self._silent):
                content = os.read(self._answers.fileno(), _ANSWER_BYTES)
                if not content:  # a task may have closed its answers, and still run
                    self._hush()
                *lines, self._buffer = (self._buffer + content).split(b"\n")
        return [line.decode(errors="replace") for line in lines]

    def _hush(self) -> None:
        """Its answers are closed: wait for its end alone."""
        if not self._silent:
            self._silent = True
            if self._selector is not None:
                self._selector.unregister(self._answers)

    def ask(self, request: str) -> None:
        with suppress(BrokenPipeError):
            self._requests.write(f"{request}\n".encode())
            self._requests.flush()

    def let_end(self) -> None:
        with suppress(BrokenPipeError):
            self._requests.close()

    def warn(self) -> None:
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
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)

    def is_stopped(self) -> bool:
        return is_stopped(self.popen.pid)

    def has_ended(self) -> bool:
        """Whether it has ended; it can still be waited for."""
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return self.popen.returncode is not None or os.waitid(os.P_PID, self.popen.pid, options) is not None

    def end(self) -> End:
        self.close()
        ended = os.waitid(os.P_PID, self.popen.pid, os.WEXITED | os.WNOWAIT)
        if ended is not None and ended.si_code != os.CLD_EXITED:
            self.kill()  # its id can't have been given to another: it isn't reaped yet
        return End(code=self.popen.wait())

    def close(self) -> None:
        """Close the pipes."""
        self._hush()
        if self.pidfd is not None:
            if self._selector is not None:
                self._selector.unregister(self.pidfd)
            os.close(self.pidfd)
            self.pidfd = None
        for pipe in (self._requests, self._answers):
            with suppress(BrokenPipeError):
                pipe.close()


def _pidfd(pid: int) -> int | None:
    """A descriptor of a process. The kernel is asked, not Python: it may be older, or a container may forbid it."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None
