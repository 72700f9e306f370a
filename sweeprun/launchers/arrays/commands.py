"""The programs of schedulers: how they are called, what goes wrong with them, and trying again what may pass."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sweeprun.errors import LaunchError
from sweeprun.wording import hydra

T = TypeVar("T")
_MOST_LINES = 4


class SchedulerError(LaunchError):
    """A program of a scheduler failed.

    Parameters
    ----------
    message
        What is wrong, and what to do about it.
    passing
        Whether it may work when it is tried again. It may even have worked: an answer that is lost looks the same.
    accepted
        Whether a job was taken, and its id alone isn't known: then it is looked for, and not submitted again.
    """

    def __init__(self, message: str, *, passing: bool = False, accepted: bool = False) -> None:
        super().__init__(message)
        self.passing = passing
        self.accepted = accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a program of a scheduler said.

    Attributes
    ----------
    code
        Its exit code; None if it took too long and was killed.
    output, errors
        What it wrote to its standard output and error until then.
    """

    code: int | None
    output: str
    errors: str


def call(
    words: Sequence[str],
    *,
    timeout: float,
    cwd: str | Path | None = None,
    environ: Mapping[str, str] | None = None,
    input: str | None = None,  # noqa: A002  # subprocess calls it so, too
) -> Answer:
    """Run a program to its end, whatever that is.

    Parameters
    ----------
    words
        The program and its arguments.
    timeout
        Seconds after which it is killed, with all that it started.
    cwd
        Its working directory.
    environ
        Its environment; None for this process's.
    input
        Its standard input, which is empty otherwise.

    Raises
    ------
    OSError
        If it can't be started.
    """
    process = subprocess.Popen(
        words,
        cwd=cwd,
        env=environ,
        stdin=subprocess.DEVNULL if input is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # so that it can be killed with its children
    )
    with process:
        try:
            output, errors = process.communicate(_encoded(input), timeout=timeout)
        except subprocess.TimeoutExpired:
            return Answer(code=None, output="", errors=_kill(process))
        except BaseException:
            _kill(process)
            raise
    return Answer(code=process.returncode, output=_decoded(output), errors=_decoded(errors))


def with_retries(
    call: Callable[[], T],
    *,
    attempts: int,
    first_pause: float,
    sleep: Callable[[float], object] = time.sleep,
    on_retry: Callable[[SchedulerError, float], None],
) -> T:
    """Make a call, again after ever longer pauses while what goes wrong may pass.

    Parameters
    ----------
    call
        What to call.
    attempts
        How often at most.
    first_pause
        Seconds before the second attempt; each pause is twice the one before.
    sleep
        Pauses.
    on_retry
        Told of an error that is tried again, and of the pause before that.

    Raises
    ------
    SchedulerError
        That of the last attempt, or the first that won't pass.
    """
    pause = first_pause
    for _ in range(attempts - 1):
        try:
            return call()
        except SchedulerError as error:
            if not error.passing:
                raise
            on_retry(error, pause)
        sleep(pause)
        pause *= 2
    return call()


def cannot_start(scheduler: str, command: str, error: OSError) -> str:
    """Why a command of a scheduler didn't start, and what to do."""
    if isinstance(error, FileNotFoundError) and error.filename == command:
        return (
            f"there is no {command} on the PATH: this is no machine of a {scheduler} cluster; work where {command} "
            f"is, or choose the launcher for local workers: {hydra('/launcher').to('local')}"
        )
    return f"{command} can't be run: {error}"


def complaints_in(errors: str, prefix: "re.Pattern[str]") -> str:
    """The complaints in what a program wrote, as one line: without what it tells by the way, and each once.

    Parameters
    ----------
    errors
        What it wrote to its standard error.
    prefix
        What lines may begin with that says nothing.
    """
    lines = [line.strip() for line in errors.splitlines() if line.strip() and not line.startswith('Try "')]
    complaints = [line for line in lines if re.search(r"\b(?:error|fatal|failure)\b", line)] or lines
    texts = dict.fromkeys(prefix.sub("", line, count=1).rstrip(".") for line in complaints)
    return "; ".join(list(texts)[-_MOST_LINES:])


def _kill(process: subprocess.Popen[bytes]) -> str:
    """Kill a program with all its children; what it said until then."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    try:
        _, errors = process.communicate(timeout=1)
    except subprocess.TimeoutExpired as error:  # another process holds the pipe
        errors = error.stderr or b""
    return _decoded(errors)


def _encoded(text: str | None) -> bytes | None:
    return None if text is None else text.encode(errors="surrogateescape")


def _decoded(data: bytes) -> str:
    return data.decode(errors="replace")
