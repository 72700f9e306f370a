"""The failed tasks of a run in Python: a sequence, shown by coordinates and line, and a table if one is asked for."""

import html
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

from sweeprun.display.failures import failure_lines
from sweeprun.results.dtypes import encodable_text
from sweeprun.results.failed_task import FailedTask
from sweeprun.results.failures import FailureGroup, FailureReader, Failures
from sweeprun.results.in_common import Common
from sweeprun.store.snapshot import Snapshot

if TYPE_CHECKING:
    import pandas as pd


class FailedTasks(Sequence[FailedTask]):
    """The failed and lost tasks of a run, by task id; each is read when it is asked for.

    Shown, it groups equal failures, and says what failed tasks have in common.

    Examples
    --------
    >>> run.failures                      # doctest: +SKIP
    >>> run.failures[0].where             # doctest: +SKIP
    >>> run.failures.to_dataframe()       # doctest: +SKIP
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._reader = FailureReader(snapshot)

    @cached_property
    def _grouped(self) -> Failures:
        return self._reader.read()

    @property
    def groups(self) -> tuple[FailureGroup, ...]:
        """The tasks by what went wrong, the largest group first."""
        return self._grouped.groups

    @property
    def common(self) -> Common | None:
        """What all of them have in common that tasks which succeeded don't; None if there is nothing to say."""
        groups = self.groups
        return groups[0].common if len(groups) == 1 else self._grouped.common

    def to_dataframe(self) -> "pd.DataFrame":
        """A table by task id: coordinates, and the columns ``error``, ``message``, ``where`` and ``traceback``."""
        import pandas as pd

        axes = self._snapshot.manifest.table.blocks[0].design.axes
        columns: dict[str, list[Any]] = {encodable_text(axis.name): [] for axis in axes}
        told: dict[str, list[str]] = {"error": [], "message": [], "where": [], "traceback": []}
        base = self._reader.base
        for task in self:
            for column, label in zip(columns.values(), task.coordinates.values(), strict=True):
                column.append(encodable_text(label) if isinstance(label, str) else label)
            where = "" if task.where is None else task.where.shown(base)
            for column, text in zip(told.values(), (task.kind, task.message, where, task.traceback), strict=True):
                column.append(encodable_text(text))
        for name, texts in told.items():
            columns[name if name not in columns else f"{name}_"] = texts
        return pd.DataFrame(columns, index=pd.Index(self._reader.task_ids, name="task_id", dtype="int64"))

    def __len__(self) -> int:
        return len(self._reader.task_ids)

    @overload
    def __getitem__(self, place: int) -> FailedTask: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[FailedTask, ...]: ...

    def __getitem__(self, place: int | slice) -> FailedTask | tuple[FailedTask, ...]:
        if isinstance(place, slice):
            return tuple(map(self._reader.task, self._reader.task_ids[place].tolist()))
        if not hasattr(place, "__index__"):
            raise TypeError(f"run.failures is a sequence of tasks; its table is run.failures.to_dataframe()[{place!r}]")
        return self._reader.task(int(self._reader.task_ids[place]))

    def __repr__(self) -> str:
        return "\n".join(failure_lines(self._grouped)) or "no task failed"

    def _repr_html_(self) -> str:
        return f'<pre style="white-space: pre-wrap">{html.escape(repr(self))}</pre>'
