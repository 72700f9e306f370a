"""Slurm's commands: how they are called, and what their complaints mean.

What Slurm may well do a moment later (its controller restarts, its queue is full) is told from what it never will.
"""

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from sweeprun.launchers.arrays.commands import SchedulerError, call, cannot_start, complaints_in


class SlurmError(SchedulerError):
    """A command of Slurm failed.

    Attributes
    ----------
    passing
        Whether it may work when it is tried again. It may even have worked: an answer that is lost looks the same.
    accepted
        Whether a job was taken, and its id alone isn't known.
    unknown_job
        Whether Slurm knows no such job, or no longer.
    unavailable
        Whether no node can run the job, now or ever: Slurm says the same of both.
    """

    def __init__(
        self,
        message: str,
        *,
        passing: bool = False,
        accepted: bool = False,
        unknown_job: bool = False,
        unavailable: bool = False,
    ) -> None:
        super().__init__(message, passing=passing, accepted=accepted)
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
        answer = call(words, timeout=timeout, cwd=cwd, environ=environ, input=input)
    except OSError as error:
        raise SlurmError(cannot_start("Slurm", command, error)) from error
    if answer.code is None:
        raise _timed_out(command, timeout, answer.errors)
    if answer.code:
        raise _failed(command, answer.code, answer.errors, environ)
    return answer.output


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
    from sweeprun.launchers.slurm.error_hints import known_complaint  # only now: an element starts without it

    said = complaints_in(stderr, _PREFIX) or "it failed, and did not say why"
    known = known_complaint(stderr)
    if known is None:
        return f"{command}: {said}", False
    advice, passing = known
    return f"{command}: {said}; {advice}", passing


_PREFIX = re.compile(
    r"^(?:\w+: )?(?:error: |fatal: )?"
    r"(?:Batch job submission failed: |allocation failure: |\w+ error: |slurm_load_\w+: )?"
)


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
    from sweeprun.launchers.slurm.error_hints import known_complaint

    if known_complaint(stderr) is not None:
        message, passing = explain(command, stderr)
        return SlurmError(message, passing=passing)
    said = f" ({complaints_in(stderr, _PREFIX)})" if stderr.strip() else ""
    return SlurmError(
        f"{command}: no answer within {timeout:g} s{said}; Slurm's controller is too busy, or restarting", passing=True
    )
