"""The policy of a run: what becomes of tasks that fail or take too long, and whether global generators are seeded."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sweeprun.design.scalars import check_types
from sweeprun.errors import OverrideError
from sweeprun.wording import sweeper

LOST = "LOST"
TIMEOUT = "timeout"
UNSTORABLE = "unstorable"
"""The reason why a task failed that returned what can't be stored: it would do so again."""

_MOST_RETRIES = 2**20

_LONGEST_TIMEOUT = 1e9
"""Seconds; timers take no more than about nine times that."""


GRACE_SECONDS = 10.0
"""So long a task may go on that a signal asked to stop, if nothing else is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What becomes of tasks that fail.

    Attributes
    ----------
    retries
        How often a task that failed runs again within one submission, on the same stream.
    retry_on
        For which reasons: ``LOST`` (its worker died), ``timeout``, and names of exceptions, of base classes too; None
        for whatever reason.
    timeout
        After how many seconds a task has failed; None for never.
    max_failures
        After so many tasks that failed for good, no further one is started; None for never.
    seed_globals
        Whether ``random``, NumPy's legacy generator and, if imported, torch are seeded from the task's stream.
    """

    retries: int = 0
    retry_on: tuple[str, ...] | None = None
    timeout: float | None = None
    max_failures: int | None = None
    seed_globals: bool = False

    def __post_init__(self) -> None:
        if self.retries < 0:
            raise OverrideError(f"{sweeper('retries')} is {self.retries}; it must be at least 0")
        if self.timeout is not None and not 0 < self.timeout <= _LONGEST_TIMEOUT:
            raise OverrideError(
                f"{sweeper('timeout')} is {self.timeout}; it must be a number of seconds above 0, of years at most"
            )
        if self.max_failures is not None and self.max_failures < 1:
            raise OverrideError(f"{sweeper('max_failures')} is {self.max_failures}; it must be at least 1")
        for name in self.retry_on or ():
            for word in (LOST, TIMEOUT):
                if name != word and name.lower() == word.lower():
                    raise OverrideError(f"{sweeper('retry_on')} has {name!r}; write {word}")
            if not all(part.isidentifier() for part in name.split(".")):
                raise OverrideError(
                    f"{sweeper('retry_on')} has {name!r}; write {LOST}, {TIMEOUT} or the name of an exception"
                )

    @property
    def needs_supervision(self) -> bool:
        """Whether somebody has to outlive a task, to see how it ended."""
        return bool(self.retries) or self.timeout is not None or self.max_failures is not None

    def retries_after(self, reasons: Mapping[str, Any] | set[str]) -> bool:
        """Whether a failure that has any of these names is one to retry; never one of a result that can't be stored."""
        return UNSTORABLE not in reasons and (self.retry_on is None or any(name in reasons for name in self.retry_on))

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"retry_on": None if self.retry_on is None else list(self.retry_on)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Policy":
        retry_on = data["retry_on"]
        check_types(int | None, data["retries"], data["max_failures"])
        check_types(int | float | None, data["timeout"])
        if data["retries"] > _MOST_RETRIES:
            raise ValueError(f"{data['retries']} retries are more than attempts can be numbered")
        return cls(**{**data, "retry_on": None if retry_on is None else tuple(map(str, retry_on))})
