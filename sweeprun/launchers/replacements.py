"""When workers that came to nothing are replaced, and when that is given up. Pure: it is told the time."""

from collections import deque
from collections.abc import Iterable
from math import inf

GIVEN_UP_AFTER = 3
"""So many workers in a row may come to nothing."""

_LONGEST_PAUSE = 60.0


class Replacements:
    """The slots of a pool that have no worker, and when they get one.

    What ends a worker may end all of them: a file server that hiccups, a full disk. That counts once, as one trouble:
    only a worker that was started after it says that it lasts. So while there is trouble, workers are started one at a
    time, after longer and longer pauses, until one is ready to work.

    Parameters
    ----------
    slots
        All of them are vacant at first.
    """

    def __init__(self, slots: Iterable[int]) -> None:
        self._vacant = deque(slots)
        self._trouble = False
        self._counted = -inf
        self._not_before = -inf
        self._in_a_row = 0
        self._tried = 0

    @property
    def hopeless(self) -> bool:
        """Whether so many in a row came to nothing that it is no hiccup."""
        return self._in_a_row >= GIVEN_UP_AFTER

    @property
    def lasting(self) -> bool:
        """Whether so many could not even begin, perhaps while others work."""
        return self._tried >= GIVEN_UP_AFTER

    def limit(self, slots: int) -> None:
        """Fill so many slots at most, of those that are vacant at first."""
        while len(self._vacant) > slots:
            self._vacant.pop()

    def vacate(self, slot: int) -> None:
        """A slot has no worker any more."""
        self._vacant.append(slot)

    def take(self, now: float, *, starting: bool) -> int | None:
        """A slot to start a worker in now, if there is one.

        Parameters
        ----------
        now
            By the monotonic clock, seconds.
        starting
            Whether there is a worker that isn't ready yet.
        """
        if not self._vacant or (self._trouble and (starting or now < self._not_before)):
            return None
        return self._vacant.popleft()

    def wait(self, now: float, *, starting: bool) -> float | None:
        """Seconds until there will be one; None if that depends on workers."""
        return max(0.0, self._not_before - now) if self._vacant and self._trouble and not starting else None

    def came_to_nothing(self, started: float, now: float) -> None:
        """A worker that was started at some time could not be, or ended before it had done anything."""
        self._trouble = True
        if started < self._counted:
            return
        self._counted = now
        self._in_a_row += 1
        self._tried += 1
        pause = 0.0 if self._tried == 1 else min(_LONGEST_PAUSE, 2.0 ** (self._tried - 2))
        self._not_before = now + pause

    def is_ready(self, started: float) -> None:
        """A worker is ready to work; that is, it can write what it must."""
        if started >= self._counted:
            self._trouble = False
            self._tried = 0

    def worked(self) -> None:
        """A worker has run tasks, and recorded them."""
        self._in_a_row = 0
