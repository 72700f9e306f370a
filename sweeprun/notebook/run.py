"""A run in a notebook: what is there of it now, as a Dataset whose values are read when they are needed."""

import html
from collections.abc import Hashable, Iterator, Sequence
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeprun.cli.arguments import chosen_run
from sweeprun.cli.display import plain
from sweeprun.cli.observing import observe
from sweeprun.cli.progress import state_counts
from sweeprun.errors import SweeprunError
from sweeprun.notebook.summary import summarise
from sweeprun.store.directory import RunDirectory
from sweeprun.store.rereading import ShardReader

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

_SMALL_BYTES = 2**22
"""So small a Dataset is read at once: it shows its values."""


def open_run(path: str | PathLike[str] | None = None) -> "Run":
    """Open a run, which may still be going on.

    Parameters
    ----------
    path
        The run directory; by default the newest below ``./multirun``.

    Raises
    ------
    RunDirectoryError
        If there is no such run.
    FormatError
        If it can't be read.

    Examples
    --------
    >>> run = sweeprun.open_run()           # doctest: +SKIP
    >>> run["loss"].mean("seed").plot()     # doctest: +SKIP
    >>> run.refresh().counts                # doctest: +SKIP
    """
    import_module("sweeprun.mc")  # Datasets have `.mc` from then on
    return Run(chosen_run(None if path is None else Path(path).expanduser()))


class Run:
    """What is there of a run, as it was when it was last looked at.

    Nothing changes by itself: `refresh` looks again. Datasets that were taken before stay as they are.

    Parameters
    ----------
    directory
        The run directory.

    Attributes
    ----------
    path
        Where it is.
    """

    def __init__(self, directory: RunDirectory) -> None:
        self._directory = directory
        self._reader = ShardReader()
        self.refresh()

    @property
    def path(self) -> Path:
        return self._directory.path

    def refresh(self) -> "Run":
        """Look again, at what has changed since; returns the run itself, so that it shows at the end of a cell."""
        self._snapshot = observe(self._directory, self._reader.read)
        self._dataset: xr.Dataset | None = None
        return self

    @property
    def dataset(self) -> "xr.Dataset":
        """All results so far, as `sweeprun collect` would write them; values are read when they are needed.

        Raises
        ------
        ResultError
            If two tasks returned what can't be one variable.
        """
        if self._dataset is None:
            from sweeprun.results.collect import open_snapshot

            import_module("sweeprun.mc")  # which gives Datasets their `.mc`
            self._dataset = open_snapshot(self._snapshot).dataset
            if self._dataset.nbytes <= _SMALL_BYTES:
                self._dataset.load()
        return self._dataset

    @property
    def counts(self) -> dict[str, int]:
        """How many tasks are in each state."""
        return state_counts(self._snapshot)

    @property
    def states(self) -> "xr.DataArray":
        """The state of each task, over the axes."""
        return self.dataset["state"]

    @property
    def complete(self) -> bool:
        """Whether every task succeeded."""
        return self._snapshot.complete

    @property
    def failures(self) -> "pd.DataFrame":
        """The failed and lost tasks, one a row, by task id: their coordinates, and what went wrong."""
        from sweeprun.results.failures import failure_table

        return failure_table(self._snapshot)

    def __getitem__(self, name: Hashable | Sequence[Hashable]) -> Any:
        """A variable of the Dataset; of a list of names, the Dataset with these."""
        return self.dataset[name]

    def __iter__(self) -> Iterator[Hashable]:
        """The names of the results."""
        return iter(self.dataset)

    def _ipython_key_completions_(self) -> list[Hashable]:
        return list(self.dataset.variables)

    def __repr__(self) -> str:
        try:
            shown = repr(self.dataset)
        except SweeprunError as error:
            shown = f"no Dataset: {error}"
        return f"{summarise(self._snapshot).text()}\n{plain(shown)}"

    def _repr_html_(self) -> str:
        try:
            shown = self.dataset._repr_html_()
        except SweeprunError as error:
            shown = f"<div>no Dataset: {html.escape(str(error))}</div>"
        return summarise(self._snapshot).html() + plain(shown)
