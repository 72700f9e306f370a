"""Input files: what was in the files that are values of an axis, so that a changed one is noticed."""

import hashlib
import json
import stat
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sweeprun.design.scalars import check_types
from sweeprun.errors import FormatError, UsageError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.extensions import added_inputs
from sweeprun.store.files import create_file, read_json
from sweeprun.store.submissions import read_submission

FORMAT = "sweeprun-inputs"
VERSION = 1
ACCEPTED = "inputs"
"""Where the provenance of a submission has what changed files had become when it went on with them."""

_DIGEST_BYTES = 16
_THREADS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """A file, as it was when tasks were made of it.

    Attributes
    ----------
    path
        As the axis has it, relative to where workers work.
    size, modified_ns
        Bytes, and when it was last modified (Unix time, nanoseconds).
    digest
        BLAKE2b of its content, 128 bits, in hexadecimal.
    """

    path: str
    size: int
    modified_ns: int
    digest: str


def read_input_files(base: Path, paths: Iterable[str]) -> list[InputFile]:
    """Read files and note what is in them.

    Raises
    ------
    UsageError
        If one can't be read.
    """
    try:
        with ThreadPoolExecutor(_THREADS) as pool:
            return list(pool.map(lambda path: _input_file(base, path), paths))
    except OSError as error:
        raise UsageError(f"can't read the input {error.filename!r}: {error.strerror}") from error


def _input_file(base: Path, path: str) -> InputFile:
    status = (base / path).stat()
    return InputFile(path=path, size=status.st_size, modified_ns=status.st_mtime_ns, digest=_digest(base / path))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=_DIGEST_BYTES)).hexdigest()


def write_inputs(run: RunDirectory, files: Iterable[InputFile]) -> None:
    """Keep what was in the files of a new run; of tasks that are added later, the extension does."""
    data = {"format": FORMAT, "version": VERSION, "files": [asdict(file) for file in files]}
    create_file(run.inputs, json.dumps(data, indent=1).encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedInput:
    """An input file that is not what it was.

    Attributes
    ----------
    path
        As the axis has it.
    what
        What is different.
    now
        The file as it is now; None if it can't be read.
    """

    path: str
    what: str
    now: InputFile | None = None

    def __str__(self) -> str:
        return f"{self.path}: {self.what}"


def read_inputs(run: RunDirectory, until: int | None = None) -> dict[str, InputFile]:
    """Path -> what was in it.

    Parameters
    ----------
    run
        The run.
    until
        The number of a submission: changes that later ones accepted don't count. By default all do.

    Raises
    ------
    FormatError
        If that is malformed or of an unknown version.
    """
    written: Any = []
    if run.inputs.exists():
        data = read_json(run.inputs)
        if (data.get("format"), data.get("version")) != (FORMAT, VERSION):
            raise FormatError(
                f"{run.inputs} is {data.get('format')!r} of version {data.get('version')!r} and this sweeprun reads "
                f"{FORMAT!r} of version {VERSION}; use the sweeprun that made it, or a newer one"
            )
        written = data.get("files", [])
    try:
        found: list[Mapping[str, Any]] = [*written, *added_inputs(run)]
        if found:
            found += _accepted(run, until)
        files = [InputFile(**file) for file in found]
        for file in files:
            check_types(str, file.path, file.digest)
            check_types(int, file.size, file.modified_ns)
    except TypeError as error:
        raise FormatError(f"the input files of {run.path} are malformed: {error}") from error
    return {file.path: file for file in files}


def accepted(files: Sequence[InputFile]) -> dict[str, Any]:
    """What the provenance of a submission says of changed files that it goes on with."""
    return {ACCEPTED: [asdict(file) for file in files]} if files else {}


def _accepted(run: RunDirectory, until: int | None) -> Iterator[Mapping[str, Any]]:
    """What files had become by the time that submissions went on with them, the last one last."""
    numbers = sorted(int(path.stem) for path in run.submissions.glob("*.json") if path.stem.isdecimal())
    for number in numbers:
        if until is None or number <= until:
            with suppress(FormatError):
                yield from read_submission(run, number).provenance.get(ACCEPTED, [])


def changed_inputs(
    run: RunDirectory, base: Path, *, only: Container[str] | None = None, until: int | None = None
) -> Iterator[ChangedInput]:
    """The input files of a run that are not what they were.

    A file of the same size and time of modification is taken for the same.

    Parameters
    ----------
    run, base
        The run, and the directory that paths are relative to.
    only
        The files to look at; by default all.
    until
        As in `read_inputs`.
    """
    for file in read_inputs(run, until).values():
        if only is not None and file.path not in only:
            continue
        path = base / file.path
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                yield ChangedInput(path=file.path, what="no regular file any more")
            elif status.st_size != file.size:
                what = f"{status.st_size} bytes, which were {file.size}"
                yield ChangedInput(path=file.path, what=what, now=_input_file(base, file.path))
            elif status.st_mtime_ns != file.modified_ns and (now := _input_file(base, file.path)).digest != file.digest:
                yield ChangedInput(path=file.path, what="other content", now=now)
        except OSError as error:
            yield ChangedInput(path=file.path, what=error.strerror or str(error))
