"""What git knows of the code: the commit, and a patch of everything in the working tree that isn't in it."""

import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sweeprun.secrecy import is_secret_path

_SECONDS = 10
_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_LARGEST_FILE = 1_000_000
_LARGEST_PATCH = 20_000_000
_MOST_NAMES = 100_000
"""Bytes of names on one command line of git."""

_TOLD_FILES = 50
_SOURCES = (
    *(".py", ".pyx", ".pxd", ".pyi", ".ipynb", ".c", ".h", ".cc", ".cpp", ".hpp", ".cu", ".f", ".f90", ".f95", ".for"),
    *(".jl", ".m", ".r", ".R", ".rs", ".go", ".sh", ".bash", ".yaml", ".yml", ".toml", ".cfg", ".ini"),
)
_BUILD_FILES = ("Makefile", "CMakeLists.txt", "Dockerfile", "Snakefile", "requirements.txt")
"""What is kept of the working tree, by the endings and names of files; data are in none of them."""

PATCH_VARIABLE = "SWEEPRUN_PATCH"
PATCH_SETTING = "sweeprun.patch"
"""The environment variable, and the setting of git, that say whether a patch is to be made."""

_OFF = ("0", "no", "off", "false", "never")
_ON = ("1", "yes", "on", "true", "always")


@dataclass(frozen=True, slots=True, kw_only=True)
class GitState:
    """The state of a working tree.

    Attributes
    ----------
    commit
        The commit that is checked out; None before the first one.
    patch
        What `git apply` makes the sources of the working tree of that commit with, those that git doesn't track
        included; empty if none differs.
    changed
        Whether the working tree differs from the commit, in what is in the patch or in what is not.
    left_out
        Changed or untracked files that the patch doesn't have, with the reason.
    """

    commit: str | None
    patch: bytes = b""
    changed: bool = False
    left_out: tuple[str, ...] = ()

    @property
    def patch_digest(self) -> str:
        """A name for the patch."""
        return hashlib.sha256(self.patch).hexdigest()[:12]


def read_git(directory: Path) -> GitState | str | None:
    """The state of the working tree that a directory belongs to.

    Nothing in it is changed: files that git doesn't track are made known to a copy of its index.

    Returns
    -------
    GitState, str or None
        None outside a repository; why it can't be told, if git fails or takes too long.
    """
    try:
        root = Path(_git(directory, "rev-parse", "--show-toplevel").decode().rstrip("\n"))
    except (OSError, subprocess.SubprocessError):
        return None
    try:
        return _read(root)
    except subprocess.TimeoutExpired:
        return f"git took more than {_SECONDS} s"
    except (OSError, subprocess.SubprocessError) as error:
        return f"git failed: {error}"


def wants_patch(setting: str | None, environ: Mapping[str, str]) -> bool:
    """Whether a patch is to be made: as the environment says, where all but yes is no, or else git's setting."""
    said = environ.get(PATCH_VARIABLE, "").lower()
    return said in _ON if said else (setting or "").lower() not in _OFF


def _read(root: Path) -> GitState:
    try:
        commit = _git(root, "rev-parse", "--verify", "HEAD").decode().strip()
    except subprocess.CalledProcessError:
        commit = None
    untracked = _names(_git(root, "ls-files", "--others", "--exclude-standard", "-z"))
    changed = _names(_git(root, "diff", "--name-only", "--no-renames", "-z", commit or _EMPTY_TREE, "--", "."))
    kept, left_out = _sources(root, changed, untracked)
    differs = bool(changed or kept)
    if not wants_patch(_setting(root), os.environ):
        why = f"the patch: {PATCH_VARIABLE}, or {PATCH_SETTING} in git's config, says no"
        return GitState(commit=commit, changed=differs, left_out=(why,) if differs else ())
    patch = _patch(root, commit, kept, [name for name in untracked if name in kept])
    if len(patch) > _LARGEST_PATCH:
        left_out = [f"the patch: it has {len(patch)} bytes", *left_out]
        patch = b""
    if len(left_out) > _TOLD_FILES:
        left_out = [*left_out[:_TOLD_FILES], f"… and {len(left_out) - _TOLD_FILES} more files"]
    return GitState(commit=commit, patch=patch, changed=differs, left_out=tuple(left_out))


