"""Runs that are not below ``multirun``: a list of them in the directory that they were started in.

An application may have a sweep directory of its own anywhere (``hydra.sweep.dir: exp/${now:…}``), where nobody would
look for a run. It is one line a run, a path from that directory, and may be deleted like any list.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sweeprun.errors import FormatError
from sweeprun.store.directory import DEFAULT_ROOT, RunDirectory
from sweeprun.store.files import read_file

LISTED = ".sweeprun-runs"
SEARCH_DEPTH = 4
"""How deep below the root runs are looked for; Hydra's own layout is two levels."""

_MOST_BYTES = 10**7


def list_run(run: RunDirectory) -> None:
    """Note where a run is that was started here, unless it is where runs are looked for anyway."""
    here = Path.cwd()
    root = (here / DEFAULT_ROOT).resolve()
    if run.path.is_relative_to(root) and len(run.path.relative_to(root).parts) <= SEARCH_DEPTH:
        return
    path = os.fspath(run.path.relative_to(here) if run.path.is_relative_to(here) else run.path)
    if path in map(os.fspath, listed_runs()) or "\n" in path:
        return
    with suppress(OSError), (here / LISTED).open("ab") as file:  # a run that isn't listed can be named all the same
        file.write(os.fsencode(path) + b"\n")


def listed_runs() -> Iterator[Path]:
    """The paths that were noted here, of runs that may be gone."""
    with suppress(FormatError, FileNotFoundError):
        for line in read_file(Path(LISTED), _MOST_BYTES).splitlines():
            yield Path(os.fsdecode(line))
