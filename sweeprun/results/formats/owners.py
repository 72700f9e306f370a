"""Whose a file of results is: whether sweeprun wrote it, and of which run; its format knows where it says so."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweeprun.errors import FormatError, UsageError
from sweeprun.results.attributes import RUN_DIGEST, RUN_PATH, STATISTICS_ATTRIBUTE, digest_of
from sweeprun.results.formats.all_formats import known_format
from sweeprun.results.formats.own_group import LOCK, attributes_of_store
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import read_json
from sweeprun.store.local_paths import OutputPath, StoreUrl


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The run that a file of results is of.

    Attributes
    ----------
    name
        The name of its directory.
    created
        When it was started.
    path
        Its directory; empty in files of earlier versions.
    digest
        Of its manifest; empty in files of earlier versions.
    of_statistics
        Whether the file has statistics of its results, and not these.
    """

    name: str
    created: str
    path: str = ""
    digest: str = ""
    of_statistics: bool = False

    def is_run(self, run: RunDirectory) -> bool:
        """Whether it is this run, wherever that was moved to."""
        if self.digest:
            return self.digest == digest_of(run)
        return (self.name, self.created) == (run.path.name, read_json(run.manifest)["provenance"].get("created"))

    def directory(self) -> RunDirectory | None:
        """Where the run is; None if it is there no more, or it isn't known where it was."""
        if not self.path:
            return None
        run = RunDirectory(Path(self.path))
        for place in (run.path, *sorted(run.earlier.glob("*"))):
            with suppress(OSError, FormatError, LookupError):
                if self.is_run(RunDirectory(place)):
                    return RunDirectory(place)
        return None


def owner_of(path: OutputPath) -> Owner | None:
    """The run that a file of results is of; None if sweeprun didn't write it."""
    attrs = _remote_attributes(path) if isinstance(path, StoreUrl) else _local_attributes(path)
    if "sweeprun" not in attrs:
        return None
    return Owner(
        name=str(attrs.get("run", "")),
        created=str(attrs.get("created", "")),
        path=str(attrs.get(RUN_PATH, "")),
        digest=str(attrs.get(RUN_DIGEST, "")),
        of_statistics=STATISTICS_ATTRIBUTE in attrs,
    )


def _local_attributes(path: Path) -> Mapping[str, Any]:
    if not (path.is_file() or path.is_dir()):  # a pipe would be waited for
        return {}
    try:
        found = known_format(path)
        return {} if found is None else found.attributes(path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError):
        return {}


def _remote_attributes(url: StoreUrl) -> Mapping[str, Any]:
    from sweeprun.results.formats.object_store import open_store, read_object, telling

    store = open_store(url)
    with telling(url):
        return attributes_of_store(lambda key: read_object(store, key))


def is_there(path: OutputPath) -> bool:
    """Whether anything is at a path.

    Raises
    ------
    UsageError
        If it is in an object store that can't be read.
    """
    if not isinstance(path, StoreUrl):
        return os.path.lexists(path)
    from sweeprun.results.formats.object_store import is_anything_below, open_store, telling

    store = open_store(path)
    with telling(path):
        return is_anything_below(store, LOCK)


def check_replaceable(
    path: OutputPath, run: RunDirectory, instead: str = "choose another name", *, statistics: bool = False
) -> RunDirectory | None:
    """Refuse to write over what can't be made again.

    Parameters
    ----------
    path
        The file that is going to be written.
    run
        Whose results it is going to hold.
    instead
        What the user can do about it.
    statistics
        Whether it is going to hold statistics of the results.

    Returns
    -------
    RunDirectory or None
        Another run, whose results are there; None if they are of the same run, or nothing is there.

    Raises
    ------
    UsageError
        If sweeprun didn't write what is there; it is of another run that is gone; or it has results and is going to
        hold statistics, or the other way round.
    """
    if not is_there(path):
        return None
    owner = owner_of(path)
    if owner is None:
        known = known_format(path)
        edited = isinstance(path, Path) and known is not None and known.was_edited(path)
        whose = "was edited since sweeprun wrote it" if edited else "is there and was not made by sweeprun"
        raise UsageError(f"{str(path)!r} {whose}, so it is not replaced; {instead}")
    if owner.of_statistics is not statistics:
        kinds = ("collected results", "statistics")
        raise UsageError(
            f"{str(path)!r} has {kinds[owner.of_statistics]}, which {kinds[statistics]} don't replace; {instead}"
        )
    if owner.is_run(run):
        return None
    other = owner.directory()
    if other is None:
        raise UsageError(
            f"{str(path)!r} has the results of the run {owner.path or owner.name!r}, which is there no more, so "
            f"they could not be collected again; remove the file, or {instead}"
        )
    return other
