"""A worker as its pool sees it: the link to it, what it was handed, and what it has reported."""

from dataclasses import dataclass

from sweeprun.design.task_ids import TaskIds
from sweeprun.launchers.answers import Answer, Broken, Done, Failed, Ready
from sweeprun.launchers.link import Link
from sweeprun.launchers.work_queue import Turn

_NO_TASKS = TaskIds(())


@dataclass(slots=True, eq=False)
class PoolWorker:
    """A worker of a pool.

    Attributes
    ----------
    link, slot
        The link to it, and its place in the pool.
    started, given
        When it was started, and when it got its turn or was started (monotonic clock, seconds).
    name
        Its name; None until it is ready.
    assigned, elements
        The tasks of its turn, and of how many elements they are.
    pace
        Seconds for an element in its last turn; None before the first.
    succeeded, failed
        What it has reported.
    noted
        Whether it said that all of its tasks lack something.
    broken
        What it could not write, if it said so.
    overdue
        Whether it was killed for its task's time limit.
    forged
        The line, if any, that it can't have answered itself, for which it was killed.
    """

    link: Link
    slot: int
    started: float
    given: float = 0.0
    name: str | None = None
    assigned: TaskIds = _NO_TASKS
    elements: int = 1
    pace: float | None = None
    succeeded: int = 0
    failed: int = 0
    noted: bool = False
    broken: Broken | None = None
    overdue: bool = False
    forged: str = ""

    def expects(self, answer: Answer) -> bool:
        """Whether it can have answered that, by what it was handed and by what it said before."""
        match answer:
            case Ready():
                return self.name is None
            case Done(succeeded, failed):
                tasks = len(self.assigned)
                more = (succeeded - self.succeeded, failed - self.failed)
                return tasks > 0 and min(more) >= 0 and sum(more) == tasks
            case Failed(task_id=int(task_id)) | Broken(task_id=int(task_id)):
                return task_id in self.assigned
        return True

    def hand(self, turn: Turn, now: float) -> None:
        """Hand it a turn."""
        self.given, self.assigned, self.elements = now, turn.tasks, turn.elements
        self.link.ask(turn.request())

    def take_report(self, done: Done, now: float) -> None:
        """It has done its turn."""
        self.succeeded, self.failed = done.succeeded, done.failed
        self.pace = (now - self.given) / self.elements
        self.assigned = _NO_TASKS
