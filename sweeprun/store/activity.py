"""What launchers know of a run's elements: which wait, which run, and how those ended that left no trace on disk."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from sweeprun.design.task_ids import TaskIds
from sweeprun.store.submissions import Submission


class ElementState(Enum):
    """Where an element of an array stands."""

    QUEUED = "queued"
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element of an array, as its launcher sees it.

    Attributes
    ----------
    state
        Where it stands.
    job_id
        Its job.
    reason
        Why it waits, or how it ended.
    host
        Where it runs or ran.
    since
        When it started (Unix time, seconds); None if it hasn't.
    """

    state: ElementState
    job_id: str = ""
    reason: str = ""
    host: str = ""
    since: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAtWork:
    """A task that runs, as its launcher knows: where nothing on disk says so, for lack of a shared file system, say.

    Attributes
    ----------
    task_id
        Which one.
    host
        Where it runs; empty if that isn't known.
    pid
        The process that runs it; None if it has none that means anything to users.
    since
        When it began (Unix time, seconds); None if that isn't known.
    """

    task_id: int
    host: str = ""
    pid: int | None = None
    since: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What launchers know of a run's elements.

    Attributes
    ----------
    submissions
        All submissions of the run.
    elements
        ``(submission, array index)`` -> element. The index None stands for all elements of a submission.
    asked
        The submissions whose launcher could be asked: what it doesn't list of these has ended.
    problem
        Why a launcher could not be asked; empty if all could.
    running
        The tasks that launchers know to run; those whose worker has a beat on disk need not be among them.
    """

    submissions: tuple[Submission, ...] = ()
    elements: Mapping[tuple[int, int | None], Element] = field(default_factory=dict)
    asked: frozenset[int] = frozenset()
    problem: str = ""
    running: tuple[TaskAtWork, ...] = ()

    def element(self, submission: int, index: int | None) -> Element | None:
        """What is known of an element."""
        return self.elements.get((submission, index)) or self.elements.get((submission, None))

    def state(self, submission: int, index: int | None) -> ElementState | None:
        """Where an element stands; None if nobody knows."""
        element = self.element(submission, index)
        if element is not None:
            return element.state
        return ElementState.ENDED if submission in self.asked else None

    def is_active(self, submission: int, index: int | None) -> bool:
        """Whether an element waits or runs, or may do so."""
        return self.state(submission, index) is not ElementState.ENDED

    def active_elements(self) -> Iterator[tuple[Submission, int | None]]:
        """The elements that wait or run, or may do so; None for all of a submission."""
        for submission in self.submissions:
            if submission.number not in self.asked or (submission.number, None) in self.elements:
                if self.is_active(submission.number, None):
                    yield submission, None
                continue
            for number, index in self.elements:
                if number == submission.number and self.is_active(number, index):
                    yield submission, index

    def active_tasks(self) -> Iterator[TaskIds]:
        """The tasks of the elements that wait or run, or may do so."""
        for submission, index in self.active_elements():
            yield submission.array.tasks if index is None else submission.array.chunk(index)

    def runs_again(self, task_id: int, *, after: int) -> bool:
        """Whether an element of a submission later than number ``after`` is to run a task."""
        for submission in self.submissions:
            if submission.number > after:
                index = submission.array.element_of(task_id)
                state = None if index is None else self.state(submission.number, index)
                if state in (ElementState.QUEUED, ElementState.RUNNING):
                    return True
        return False
