"""Finding runs: those below a directory, the newest, the one that was named."""

import os
from collections.abc import Callable, Iterator
from math import inf
from pathlib import Path

from sweeprun.errors import FormatError, RunDirectoryError
from sweeprun.store.directory import DEFAULT_ROOT, RunDirectory, open_run_directory
from sweeprun.store.elsewhere import SEARCH_DEPTH, listed_runs

_NOT_FOR_US = (FileNotFoundError, NotADirectoryError, PermissionError)
"""A directory is gone meanwhile, or belongs to other people: no run of ours is missed."""


def find_runs(root: Path = DEFAULT_ROOT) -> list[RunDirectory]:
    """All runs below a directory, newest first; with those below ``multirun``, others that were started here.

    What may be a run, or hold some, and can't be looked at is among them: reading it says what is wrong.
    """
    found = list(_manifests(root, SEARCH_DEPTH))
    if root == DEFAULT_ROOT:
        found += (run for path in listed_runs() for run in _manifests(path, 0))
    manifests = sorted(found, key=lambda item: item[0], reverse=True)
    return [RunDirectory(Path(path)) for path in dict.fromkeys(os.path.realpath(path) for _, path in manifests)]


def newest_run(root: Path = DEFAULT_ROOT, say: Callable[[str], None] | None = None) -> RunDirectory:
    """The run that was started last, of those that can be read.

    Parameters
    ----------
    root
        Where to look.
    say
        Is told which newer runs were passed over, and why.

    Raises
    ------
    RunDirectoryError
        If there is none.
    """
    from sweeprun.store.manifest import read_manifest  # only now: it imports NumPy

    passed_over: list[str] = []
    for run in find_runs(root):
        try:
            read_manifest(run)
        except FormatError as error:
            passed_over.append(str(error))
            continue
        if passed_over and say is not None:
            say(f"taking {run.shown()}, as {_newer(passed_over)}")
        return run
    if passed_over:
        raise RunDirectoryError(f"no run below {str(root.resolve())!r} can be read: {passed_over[0]}")
    raise RunDirectoryError(f"there is no run below {str(root.resolve())!r}; start one, or name one")


def _newer(passed_over: list[str]) -> str:
    if len(passed_over) == 1:
        return f"a newer run can't be read: {passed_over[0]}"
    return f"{len(passed_over)} newer runs can't be read, the newest because: {passed_over[0]}"


def chosen_run(path: Path | None, say: Callable[[str], None] | None = None) -> RunDirectory:
    """The run that was named, or the newest; see `newest_run`."""
    return newest_run(say=say) if path is None else open_run_directory(path)


def _manifests(directory: Path | str, depth: int) -> Iterator[tuple[tuple[float, str], str]]:
    """``((when, name), run directory)`` of the runs below a directory; a run's own content is not searched."""
    path = os.fspath(directory)
    try:
        entries = list(os.scandir(directory))
        manifest = next((entry for entry in entries if entry.name == "manifest.json"), None)
        made = None if manifest is None else manifest.stat(follow_symlinks=False).st_mtime_ns
    except _NOT_FOR_US:
        return
    except OSError:  # a file system that hangs or broke: it may hide the newest run
        yield (inf, path), path
        return
    if made is not None:
        yield (made, path), path
        return
    if depth:
        for entry in entries:
            if _is_directory(entry):
                yield from _manifests(entry.path, depth - 1)


def _is_directory(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:  # looking into it says what is wrong
        return True
