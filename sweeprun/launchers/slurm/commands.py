"""Slurm's commands: how they are called, and what their complaints mean.

What Slurm may well do a moment later (its controller restarts, its queue is full) is told from what it never will.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from sweeprun.errors import LaunchError
from sweeprun.launchers.slurm.error_hints import known_complaint
from sweeprun.launchers.slurm.options import EXCLUSIVE, OURS
from sweeprun.wording import hydra

T = TypeVar("T")


class SlurmError(LaunchError):
    """A command of Slurm failed.

    Attributes
    ----------
    passing
        Whether it may work when it is tried again. It may even have worked: an answer that is lost looks the same.
    unknown_job
        Whether Slurm knows no such job, or no longer.
    unavailable
        Whether no node can run the job, now or ever: Slurm says the same of both.
    """

    def __init__(
        self, message: str, *, passing: bool = False, unknown_job: bool = False, unavailable: bool = False
    ) -> None:
        super().__init__(message)
        self.passing = passing
        self.unknown_job = unknown_job
        self.unavailable = unavailable


def run_command(
    words: Sequence[str],
    *,
    timeout: float = 30,
    cwd: str | Path | None = None,
    environ: Mapping[str, str] | None = None,
    input: str | None = None,  # noqa: A002  # subprocess calls it so, too
) -> str:
    """What a command of Slurm prints.

    Parameters
    ----------
    words
        The command and its arguments.
    timeout
        Seconds after which it is killed.
    cwd
        Its working directory.
    environ
        Its environment; None for this process's.
    input
        Its standard input, which is empty otherwise.

    Raises
    ------
    SlurmError
        If there is no such command, it fails, or takes too long.
    """
    command = words[0]
    environ = dict(os.environ if environ is None else environ)
    for name in [name for name in environ if name.startswith(_CHANGES_ANSWERS)]:
        del environ[name]
    if command != "sbatch":  # whose jobs inherit its environment, and so the locale
        environ["LC_ALL"] = "C"
    try:
        process = subprocess.Popen(
            words,
            cwd=cwd,
            env=environ,
            stdin=subprocess.DEVNULL if input is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # so that it can be killed with its children
        )
    except OSError as error:
        raise SlurmError(_cannot_start(command, error)) from error
    with process:
        try:
            output, errors = process.communicate(_encoded(input), timeout=timeout)
        except subprocess.TimeoutExpired:
            raise _timed_out(command, timeout, _kill(process)) from None
        except BaseException:
            _kill(process)
            raise
    if process.returncode:
        raise _failed(command, process.returncode, _decoded(errors), environ)
    return _decoded(output)


_CHANGES_ANSWERS = ("SLURM_CLUSTERS", "SQUEUE_", "SINFO_", "SACCT_", "SCANCEL_", "SCONTROL_")
"""Variables with which users change what Slurm's commands print, or which cluster they ask."""


def explain(command: str, stderr: str) -> tuple[str, bool]:
    """What a complaint means, with what to do about it, and whether it may pass by itself.

    Parameters
    ----------
    command
        The command that complained.
    stderr
        What it wrote to standard error.
    """
    said = _said(stderr) or "it failed, and did not say why"
    known = known_complaint(stderr)
    if known is None:
        return f"{command}: {said}", False
    advice, passing = known
    return f"{command}: {said}; {advice}", passing


def submission_environment(environ: Mapping[str, str], options: Iterable[str]) -> dict[str, str]:
    """The environment to call ``sbatch`` with, which its jobs inherit.

    Variables such as ``SBATCH_TIMELIMIT`` beat the options in a script: those of ``options``, and of all that are not
    the user's to set, are left out. So are Slurm's own variables: inside of a job they tell of that job.

    Parameters
    ----------
    environ
        The environment of this process.
    options
        The long names of the options in the script.
    """
    names = {*options, *OURS, "get-user-env"}
    for group in (*EXCLUSIVE, {"hint", "threads-per-core", "ntasks-per-core"}):
        if not names.isdisjoint(group):  # one in the environment would be at odds with another in the script
            names |= group
    overriding = {f"SBATCH_{name.upper().replace('-', '_')}" for name in names}
    overriding.update(variable for name in names for variable in _OTHER_VARIABLES.get(name, ()))
    return {
        name: value
        for name, value in environ.items()
        if name not in overriding and (name in _KEPT or not name.startswith("SLURM_"))
    }


