"""Runs that another one took the place of: kept within its directory."""

from pathlib import Path

from sweeprun.errors import RunDirectoryError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import sync_directory


def set_aside(run: RunDirectory) -> RunDirectory:
    """Move a run into a directory within its own, so that another can begin in its place; task directories stay.

    The manifest is moved first: if this is interrupted, nothing takes the rest for a run, and the next call goes on.

    Raises
    ------
    RunDirectoryError
        If somebody else is doing the same.
    """
    number = 1
    while RunDirectory(run.earlier / str(number)).submissions.exists():
        number += 1
    place = run.earlier / str(number)
    place.mkdir(parents=True, exist_ok=True)
    for path in _moved(run):
        if path.exists():
            try:
                path.rename(place / path.name)
            except OSError as error:
                raise RunDirectoryError(
                    f"what is in {run.shown()} can't be moved to {RunDirectory(place).shown()}: {error.strerror}"
                ) from error
    sync_directory(place)
    sync_directory(run.path)
    return RunDirectory(place)


def _moved(run: RunDirectory) -> list[Path]:
    """What makes a run, and is nobody else's: all but the directories of tasks, and Hydra's own config.

    The manifest is the first, and what claims the directory is the last.
    """
    files = [run.manifest, run.config, run.frozen_configs, run.function, run.function_source, run.resolvers, run.inputs]
    folders = [run.shards, run.workers, run.logs, run.codes, run.extensions, run.looks]
    return [*files, *folders, run.verification, run.path / "results.nc", run.submissions]
