"""The runs that there are, for a notebook."""

from os import PathLike

from sweeprun.display.terminal import TERMINAL
from sweeprun.errors import FormatError
from sweeprun.notebook.options import in_python
from sweeprun.notebook.run import Run
from sweeprun.store.directory import DEFAULT_ROOT
from sweeprun.store.finding import find_runs
from sweeprun.store.local_paths import local_path
from sweeprun.store.manifest import read_manifest


def list_runs(root: str | PathLike[str] = DEFAULT_ROOT) -> list[Run]:
    """All runs below a directory, newest first.

    Those that can't be read are passed over, and told.

    Parameters
    ----------
    root
        Where to look, some levels deep; by default ``./multirun``.

    Examples
    --------
    >>> [run.path for run in sweeprun.list_runs()]    # doctest: +SKIP
    """
    found = []
    with in_python():
        for directory in find_runs(local_path(root).expanduser()):
            try:
                read_manifest(directory)
            except FormatError as error:
                TERMINAL.warn(f"passed over: {error}")
            else:
                found.append(Run(directory))
    return found
