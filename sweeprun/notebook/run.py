"""A run in a notebook: what is there of it now, and what can be done with it."""

from collections.abc import Sequence
from functools import partial
from importlib import import_module
from os import PathLike
from typing import Any

from sweeprun.display.terminal import TERMINAL
from sweeprun.notebook.advice import with_advice
from sweeprun.notebook.checking import Checking
from sweeprun.notebook.extending import Extending
from sweeprun.notebook.showing import Showing
from sweeprun.notebook.starting import Starting
from sweeprun.store.finding import chosen_run
from sweeprun.store.local_paths import local_path


@with_advice("sweeprun.open_run")
def open_run(path: str | PathLike[str] | None = None, *, reveal: str | Sequence[str] = ()) -> "Run":
    """Open a run, which may still be going on.

    Parameters
    ----------
    path
        The run directory; by default the newest below ``./multirun``.
    reveal
        Keys and results that Datasets have although their names say that they are secret.

    Raises
    ------
    RunDirectoryError
        If there is no such run.
    FormatError
        If it can't be read.

    Examples
    --------
    >>> run = sweeprun.open_run()
    >>> run["pi"].mean("member").sizes
    Frozen({'n': 2})
    >>> run.refresh().counts["succeeded"]
    6
    """
    import_module("sweeprun.mc")  # Datasets have `.mc` from then on
    directory = chosen_run(None if path is None else local_path(path).expanduser(), TERMINAL.warn)
    return Run(directory, [reveal] if isinstance(reveal, str) else reveal)


class Run(Starting, Extending, Checking, Showing):
    """What is there of a run, as it was when it was last looked at, and what can be done with it.

    Nothing changes by itself: `refresh` looks again. Datasets that were taken before stay as they are.

    Parameters
    ----------
    directory
        The run directory.
    reveal
        Keys and results that Datasets have although their names say that they are secret.

    Attributes
    ----------
    path
        Where it is.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy, or the run in another process, is the run opened again."""
        return partial(open_run, reveal=tuple(self._revealed)), (self.path.absolute(),)
