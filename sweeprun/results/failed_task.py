"""One failed or lost task: where it stands, in which line of the user's code it failed, and why."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

from sweeprun.design.extension import whole_grid
from sweeprun.design.scalars import Scalar
from sweeprun.errors import SweeprunError
from sweeprun.results.coordinates import coordinates_text, varying_axes
from sweeprun.results.failure_lines import SourceLine, told_of
from sweeprun.results.masking import Masking, masking_of_manifest
from sweeprun.store.directory import RunDirectory
from sweeprun.store.extensions import config_text
from sweeprun.store.manifest import Manifest
from sweeprun.store.records import Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedTask:
    """One task that has no result.

    Attributes
    ----------
    task_id, coordinates
        Which task: its number, and axis -> label.
    kind
        The name of its exception, or how its worker ended.
    what
        The exception and its message in one line; of a command, how it ended and the last line that it wrote.
    where
        The line of the user's code that it failed in; None if that isn't known.
    message, traceback
        What the exception said, and as Python prints it; of a lost task the traceback is empty.
    """

    task_id: int
    coordinates: dict[str, Scalar]
    kind: str
    what: str
    where: SourceLine | None = None
    message: str = field(default="", repr=False)
    traceback: str = field(default="", repr=False)


class FailureTexts:
    """Tells failures of a run, with what is secret in their texts and coordinates masked.

    Parameters
    ----------
    run, manifest
        The run.
    revealed
        Keys whose values are shown although their names say that they are secret.
    """

    def __init__(self, run: RunDirectory, manifest: Manifest, revealed: Collection[str] = ()) -> None:
        self._run = run
        self._manifest = manifest
        self._revealed = frozenset(revealed)
        self.base = manifest.job.cwd

    @cached_property
    def masking(self) -> Masking:
        """What of the run is masked."""
        masking = masking_of_manifest(self._manifest, self._revealed)
        with suppress(SweeprunError, OSError):  # it may be gone, and the records still be there
            masking.hidden.yaml(config_text(self._run))  # notes the values, which messages may repeat
        return masking

    @cached_property
    def axes(self) -> tuple[str, ...]:
        """The axes that tell tasks apart."""
        return varying_axes(whole_grid(self.masking.manifest.table))

    def task(self, task_id: int, failure: Failure) -> FailedTask:
        """A task that failed."""
        told = told_of(failure.type, failure.message, failure.traceback)
        return FailedTask(
            task_id=task_id,
            coordinates=self.masking.manifest.table.task(task_id).coordinates,
            kind=self._masked(failure.type),
            what=self._masked(told.what),
            where=told.where,
            message=self._masked(failure.message),
            traceback=self._masked(failure.traceback),
        )

    def line(self, task: FailedTask) -> str:
        """A task in one line: ``input=station_13.csv  post.py:5  KeyError: 'value'``."""
        where = task.where.shown(self.base) if task.where is not None else ""
        return "  ".join(filter(None, [coordinates_text(task.coordinates, self.axes), where, task.what]))

    def _masked(self, text: str) -> str:
        hidden = self.masking.hidden
        return hidden.everywhere(hidden.text(text))
