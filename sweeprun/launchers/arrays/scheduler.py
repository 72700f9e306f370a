"""What an array scheduler must be able to do; all that is not in here is the same for every one of them.

The other half, what a scheduler says to a job that runs, is `sweeprun.launchers.arrays.element_job.ElementJob`.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.store.activity import Element, ElementState
from sweeprun.store.submissions import JobRole

INDEX = "{index}"
"""What stands for the array index, from 0, in the name of a log."""

WARNING = "USR1"
"""The signal that warns an element of its time limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """Commands of a scheduler as users type them, in job scripts and in messages.

    Attributes
    ----------
    submit
        Submits ``{script}``.
    cancel
        Cancels ``{job}``.
    throttle
        Changes the throttle of ``{job}`` to N; empty if that can't be done.
    """

    submit: str
    cancel: str
    throttle: str = ""

    @property
    def submit_program(self) -> str:
        return self.submit.partition(" ")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayLimits:
    """What a scheduler allows of an array.

    Attributes
    ----------
    max_elements
        The most elements that one array may have, at least 1.
    has_throttle
        Whether it limits how many of them run at once. Of one that doesn't, an array gets no more elements than may
        run at once, each with as many tasks as that takes.
    """

    max_elements: int
    has_throttle: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """A job that a scheduler is asked for.

    Attributes
    ----------
    run
        The run directory, in which it is submitted.
    script
        The path of its script, relative to that.
    log
        The path of the file to which its standard output and error are appended, relative to that. It holds `INDEX` if
        the job is an array.
    title
        What the job is called where the scheduler lists it, unless the user says otherwise.
    token, role
        Which submission's it is, and what it does for it: what `Scheduler.jobs` must find again.
    array
        The elements, and how many may run at once; None for a single job, the one that collects. The scheduler chooses
        whether it counts from 0 or 1, and may run an array of one element as an ordinary job, as long as
        `Scheduler.jobs`, `ElementJob` and the log have the index 0 for it.
    workers, cpus_per_worker
        What each element needs.
    requeues
        Whether it may be started again.
    warning_seconds
        How long before its time limit it is to be warned.
    """

    run: Path
    script: str
    log: str
    title: str
    token: str
    role: JobRole = JobRole.ARRAY
    array: Array | None = None
    workers: int = 1
    cpus_per_worker: int = 1
    requeues: bool = False
    warning_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedJob:
    """One job, or one element of an array, as the scheduler lists it.

    Attributes
    ----------
    element
        Where it stands, with the id of the (whole) job.
    index
        The array index, from 0; None for a job that is no array.
    token, role
        Which submission's it is, and what it does for it.
    """

    element: Element
    index: int | None
    token: str
    role: JobRole = JobRole.ARRAY

    @property
    def job_id(self) -> str:
        return self.element.job_id

    @property
    def has_ended(self) -> bool:
        return self.element.state is ElementState.ENDED


