"""Whose a run is. Pickles, configs and variables of a run act as whoever uses it, so those of other users aren't used.

The rule is that of git's ``safe.directory``: what belongs to the user counts, under ``sudo`` also what belongs to the
user who called it; of everything else the user has to say that it is trusted.

References
----------
git-config(1), ``safe.directory``; CVE-2022-24765.
"""

import os
import pwd
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from sweeprun.errors import UsageError
from sweeprun.store.directory import RunDirectory
from sweeprun.wording import flag

TRUST = "--trust"
TRUST_VARIABLE = "SWEEPRUN_TRUST"
"""Directories whose content is trusted whoever it belongs to, parted by colons; ``*`` is all."""

_WRITABLE_BY_ANYBODY = 0o002


def owner_of(path: Path) -> int | None:
    """Who a file belongs to, as the number of the user; of a link, who made the link. None if there is no such file."""
    try:
        return path.lstat().st_uid
    except (FileNotFoundError, NotADirectoryError):
        return None


def own_ids(environ: Mapping[str, str]) -> frozenset[int]:
    """Who counts as the user of this process: its own, and for root who called ``sudo``."""
    user = os.geteuid()
    caller = environ.get("SUDO_UID", "")
    return frozenset({user, int(caller)} if user == 0 and caller.isdecimal() else {user})


def check_trusted(run: RunDirectory, *, trust: bool, doing: str) -> None:
    """Refuse a run of another user, or one that holds files of another, of which something is to take effect here.

    Parameters
    ----------
    run
        The run.
    trust
        Whether the user said that it is trusted.
    doing
        What would happen, for the message: ``"resume runs what is in it"``.

    Raises
    ------
    UsageError
        If it isn't the user's, and is not trusted.
    """
    _check(run.path, _what_takes_effect(run), trust=trust, doing=doing)


def check_file_trusted(path: Path, *, trust: bool, doing: str) -> None:
    """The same of a file of results, or of a store with what lies at its top."""
    _check(path, (path, *(path.iterdir() if path.is_dir() else ())), trust=trust, doing=doing)


def check_directories_trusted(named_in: Path, directories: Iterable[Path], *, trust: bool, doing: str) -> None:
    """Refuse directories that a file names, and from which code would be imported, if others can put code there.

    Raises
    ------
    UsageError
        If one belongs to neither the user nor root, or anybody may write to it.
    """
    if trust:
        return
    own = own_ids(os.environ) | {0}
    for directory in directories:
        owner = owner_of(directory.resolve())
        if owner is None or _is_trusted(directory):
            continue
        why = f"belongs to {_name(owner)}" if owner not in own else ""
        if not why and directory.resolve().stat().st_mode & _WRITABLE_BY_ANYBODY:
            why = "can be written by every user"
        if why:
            raise UsageError(
                f"{str(named_in)!r} says that its code is in {str(directory)!r}, which {why}, and {doing}; if you "
                f"trust that code, add {flag('trust').to(True)}"
            )


def _check(whole: Path, paths: Iterable[Path], *, trust: bool, doing: str) -> None:
    if trust or _is_trusted(whole):
        return
    own = own_ids(os.environ)
    for path in paths:
        owner = owner_of(path)
        if owner is not None and owner not in own:
            raise UsageError(
                f"{str(path)!r} belongs to {_name(owner)}, not to {_name(os.geteuid())}, and {doing}; if you trust "
                f"whoever can write there, add {flag('trust').to(True)}, or name the directory in {TRUST_VARIABLE}"
            )


def _what_takes_effect(run: RunDirectory) -> Iterator[Path]:
    """The files of a run that say what is to be run, and how, and the directories that they are in."""
    yield from (run.path, run.manifest, run.frozen_configs, run.function, run.resolvers, run.inputs)
    for directory in (run.submissions, run.extensions, run.functions, run.codes):
        yield directory
        with suppress(FileNotFoundError, NotADirectoryError):
            yield from directory.iterdir()


def _is_trusted(path: Path) -> bool:
    """Whether the user's environment says that a path is trusted."""
    named = os.environ.get(TRUST_VARIABLE, "")
    directories = [part for part in named.split(os.pathsep) if part]
    return "*" in directories or any(path.resolve().is_relative_to(Path(part).resolve()) for part in directories)


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"
