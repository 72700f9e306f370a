"""The runs that there are, for a notebook."""

from collections.abc import Sequence
from os import PathLike
from typing import overload

from sweeprun.display.terminal import TERMINAL
from sweeprun.notebook.advice import with_advice
from sweeprun.notebook.options import in_python
from sweeprun.notebook.run import Run
from sweeprun.runs.list_runs import ListedRun
from sweeprun.runs.list_runs import list_runs as runs_below
from sweeprun.safe_text import plain_line
from sweeprun.store.directory import DEFAULT_ROOT
from sweeprun.store.local_paths import local_path


class RunList(Sequence[Run]):
    """Runs, newest first, one a line; each is opened when it is taken out.

    Parameters
    ----------
    listed
        What is known of each.
    """

    def __init__(self, listed: Sequence[ListedRun]) -> None:
        self._listed = tuple(listed)

    def __len__(self) -> int:
        return len(self._listed)

    @overload
    def __getitem__(self, place: int) -> Run: ...
    @overload
    def __getitem__(self, place: slice) -> "RunList": ...
    def __getitem__(self, place: int | slice) -> "Run | RunList":
        if isinstance(place, slice):
            return RunList(self._listed[place])
        return Run(self._listed[place].run)

    def __repr__(self) -> str:
        return "\n".join(plain_line(str(listed)) for listed in self._listed) or "no runs"


@with_advice("sweeprun.list_runs")
def list_runs(root: str | PathLike[str] = DEFAULT_ROOT) -> RunList:
    """All runs below a directory, newest first.

    Those that can't be read are passed over, with a warning.

    Parameters
    ----------
    root
        Where to look, some levels deep; by default ``./multirun``.

    Returns
    -------
    RunList
        A sequence of runs that shows each in a line; a run is opened when it is taken out.

    Examples
    --------
    >>> sweeprun.list_runs()
    multirun/...  6 succeeded  sweeprun.sweep(estimate, {'n': [100, 1000]}, members=3)
    >>> newest = sweeprun.list_runs()[0]
    >>> [run.complete for run in sweeprun.list_runs()]
    [True]
    """
    with in_python():
        listed = runs_below(local_path(root).expanduser())
        for run in listed:
            if run.error:
                TERMINAL.warn(f"passed over: {run.error}")
    return RunList([run for run in listed if not run.error])
