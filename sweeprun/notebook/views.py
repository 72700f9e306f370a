"""What verbs found out about a run, as a notebook shows it."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from sweeprun.display.details import details_text
from sweeprun.display.failures import failure_lines
from sweeprun.display.plan import plan_text
from sweeprun.display.status import status_lines
from sweeprun.notebook.summary import STYLE, bar_of, escaped
from sweeprun.runs.logs import TaskOutput
from sweeprun.runs.plan import SweepPlan
from sweeprun.runs.show import TaskDetails
from sweeprun.runs.status import Status
from sweeprun.safe_text import plain
from sweeprun.store.snapshot import TaskState
from sweeprun.wording import PYTHON, speaking

View = TypeVar("View")

_SHOWN_CHARACTERS = 20_000


def seen_as(view: type[View], found: Any) -> View:
    """What a verb found out, as one of the classes of this module."""
    return view(**{field.name: getattr(found, field.name) for field in fields(found)})


class RunStatus(Status):
    """Where a run stands, as `Run.status` gives it; its attributes are those of `sweeprun.runs.status.Status`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join([*status_lines(self), *self._of_failures()])

    def _of_failures(self) -> list[str]:
        """What failed, and how to look closer at it."""
        with speaking(PYTHON):
            return [*failure_lines(self.failures), *map(str, self.closer)]

    def _repr_html_(self) -> str:
        counts = {state: self.states.get(state.value, 0) for state in TaskState}
        first, *others = [*status_lines(self), *self._of_failures()]
        lines = "".join(f"<div>{escaped(line)}</div>" for line in others)
        heading = "1 task" if self.tasks == 1 else f"{self.tasks} tasks"
        return (
            f'<style>{STYLE}</style><div class="sweeprun-run"><code>{escaped(first)}</code>'
            f"{bar_of(counts, heading)}{lines}</div>"
        )


class RunTask(TaskDetails):
    """A task of a run, as `Run.task` gives it; its attributes are those of `sweeprun.runs.show.TaskDetails`."""

    __slots__ = ()

    def __repr__(self) -> str:
        shown = self.to_dict()
        config: dict[str, Any] = {"config": self.config} if self.config else {}
        first = {name: shown.pop(name) for name in ("task", "coordinates")}
        return details_text(first | config | shown)

    def __getitem__(self, name: str) -> Any:
        """A result by its name."""
        results: Mapping[str, Any] = self.result
        return results[name]


class TaskLogs(TaskOutput):
    """What a task printed, as `Run.logs` gives it; its attributes are those of `sweeprun.runs.logs.TaskOutput`."""

    __slots__ = ()

    @property
    def text(self) -> str:
        """All that the task printed, in all attempts at it, the last one last."""
        return b"".join(output.text for output in self.outputs).decode(errors="replace")

    def __repr__(self) -> str:
        parts = [self.note] if self.note else []
        for output in (*self.outputs, *self.unmarked):
            if len(self.outputs) > 1:
                parts.append(f"attempt {output.attempt}, {output.path}:")
            parts.append(output.text.decode(errors="replace").removesuffix("\n"))
        shown = plain("\n".join(parts))
        if len(shown) <= _SHOWN_CHARACTERS:
            return shown
        return f"… {len(shown) - _SHOWN_CHARACTERS} characters before; .text has all\n{shown[-_SHOWN_CHARACTERS:]}"


class PlannedSweep(SweepPlan):
    """What a sweep would run, as `sweeprun.plan` gives it.

    Its attributes are those of `sweeprun.runs.plan.SweepPlan`.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return plan_text(self)
