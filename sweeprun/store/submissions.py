"""Submissions: which tasks were handed to which launcher, how they are packed, and which job that became.

A run has one for each array that was started: the first, and those of every resumption. A file is made before anything
is submitted, so its number is also what keeps two resumptions at once apart.
"""

import json
import os
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from enum import Enum
from math import isfinite
from typing import Any

from sweeprun.design.arrays import Array
from sweeprun.design.policy import Policy
from sweeprun.errors import FormatError, UsageError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import create_file, list_files, read_json
from sweeprun.store.processes import Process

FORMAT = "sweeprun-submission"
VERSION = 1
_MOST_NOTE = 2**16
_MOST_ATTEMPTS = 2**30
_NUMBER = re.compile("0|[1-9][0-9]{0,8}")
_TOKEN = re.compile("[0-9a-f]*")
"""A function's token is part of a path: it may not lead out of the run."""

_JOB_ID = re.compile("[0-9A-Za-z][0-9A-Za-z_.-]{0,99}")
"""A job's id goes into command lines: it may not look like an option, or like several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """An array, as it was handed to a launcher.

    Attributes
    ----------
    number
        From 0, in the order in which they were made.
    array
        Its tasks and how they are packed.
    attempt
        The number of the attempt that its tasks are given when they run for the first time.
    launcher
        The launcher's name and options.
    after
        The number of the submission that must have ended before this one starts; None if there is none.
    token
        What tells its jobs from all others, those of a job id that was given out again among them.
    submitter
        The process that made it.
    created
        Unix time, seconds.
    provenance
        Where it comes from (see `sweeprun.provenance.gather`); empty if that is what the manifest says.
    policy
        What becomes of tasks that fail; None if that is what the manifest says.
    function
        The token of the task function that its tasks run (see `RunDirectory.given_function`); empty for the run's own.
    signed_logs
        Whether its workers sign the marks in their logs; false if an older sweeprun made it.
    """

    number: int
    array: Array
    attempt: int = 1
    launcher: dict[str, Any] = field(default_factory=dict)
    after: int | None = None
    token: str = field(default_factory=lambda: os.urandom(6).hex())
    submitter: Process = field(default_factory=Process.current)
    created: float = field(default_factory=time.time)
    provenance: dict[str, Any] = field(default_factory=dict)
    policy: Policy | None = None
    function: str = ""
    signed_logs: bool = True

    @property
    def gives_processes(self) -> bool:
        """Whether each task has a process of its own; local elements of one task do, unless they are told not to."""
        chosen = self.launcher.get("fresh_process", False)
        return self.launcher.get("tasks_per_job") == 1 if chosen is None else bool(chosen)

    def to_dict(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "version": VERSION,
            "number": self.number,
            "array": self.array.to_dict(),
            "attempt": self.attempt,
            "launcher": self.launcher,
            "after": self.after,
            "token": self.token,
            "submitter": asdict(self.submitter),
            "created": self.created,
            "provenance": self.provenance,
            "policy": None if self.policy is None else self.policy.to_dict(),
            "function": self.function,
            "signed_logs": self.signed_logs,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Submission":
        if (data.get("format"), data.get("version")) != (FORMAT, VERSION):
            raise FormatError(
                f"it is {data.get('format')!r} of version {data.get('version')!r} and this sweeprun reads {FORMAT!r} "
                f"of version {VERSION}; use the sweeprun that made it, or a newer one"
            )
        after = data["after"]
        if after is not None and not 0 <= int(after) < int(data["number"]):
            raise ValueError(f"it waits for submission {after}")
        if not 0 < int(data["attempt"]) < _MOST_ATTEMPTS or not isfinite(float(data["created"])):
            raise ValueError("a number in it is out of range")
        if not _TOKEN.fullmatch(function := str(data.get("function", ""))):
            raise ValueError(f"no name of a function: {function!r}")
        return cls(
            number=int(data["number"]),
            array=Array.from_dict(data["array"]),
            attempt=int(data["attempt"]),
            launcher=dict(data["launcher"]),
            after=None if after is None else int(after),
            token=str(data["token"]),
            submitter=Process(**data["submitter"]),
            created=float(data["created"]),
            provenance=dict(data.get("provenance", {})),
            policy=Policy.from_dict(data["policy"]) if data.get("policy") else None,
            function=function,
            signed_logs=bool(data.get("signed_logs", False)),
        )


class JobRole(Enum):
    """What a job does for a submission."""

    ARRAY = "array"
    AGAIN = "again"
    """An array, too: it noted itself, since whoever submitted it hadn't, or its script was submitted by hand."""

    COLLECT = "collect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job of a submission: of more than one if its script was submitted again by hand.

    Attributes
    ----------
    job_id
        Its id.
    role
        What it does.
    """

    job_id: str
    role: JobRole = JobRole.ARRAY

    def __post_init__(self) -> None:
        if not _JOB_ID.fullmatch(self.job_id):
            raise ValueError(f"no id of a job: {self.job_id!r}")


def write_submission(run: RunDirectory, submission: Submission) -> None:
    """Make a submission known, before anything of it starts.

    Raises
    ------
    FileExistsError
        If somebody else has made one of that number meanwhile.
    """
    create_file(run.submission(submission.number), json.dumps(submission.to_dict(), indent=1).encode())


def read_submission(run: RunDirectory, number: int) -> Submission:
    """One submission.

    Raises
    ------
    FormatError
        If there is none, or it is malformed or of an unknown version.
    """
    path = run.submission(number)
    try:
        submission = Submission.from_dict(read_json(path))
        if submission.number != number:
            raise FormatError(f"it is submission {submission.number}")
        return submission
    except FileNotFoundError as error:
        raise FormatError(f"the run has no submission {number}: {path} is not there") from error
    except (FormatError, UsageError) as error:
        raise FormatError(str(error) if str(path) in str(error) else f"{path}: {error}") from error
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise FormatError(f"{path} is malformed: {type(error).__name__}: {error}") from error


def find_submission(run: RunDirectory, number: int) -> Submission | None:
    """The same; None if there is none.

    Raises
    ------
    FormatError, OSError
        If there is one, and it can't be read.
    """
    try:
        return read_submission(run, number)
    except FormatError as error:
        cause: BaseException | None = error
        while isinstance(cause, FormatError):
            cause = cause.__cause__
        if isinstance(cause, FileNotFoundError):
            return None
        if isinstance(cause, OSError):
            raise cause from error
        raise


def read_submissions(run: RunDirectory) -> tuple[Submission, ...]:
    """All submissions of a run, in the order in which they were made; none for a run of a foreign launcher."""
    stems = [path.stem for path in list_files(run.submissions, ".json")]
    numbers = sorted(int(stem) for stem in stems if _NUMBER.fullmatch(stem))
    return tuple(read_submission(run, number) for number in numbers)


def function_of(submissions: Sequence[Submission], code: str = "") -> str:
    """The token of the task function that results of some code were made with; of no code, that of the last submission.

    Parameters
    ----------
    submissions
        All of a run, in their order.
    code
        The digest of the code; unknown code counts as none.
    """
    of_code = [own for own in submissions if code and own.provenance.get("code") == code]
    last = (of_code or submissions)[-1:]
    return last[0].function if last else ""


def note_job(run: RunDirectory, number: int, job: Job) -> None:
    """Note a job of a submission; does nothing if it is noted already."""
    path = run.job(number, job.job_id)
    if not path.exists():
        with suppress(FileExistsError):
            create_file(path, json.dumps({"job_id": job.job_id, "role": job.role.value}).encode())


def read_jobs(run: RunDirectory, number: int) -> tuple[Job, ...]:
    """The jobs of a submission that were noted; malformed notes are passed over."""
    jobs = []
    for path in list_files(run.submissions, ".job"):
        if path.name.startswith(f"{number}."):
            with suppress(FileNotFoundError, FormatError, KeyError, ValueError, TypeError):
                data = read_json(path, _MOST_NOTE)
                job = Job(job_id=str(data["job_id"]), role=JobRole(data["role"]))
                if path == run.job(number, job.job_id):
                    jobs.append(job)
    return tuple(jobs)
