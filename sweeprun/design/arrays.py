"""The array: how tasks are packed into the elements of one job array."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sweeprun.design.scalars import check_types
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import UsageError
from sweeprun.wording import launcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Array:
    """One throttled array over some tasks; element ``i`` runs a chunk of tasks that follow each other.

    Attributes
    ----------
    tasks
        The tasks.
    tasks_per_job
        Tasks of one element (the last one may have fewer).
    throttle
        Elements that may run at once.
    """

    tasks: TaskIds
    tasks_per_job: int = 1
    throttle: int = 1

    def __post_init__(self) -> None:
        for name in ("tasks_per_job", "throttle"):
            if getattr(self, name) < 1:
                raise UsageError(f"{launcher(name)} is {getattr(self, name)}; it must be at least 1")

    def __len__(self) -> int:
        return (len(self.tasks) + self.tasks_per_job - 1) // self.tasks_per_job

    def chunk(self, index: int) -> TaskIds:
        """The tasks of one element.

        Raises
        ------
        UsageError
            If the array has no such element.
        """
        if not 0 <= index < len(self):
            raise UsageError(f"array index {index} is not in 0-{len(self) - 1}")
        return self.chunks(index, index + 1)

    def chunks(self, first: int, stop: int) -> TaskIds:
        """The tasks of the elements ``first … stop - 1``."""
        return self.tasks.part(first * self.tasks_per_job, stop * self.tasks_per_job)

    def element_of(self, task_id: int) -> int | None:
        """The index of the element that runs a task; None if none does."""
        return self.tasks.position(task_id) // self.tasks_per_job if task_id in self.tasks else None

    def __str__(self) -> str:
        return f"0-{len(self) - 1}%{self.throttle}"

    def to_dict(self) -> dict[str, Any]:
        return {"tasks": str(self.tasks), "tasks_per_job": self.tasks_per_job, "throttle": self.throttle}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Array":
        check_types(int, data["tasks_per_job"], data["throttle"])
        return cls(tasks=TaskIds.parse(data["tasks"]), tasks_per_job=data["tasks_per_job"], throttle=data["throttle"])