class Scheduler(ABC):
    """A scheduler of batch jobs, with the options that the user has for it.

    It is made with those options, and refuses wrong ones as it is made (`UsageError`). Whatever calls a program of the
    scheduler raises a `SchedulerError` if that fails, with ``passing`` where it may work later.

    Ids of jobs are those of whole arrays, and go through `sweeprun.store.submissions.Job`: letters, digits, ``_``,
    ``.`` and ``-``. A scheduler that writes ``1234[].server`` leaves the brackets out, and adds them where it calls its
    programs. Array indices always count from 0 here.

    Attributes
    ----------
    name
        What users call it.
    by_hand
        Its commands as users type them.
    cpus
        A word of bash: the number of CPUs that each worker has in a job. A scheduler that doesn't say it there has the
        script set a variable of its own (`opening`).
    cpu_variables
        Further environment variables to set to that, beside those that limit threads.
    """

    name: ClassVar[str]
    by_hand: ClassVar[ByHand]
    cpus: ClassVar[str]
    cpu_variables: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def limits(self) -> ArrayLimits:
        """What it allows; on a machine where it can't be asked, what it usually allows, since users may only plan."""

    @abstractmethod
    def hosts(self) -> frozenset[str]:
        """The hosts that run jobs, to warn of a run directory that they may not see; none if that can't be told."""

    @abstractmethod
    def directives(self, request: JobRequest) -> list[str]:
        """The lines at the top of a script that the scheduler reads: the user's options, and all that is asked for.

        Pure, as scripts are shown by plans. A scheduler that takes all this on its command line, or in a file of its
        own, gives none, and says it in `submit`. Among them must be: the throttle, the token, and a warning: the
        signal `WARNING` to the process of the script, not to those that it starts, ``warning_seconds`` before the time
        limit, or up to a minute earlier. If the scheduler can't send one, the script sends it to itself (`opening`).
        """

    def opening(self, request: JobRequest) -> list[str]:
        """Lines of bash that the script runs first: for what directives can't say.

        Such as sending the output to the log, if the scheduler can't name it by an index from 0, or by such a path.
        """
        del request
        return []

    @abstractmethod
    def check(self, request: JobRequest, script: str, variables: Mapping[str, str]) -> str:
        """Find out whether it would take such a job, without submitting anything; a remark for the user, or nothing.

        A scheduler that can't judge a job before it is submitted finds out whether it is there at all.

        Parameters
        ----------
        request, script, variables
            As for `submit`; nothing of the job is written yet.

        Raises
        ------
        UsageError
            If the scheduler isn't there, or would never run such a job.
        """

    @abstractmethod
    def submit(self, request: JobRequest, after: Iterable[str], variables: Mapping[str, str]) -> str:
        """Submit a job whose script is written, in the run directory; its id.

        An answer that is lost is a passing error. The caller looks the job up by its token (`jobs`) before it submits
        it again. An answer in which there is no id, although the program reports success, is such an error, too; its
        `accepted` says that the job is to be looked for, and not submitted again.

        Parameters
        ----------
        request
            What is asked for.
        after
            The ids of jobs that must have ended before this one starts, however they end.
        variables
            Environment variables that the job inherits from the program that submits it. They may be secret: they may
            be in no file and on no command line.
        """

    def is_job_id(self, text: str) -> bool:
        """Whether a text may be the id of a job. Files in a run may hold anything, and ids get into command lines."""
        return text.isascii() and text.isdecimal()

    @abstractmethod
    def jobs(self, job_ids: Collection[str] | None) -> list[ListedJob]:
        """The jobs of sweeprun's that the scheduler lists, array elements one by one; those of other programs are not.

        Jobs are known by their token, as a scheduler may give ids out again. One without comments on jobs has the token
        and the role in the job's name, or in an environment variable of the job. Jobs that have ended may be among
        them; those that the scheduler has forgotten are not.

        Parameters
        ----------
        job_ids
            The jobs to look for; None for all of this user. More than these may be given.
        """

    @abstractmethod
    def directories(self, job_ids: Collection[str]) -> dict[str, str]:
        """The directory that each of some jobs was submitted in, which is its run's; of jobs that are gone, none.

        It tells a job of the run from one of a copy of it. A scheduler that doesn't know directories keeps the run's
        path where it keeps the token.
        """

    def ended(self, job_ids: Collection[str], since: float) -> dict[tuple[str, int], str]:
        """How elements ended that are listed no longer, by job id and array index, where the scheduler keeps accounts.

        Parameters
        ----------
        job_ids
            The jobs.
        since
            When the first of them was submitted (Unix time, seconds): earlier ones of the same ids are others.
        """
        del job_ids, since
        return {}

    @abstractmethod
    def cancel(self, jobs: Mapping[str, TaskIds | None]) -> None:
        """Cancel jobs: job id -> the array indices, or None for the whole job. What has ended is left as it is."""

    @abstractmethod
    def set_throttle(self, job_id: str, throttle: int) -> None:
        """Change how many elements of an array may run at once. Some of them may have ended.

        Raises
        ------
        UsageError
            If the scheduler can't change it: says so, and that ``cancel`` and ``resume`` can.
        """
