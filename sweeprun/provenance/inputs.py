"""Input files: what was in the files that are values of an axis, so that a changed one is noticed."""

import hashlib
import json
import stat
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sweeprun.design.scalars import check_types
from sweeprun.design.tasks import Block
from sweeprun.errors import FormatError, UsageError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.extensions import added_inputs
from sweeprun.store.files import create_file, read_json

FORMAT = "sweeprun-inputs"
VERSION = 1
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


def input_paths(blocks: Iterable[Block]) -> list[str]:
    """The files that are values of axes, each once."""
    axes = (axis for block in blocks for axis in block.design.axes)
    return list(dict.fromkeys(path for axis in axes for path in axis.values.paths()))


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


def read_inputs(run: RunDirectory) -> dict[str, InputFile]:
    """Path -> what was in it.

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
        files = [InputFile(**file) for file in found]
        for file in files:
            check_types(str, file.path, file.digest)
            check_types(int, file.size, file.modified_ns)
    except TypeError as error:
        raise FormatError(f"the input files of {run.path} are malformed: {error}") from error
    return {file.path: file for file in files}


def changed_inputs(run: RunDirectory, base: Path) -> Iterator[str]:
    """The input files of a run that are not what they were, with what is different.

    A file of the same size and time of modification is taken for the same.
    """
    for file in read_inputs(run).values():
        path = base / file.path
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                yield f"{file.path}: no regular file any more"
            elif status.st_size != file.size:
                yield f"{file.path}: {status.st_size} bytes, which were {file.size}"
            elif status.st_mtime_ns != file.modified_ns and _digest(path) != file.digest:
                yield f"{file.path}: other content"
        except OSError as error:
            yield f"{file.path}: {error.strerror}"