def with_retries(
    call: Callable[[], T],
    *,
    attempts: int,
    first_pause: float,
    sleep: Callable[[float], object] = time.sleep,
    on_retry: Callable[[SlurmError, float], None],
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
    SlurmError
        That of the last attempt, or the first that won't pass.
    """
    pause = first_pause
    for _ in range(attempts - 1):
        try:
            return call()
        except SlurmError as error:
            if not error.passing:
                raise
            on_retry(error, pause)
        sleep(pause)
        pause *= 2
    return call()


_KEPT = frozenset({"SLURM_CONF", "SLURM_JWT"})
"""What says where the cluster is, and who the user is."""

_OTHER_VARIABLES = {
    "array": ("SBATCH_ARRAY_INX",),
    "bb": ("SBATCH_BURST_BUFFER",),
    "bbf": ("SBATCH_BURST_BUFFER",),
    "cpu-freq": ("SBATCH_CPU_FREQ_REQ",),
    "mem": ("SBATCH_MEM_PER_NODE",),
    "segment": ("SBATCH_SEGMENT_SIZE",),
    "switches": ("SBATCH_REQ_SWITCH", "SBATCH_WAIT4SWITCH"),
    "time": ("SBATCH_TIMELIMIT",),
    "verbose": ("SBATCH_DEBUG",),
}
"""Variables that are not called as their options are."""


_PREFIX = re.compile(
    r"^(?:\w+: )?(?:error: |fatal: )?"
    r"(?:Batch job submission failed: |allocation failure: |\w+ error: |slurm_load_\w+: )?"
)
_MOST_LINES = 4


def _said(stderr: str) -> str:
    """The complaints in what a command wrote, as one line: without what it tells by the way, and each once."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip() and not line.startswith('Try "')]
    complaints = [line for line in lines if re.search(r"\b(?:error|fatal|failure)\b", line)] or lines
    texts = dict.fromkeys(_PREFIX.sub("", line, count=1).rstrip(".") for line in complaints)
    return "; ".join(list(texts)[-_MOST_LINES:])


def _failed(command: str, code: int, stderr: str, environ: Mapping[str, str]) -> SlurmError:
    message, passing = explain(command, stderr or f"it ended with code {code}")
    if re.search("invalid partition", stderr, re.IGNORECASE):
        with suppress(SlurmError):
            partitions = run_command(["sinfo", "-h", "-o", "%R"], timeout=5, environ=environ).split()
            message += f"; there are {', '.join(sorted(set(partitions)))}"
    return SlurmError(
        message,
        passing=passing,
        unknown_job="invalid job id" in stderr.lower(),
        unavailable=bool(re.search("configuration (is )?not available|node not available", stderr, re.IGNORECASE)),
    )


def _timed_out(command: str, timeout: float, stderr: str) -> SlurmError:
    """With a full queue, ``sbatch`` says so and waits for minutes: what it said until then counts."""
    if known_complaint(stderr) is not None:
        message, passing = explain(command, stderr)
        return SlurmError(message, passing=passing)
    said = f" ({_said(stderr)})" if stderr.strip() else ""
    return SlurmError(
        f"{command}: no answer within {timeout:g} s{said}; Slurm's controller is too busy, or restarting", passing=True
    )


def _cannot_start(command: str, error: OSError) -> str:
    if isinstance(error, FileNotFoundError) and error.filename == command:
        return (
            f"there is no {command} on the PATH: this is no machine of a Slurm cluster; work where {command} "
            f"is, or choose the launcher for local workers: {hydra('/launcher').to('local')}"
        )
    return f"{command} can't be run: {error}"


def _kill(process: subprocess.Popen[bytes]) -> str:
    """Kill a command with all its children; what it said until then."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    try:
        _, errors = process.communicate(timeout=1)
    except subprocess.TimeoutExpired as error:  # somebody else holds the pipe
        errors = error.stderr or b""
    return _decoded(errors)


def _encoded(text: str | None) -> bytes | None:
    return None if text is None else text.encode(errors="surrogateescape")


def _decoded(data: bytes) -> str:
    return data.decode(errors="replace")
