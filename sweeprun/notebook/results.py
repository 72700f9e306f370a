"""The results that a run had when somebody looked, as Datasets that a notebook takes from."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from sweeprun.errors import ResultError, SweeprunError
from sweeprun.results.notes import NoteKind
from sweeprun.safe_text import plain_message
from sweeprun.store.snapshot import Snapshot

if TYPE_CHECKING:
    import xarray as xr

    from sweeprun.results.collect import Collected

_SMALL_BYTES = 2**22
"""So small a Dataset is read at once: it shows its values."""

_MOST_DOUBTED_BYTES = 2**24
"""So much is read to look for NaN and equal members before a run is shown."""


class Results:
    """What there is of a run as Datasets, whose values are read when they are needed.

    Parameters
    ----------
    snapshot
        The run, as it was when somebody looked.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    @cached_property
    def _collected(self) -> "Collected":
        """All that tasks agree on, and why the rest isn't there."""
        return self._opened(None)

    @property
    def available(self) -> "xr.Dataset":
        """All results that can be variables of one Dataset."""
        return self._collected.dataset

    @property
    def problem(self) -> str:
        """Why these are not all; empty if they are."""
        from sweeprun.results.variables import disagreement, in_python

        refused = self._collected.refused
        return str(disagreement(refused, list(map(str, self.available)), in_python)) if refused else ""

    @property
    def secrets(self) -> list[str]:
        """What is masked or left out, as its name says that it is secret."""
        return [note.text for note in self._collected.notes if note.kind is NoteKind.SECRETS]

    @property
    def whole(self) -> "xr.Dataset":
        """All results.

        Raises
        ------
        ResultError
            If two tasks returned what can't be one variable.
        """
        if self.problem:
            raise ResultError(self.problem)
        return self.available

    def having(self, names: Sequence[object]) -> "xr.Dataset":
        """A Dataset that has some variables, whatever becomes of the others.

        Raises
        ------
        ResultError
            If one of them can't be.
        """
        from sweeprun.results.variables import disagreement, in_python

        if self._collected.refused.keys().isdisjoint(map(str, names)):
            return self.available
        known = {*self._collected.refused, *map(str, self.available.data_vars)}
        alone = self._opened([str(name) for name in names if name in known])  # what they agree on without the others
        refused = {name: why for name, why in alone.refused.items() if name in names}
        if refused:
            raise disagreement(refused, [str(name) for name in self.available if name in names], in_python)
        return alone.dataset

    @cached_property
    def doubts(self) -> list[str]:
        """What the user should know of the values: NaN, infinite ones, and members that are equal."""
        from sweeprun.statistics.doubts import doubts_within

        try:
            return doubts_within(self.available, _MOST_DOUBTED_BYTES)
        except SweeprunError:  # there is no Dataset, and why is shown in its place
            return []

    @property
    def states(self) -> "xr.DataArray":
        """The state of each task, which is there whatever tasks returned."""
        try:
            return self.available["state"]
        except ResultError:
            return self._opened(()).dataset["state"]

    def _opened(self, only: Sequence[str] | None) -> "Collected":
        from sweeprun.results.collect import open_snapshot
        from sweeprun.results.variables import VariableError

        import_module("sweeprun.mc")  # which gives Datasets their `.mc`
        collected = open_snapshot(self._snapshot, only, in_part=True)
        if collected.dataset.nbytes > _SMALL_BYTES:
            return collected
        dataset, refused = collected.dataset, dict(collected.refused)
        for name, variable in collected.dataset.variables.items():
            try:
                variable.load()
            except VariableError as error:
                dataset, refused = dataset.drop_vars([name]), refused | {error.name: error.why}
        return replace(collected, dataset=dataset, refused=refused)


def tell(lines: Iterable[str], told: set[str]) -> None:
    """Say on standard error what was not said before; ``told`` is what was."""
    for line in lines:
        if line not in told:
            told.add(line)
            print(plain_message(line), file=sys.stderr)