def _patch(root: Path, commit: str | None, kept: Mapping[str, None], new: Sequence[str]) -> bytes:
    """What makes some files of the working tree of those of a commit; new ones are told to a copy of the index.

    The copy is as old as the index: by its age git knows which files may have changed since without being any longer.
    """
    with tempfile.TemporaryDirectory(prefix="sweeprun-") as scratch:
        index = Path(scratch) / "index"
        with suppress(FileNotFoundError):
            shutil.copy2(root / os.fsdecode(_git(root, "rev-parse", "--git-path", "index").rstrip(b"\n")), index)
        environment = {"GIT_INDEX_FILE": str(index)}
        if new:
            names = b"\0".join(map(os.fsencode, new))
            listing = ("--pathspec-from-file=-", "--pathspec-file-nul")
            _git(
                root, "--literal-pathspecs", "add", "--intent-to-add", *listing, environment=environment, content=names
            )
        diff = ("diff", "--binary", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames")
        parts = (
            _git(root, "--literal-pathspecs", *diff, commit or _EMPTY_TREE, "--", *names, environment=environment)
            for names in _batches(list(kept))
        )
        return b"".join(parts)


def _batches(names: Sequence[str]) -> Iterator[list[str]]:
    """Names, as many at once as a command line takes."""
    batch: list[str] = []
    length = 0
    for name in names:
        if batch and length + len(os.fsencode(name)) > _MOST_NAMES:
            yield batch
            batch, length = [], 0
        batch.append(name)
        length += len(os.fsencode(name)) + 1
    if batch:
        yield batch


def _names(listed: bytes) -> list[str]:
    return [os.fsdecode(name) for name in listed.split(b"\0") if name]


def _setting(root: Path) -> str | None:
    """What git's config says of patches; None if nothing."""
    with suppress(subprocess.CalledProcessError):
        return _git(root, "config", "--get", PATCH_SETTING).decode(errors="replace").strip()
    return None


def _sources(root: Path, changed: Sequence[str], untracked: Sequence[str]) -> tuple[dict[str, None], list[str]]:
    """Those of the files that are sources and no secrets; and those that are left out, with the reason.

    Of files that git doesn't track and that are no sources nothing is said: most of them are results.
    """
    kept: dict[str, None] = {}
    left_out = []
    runs: dict[Path, bool] = {}
    new = frozenset(untracked)
    for name in dict.fromkeys((*changed, *untracked)):
        path = root / name
        is_source = path.suffix in _SOURCES or path.name in _BUILD_FILES
        if name in new and (not is_source or any(_is_run(parent, runs) for parent in _below(root, path))):
            continue
        if why := _why_left_out(name, path, is_source=is_source, tracked=name not in new):
            left_out.append(f"{name}: {why}")
        else:
            kept[name] = None
    return kept, left_out


def _why_left_out(name: str, path: Path, *, is_source: bool, tracked: bool) -> str:
    """Why a file is not in the patch; empty if it is. One that was removed is, if it was a source."""
    if is_secret_path(name):
        return "its path says that it is secret"
    if not is_source:
        return "it is no source"
    try:
        status = path.lstat()
    except OSError:
        return ""
    if not stat.S_ISREG(status.st_mode):
        return "it is no plain file"
    return f"it has {status.st_size} bytes" if not tracked and status.st_size > _LARGEST_FILE else ""


def _below(root: Path, path: Path) -> Iterator[Path]:
    for parent in path.parents:
        if parent == root:
            return
        yield parent


def _is_run(directory: Path, known: dict[Path, bool]) -> bool:
    """Whether a directory is a run's: what it holds is no source."""
    if directory not in known:
        known[directory] = (directory / "manifest.json").exists() or directory.name in ("multirun", "outputs")
    return known[directory]


def _git(directory: Path, *arguments: str, environment: dict[str, str] | None = None, content: bytes = b"") -> bytes:
    answer = subprocess.run(
        ["git", *arguments],
        cwd=directory,
        env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", **(environment or {})},
        input=content,
        capture_output=True,
        check=True,
        timeout=_SECONDS,
    )
    return answer.stdout
