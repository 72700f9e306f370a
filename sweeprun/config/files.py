"""Files as the values of an axis: ``input=glob('data/*.nc')``, where the key is no config group."""

import fnmatch
import glob
import os
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any

from hydra.core.override_parser.types import Glob

from sweeprun.config.grammar import as_typed
from sweeprun.design.values import AxisValues, Files
from sweeprun.errors import OverrideError


def matching_files(swept: Glob, *, written: str, base: Path, like: AxisValues | None = None) -> Files:
    """The files that patterns match now, sorted by their paths, which are relative if the pattern is.

    Parameters
    ----------
    swept
        The patterns, ``**`` being any directories.
    written, base
        As they were typed, and the directory that they start from.
    like
        Values of the same axis that are there already; if they are files, these are labelled like them.

    Raises
    ------
    OverrideError
        If no file matches.
    """
    include, exclude = map(_patterns, (swept.include, swept.exclude))
    found = {path for pattern in include for path in glob.glob(pattern, root_dir=base, recursive=True)}  # noqa: PTH207  # as typed
    paths = sorted(path for path in found if (base / path).is_file() and not _excluded(path, exclude))
    if not paths:
        others = len(found)
        why = f"; {others} other paths match, which are excluded or no files" if others else ""
        raise OverrideError(f"{written}: no file matches in {str(base)!r}{why}")
    for path in sorted(found):
        if (base / path).is_symlink() and not (base / path).exists() and not _excluded(path, exclude):
            raise OverrideError(f"{written}: {path!r} is a link to nothing; mend or remove it, or exclude it")
    for path in paths:
        if not path.isprintable() or path.encode(errors="replace").decode() != path:
            raise OverrideError(f"{written}: the name of {path!r} holds what no override can; rename it")
    root, suffix = (like and like.common_ends()) or _in_common(paths)
    files = Files(values=(), texts=(), labels=(), root=root, suffix=suffix)
    return Files(
        values=tuple(paths),
        texts=tuple(map(as_typed, paths)),
        labels=tuple(map(files.label_of, paths)),
        root=root,
        suffix=suffix,
    )


def _patterns(patterns: Sequence[Any]) -> list[str]:
    return [str(getattr(pattern, "text", pattern)) for pattern in patterns]


def _excluded(path: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatch(path, pattern) or fnmatch.fnmatch(PurePath(path).name, pattern) for pattern in patterns)


def _in_common(paths: Sequence[str]) -> tuple[str, str]:
    """The directory, with its slash, and the ending that all paths have in common."""
    directories = {str(PurePath(path).parent) for path in paths}
    of_one_kind = len({PurePath(path).is_absolute() for path in paths}) == 1
    root = os.path.commonpath(directories) if of_one_kind else ""
    endings = {PurePath(path).suffix for path in paths}
    return (f"{root}/" if root not in ("", ".", "/") else ""), (endings.pop() if len(endings) == 1 else "")
