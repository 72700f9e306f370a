"""What a launcher says while it runs."""

from dataclasses import dataclass
from typing import Protocol

from sweeprun.store.records import Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many tasks of a run have ended, and how.

    Attributes
    ----------
    total, succeeded, failed, lost
        How many there are, and how many have ended in each way.
    wrong
        What those are called that are failed or lost.
    """

    total: int
    succeeded: int = 0
    failed: int = 0
    lost: int = 0
    wrong: str = "failed"

    @property
    def done(self) -> int:
        """Tasks that have ended."""
        return self.succeeded + self.failed + self.lost


class Progress(Protocol):
    """Is told how a run goes on."""

    def update(self, tally: Tally) -> None:
        """The tally has changed."""

    def note(self, text: str) -> None:
        """Something happened that is worth a line."""


class TaskProgress(Progress, Protocol):
    """Is told, too, which tasks have failed."""

    def failed(self, task_id: int, failure: Failure) -> None:
        """A task has failed for good; of many that fail in the same way, the first are told."""
