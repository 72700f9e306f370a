"""The array: how tasks are packed into the elements of one job array."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sweeprun.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Array:
    """One throttled array over the tasks ``0 … tasks - 1``; element ``i`` runs a chunk of consecutive tasks.

    Attributes
    ----------
    tasks
        How many tasks there are.
    tasks_per_job
        Tasks of one element (the last one may have fewer).
    throttle
        Elements that may run at once.
    """

    tasks: int
    tasks_per_job: int = 1
    throttle: int = 1

    def __post_init__(self) -> None:
        for name in ("tasks_per_job", "throttle"):
            if getattr(self, name) < 1:
                raise UsageError(f"hydra.launcher.{name} is {getattr(self, name)}; it must be at least 1")

    def __len__(self) -> int:
        return (self.tasks + self.tasks_per_job - 1) // self.tasks_per_job

    def chunk(self, index: int) -> range:
        """The task ids of one element.

        Raises
        ------
        UsageError
            If the array has no such element.
        """
        if not 0 <= index < len(self):
            raise UsageError(f"array index {index} is not in 0-{len(self) - 1}")
        first = index * self.tasks_per_job
        return range(first, min(first + self.tasks_per_job, self.tasks))

    def __str__(self) -> str:
        return f"0-{len(self) - 1}%{self.throttle}"

    def to_dict(self) -> dict[str, Any]:
        return {"tasks": self.tasks, "tasks_per_job": self.tasks_per_job, "throttle": self.throttle}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Array":
        return cls(tasks=data["tasks"], tasks_per_job=data["tasks_per_job"], throttle=data["throttle"])
