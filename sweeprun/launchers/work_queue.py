"""What of an array is still to be handed out, and how much of it at a time. Pure."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds

TURN_SECONDS = 0.1
"""How much work a worker is handed at a time, once its pace is known: little, so that none is left with a long tail."""

HICCUP_SECONDS = 10.0

_GROWTH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a worker is handed.

    Attributes
    ----------
    tasks, elements
        The tasks, and of how many elements they are.
    retries
        How often they were retried before.
    """

    tasks: TaskIds
    elements: int
    retries: int = 0

    def request(self) -> str:
        """As the worker is asked for it."""
        return f"tasks {self.tasks} {self.retries}" if self.retries else f"tasks {self.tasks}"


def tasks_asked(request: str) -> TaskIds:
    """The tasks of a request."""
    return TaskIds.parse(request.split()[1])


class WorkQueue:
    """The elements of an array, one after the other, and before them tasks whose worker did not do them.

    Parameters
    ----------
    array
        The array.
    workers
        How many workers share it.
    """

    def __init__(self, array: Array, workers: int) -> None:
        self._array = array
        self._workers = workers
        self._next = 0
        self._put_back: deque[int] = deque()
        self._retries: dict[int, int] = {}
        self._unrecorded: dict[int, tuple[int, float]] = {}

    def __bool__(self) -> bool:
        """Whether there is anything left."""
        return bool(self._put_back) or self._next < len(self._array)

    def next_turn(self, elements: int, pace: float | None) -> Turn | None:
        """What a worker is handed next, whose last turn was so many elements, of so many seconds each."""
        if self._put_back:
            task_id = self._put_back.popleft()
            return Turn(tasks=TaskIds.of([task_id]), elements=1, retries=self.retries(task_id))
        if not self:
            return None
        count = self._count(elements, pace)
        first, self._next = self._next, self._next + count
        return Turn(tasks=self._array.chunks(first, self._next), elements=count)

    def _count(self, elements: int, pace: float | None) -> int:
        """How many elements make about `TURN_SECONDS`, by the pace of the last turn; never more than a fair share."""
        if pace is None:
            return 1
        wanted = int(TURN_SECONDS / max(pace, 1e-9))
        fair = (len(self._array) - self._next) // (2 * self._workers)
        return max(1, min(wanted, fair, elements * _GROWTH))

    def put_back(self, task_ids: Iterable[int]) -> None:
        """Tasks that a worker was handed and has not begun."""
        self._put_back.extend(task_ids)

    def retries(self, task_id: int) -> int:
        """How often a task was retried."""
        return self._retries.get(task_id, 0)

    def put_back_to_retry(self, task_id: int, retries: int) -> None:
        """A task that a worker was on, and how often it will have been retried."""
        self._retries[task_id] = retries
        self._put_back.append(task_id)

    def count_unrecorded(self, task_ids: Iterable[int], started: float, now: float) -> int:
        """Note that the results of some tasks could not be recorded; how often that was so of one of them, at most.

        What happens to a task within seconds, by workers that were all there before, is one hiccup, and counts once.

        Parameters
        ----------
        task_ids
            The tasks.
        started, now
            When the worker was started that could not record them, and the time (monotonic clock, seconds).
        """
        most = 0
        for task_id in task_ids:
            count, last = self._unrecorded.get(task_id, (0, -inf))
            if started > last or now - last > HICCUP_SECONDS:
                count, last = self._unrecorded[task_id] = (count + 1, now)
            most = max(most, count)
        return most
