"""What there is of a run, as it was when it was last looked at."""

import html
from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sweeprun.design.extension import whole_grid
from sweeprun.errors import SweeprunError
from sweeprun.notebook.advice import of_run, with_advice
from sweeprun.notebook.results import Results, tell
from sweeprun.notebook.summary import summarise
from sweeprun.runs.background import reap
from sweeprun.runs.observe import observe, state_counts
from sweeprun.safe_text import plain
from sweeprun.store.clean_names import clean_name
from sweeprun.store.directory import RunDirectory
from sweeprun.store.incremental_reader import ShardReader
from sweeprun.store.snapshot import Snapshot

if TYPE_CHECKING:
    import xarray as xr

    from sweeprun.notebook.failed_tasks import FailedTasks


class SeenRun:
    """The part of `sweeprun.Run` that looks: what there is of a run, and its results."""

    def __init__(self, directory: RunDirectory, reveal: Sequence[str] = ()) -> None:
        self._directory = directory
        self._revealed = frozenset(reveal)
        self._reader = ShardReader()
        self._told: set[str] = set()
        self.refresh()

    @property
    def path(self) -> Path:
        return self._directory.path

    @with_advice("run.refresh")
    def refresh(self) -> Self:
        """Look again, at what has changed since; returns the run itself, so that it shows at the end of a cell."""
        self._look()
        return self

    def _look(self) -> Snapshot:
        reap()
        self._snapshot = replace(observe(self._directory, self._reader.read), revealed=self._revealed)
        self._results = Results(self._snapshot)
        return self._snapshot

    @with_advice("run.progress")
    def progress(self) -> Self:
        """Show how the run goes on until everything has ended; returns the run as it is then.

        Interrupting it (the stop button, Ctrl-C) ends the watching, and not the run.

        Examples
        --------
        >>> run.progress().complete
        True
        """
        from sweeprun.notebook.watching import watch

        watch(self._look(), self._look)
        return self.refresh()

    @with_advice("run.wait")
    def wait(self, timeout: float | None = None) -> Self:
        """Wait until everything has ended; returns the run as it is then.

        Parameters
        ----------
        timeout
            How long at most, in seconds; None for as long as it takes.

        Raises
        ------
        TimeoutError
            If it hasn't ended by then. The run goes on.

        Examples
        --------
        >>> run.wait(timeout=60).complete
        True
        """
        from sweeprun.notebook.watching import wait

        if not wait(self._look(), self._look, timeout):
            raise TimeoutError(f"{self._directory.shown()} has not ended after {timeout:g} s; it goes on")
        self._tell_of_names()
        return self

    def _tell_of_names(self) -> None:
        """Say once what is wrong with the names of dimensions."""
        from sweeprun.notebook.watching import tell_of_names

        tell_of_names(self._snapshot, self._told)

    @property
    def dataset(self) -> "xr.Dataset":
        """All results so far, as `sweeprun collect` would write them; values are read when they are needed.

        Raises
        ------
        ResultError
            If two tasks returned what can't be one variable.
        """
        self._tell_of_names()
        dataset = self._results.whole
        tell(self._results.secrets, self._told)
        return dataset

    @property
    def counts(self) -> dict[str, int]:
        """How many tasks are in each state."""
        return state_counts(self._snapshot)

    @property
    def states(self) -> "xr.DataArray":
        """The state of each task, over the axes."""
        return self._results.states

    @property
    def complete(self) -> bool:
        """Whether every task succeeded."""
        return self._snapshot.complete

    @property
    def failures(self) -> "FailedTasks":
        """The failed and lost tasks: where each stands, in which line it failed, and why."""
        from sweeprun.notebook.failed_tasks import FailedTasks

        return FailedTasks(self._snapshot)

    def __getitem__(self, name: Hashable | Sequence[Hashable]) -> Any:
        """A variable of the Dataset; of a list of names, the Dataset with these, whatever becomes of the others."""
        if not isinstance(name, list):
            name = self._recorded(name)
            return self._results.having([name])[name]
        names = [self._recorded(one) for one in name]
        return self._results.having(names)[names]

    def _recorded(self, name: Hashable) -> Hashable:
        """The name that a result has in the Dataset: what a task called ``val/acc`` is ``val.acc``."""
        is_key = isinstance(name, str) and "/" in name and name not in self._results.available
        return clean_name(name)[0] if is_key else name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        results = () if "_results" not in vars(self) else self._names()
        raise AttributeError(of_run(name, [own for own in dir(self) if not own.startswith("_")], results))

    def _names(self) -> Collection[str]:
        """The names of the results, as far as they can be told."""
        try:
            return list(map(str, self._results.available.variables))
        except SweeprunError:
            return ()

    def __iter__(self) -> Iterator[Hashable]:
        """The names of the results."""
        return iter(self._results.available)

    def _ipython_key_completions_(self) -> list[Hashable]:
        return list(self._results.available.variables)

    def __repr__(self) -> str:
        try:
            shown = repr(self._results.available)
            if self._results.problem:
                shown = f"not all results: {self._results.problem}\n{shown}"
        except SweeprunError as error:
            shown = f"no Dataset: {error}"
        return f"{summarise(self._snapshot, self._results.doubts).text()}\n{plain(shown)}"

    def _repr_html_(self) -> str:
        try:
            shown = self._results.available._repr_html_()
            if self._results.problem:
                shown = f"<div>⚠ not all results: {html.escape(self._results.problem)}</div>{shown}"
        except SweeprunError as error:
            shown = f"<div>no Dataset: {html.escape(str(error))}</div>"
        return summarise(self._snapshot, self._results.doubts).html() + plain(shown)


def axes_of(run: SeenRun) -> list[str]:
    """The names by which a run's axes, and those that move together, are given."""
    grid = whole_grid(run._snapshot.manifest.table)
    return [*(joint.name for joint in grid.joint), *(axis.name for axis in grid.axes)]
