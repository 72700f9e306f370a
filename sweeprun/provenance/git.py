"""What git knows of the code: the commit, and a patch of everything in the working tree that isn't in it."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sweeprun.secrecy import FILE_PATTERNS, is_secret_file

_SECONDS = 10
_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_LARGEST_FILE = 1_000_000
_LARGEST_PATCH = 20_000_000
_SOURCES = (
    *(".py", ".pyx", ".pxd", ".pyi", ".ipynb", ".c", ".h", ".cc", ".cpp", ".hpp", ".cu", ".f", ".f90", ".f95", ".for"),
    *(".jl", ".m", ".r", ".R", ".rs", ".go", ".sh", ".bash", ".yaml", ".yml", ".toml", ".cfg", ".ini"),
)
"""Of the files that git doesn't track, those that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GitState:
    """The state of a working tree.

    Attributes
    ----------
    commit
        The commit that is checked out; None before the first one.
    patch
        What `git apply` makes the working tree of that commit with, files that git doesn't track included; empty if
        nothing differs.
    left_out
        Changed or untracked files that the patch doesn't have, with the reason.
    """

    commit: str | None
    patch: bytes = b""
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


def _read(root: Path) -> GitState:
    try:
        commit = _git(root, "rev-parse", "--verify", "HEAD").decode().strip()
    except subprocess.CalledProcessError:
        commit = None
    listed = _git(root, "ls-files", "--others", "--exclude-standard", "-z").split(b"\0")
    untracked, left_out = _sources(root, [os.fsdecode(name) for name in listed if name])
    with tempfile.TemporaryDirectory(prefix="sweeprun-") as scratch:
        index = Path(scratch) / "index"
        with suppress(FileNotFoundError):
            shutil.copyfile(root / os.fsdecode(_git(root, "rev-parse", "--git-path", "index").rstrip(b"\n")), index)
        environment = {"GIT_INDEX_FILE": str(index)}
        if untracked:
            names = b"\0".join(map(os.fsencode, untracked))
            listing = ("--pathspec-from-file=-", "--pathspec-file-nul")
            _git(
                root, "--literal-pathspecs", "add", "--intent-to-add", *listing, environment=environment, content=names
            )
        diff = ("diff", "--binary", "--no-color", "--no-ext-diff", "--no-textconv", commit or _EMPTY_TREE, "--", ".")
        patch = _git(
            root, *diff, *(f":(exclude,icase,glob)**/{name}" for name in FILE_PATTERNS), environment=environment
        )
    if len(patch) > _LARGEST_PATCH:
        return GitState(commit=commit, left_out=(f"the patch: it has {len(patch)} bytes", *left_out))
    return GitState(commit=commit, patch=patch, left_out=tuple(left_out))


def _sources(root: Path, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Those of the untracked files that are sources, and those that would be but are left out, with the reason."""
    kept, left_out = [], []
    runs: dict[Path, bool] = {}
    for name in names:
        path = root / name
        if path.suffix not in _SOURCES or any(_is_run(parent, runs) for parent in _below(root, path)):
            continue
        if is_secret_file(path.name):
            left_out.append(f"{name}: its name says that it is secret")
        elif path.is_symlink() or not path.is_file():
            left_out.append(f"{name}: it is no plain file")
        elif path.stat().st_size > _LARGEST_FILE:
            left_out.append(f"{name}: it has {path.stat().st_size} bytes")
        else:
            kept.append(name)
    return kept, left_out


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
