"""The verification of a run: what came out when a sample of its tasks was last run again and compared to the bit."""

import json
import os
from dataclasses import asdict, dataclass

from sweeprun.design.scalars import check_types
from sweeprun.errors import FormatError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import naming, read_json, sync_directory, temporary_sibling

FORMAT = "sweeprun-verification"
VERSION = 1
_MOST_BYTES = 2**20
_KEPT_TASKS = 1000
_LONGEST_CAUSE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The outcome of one `sweeprun verify`.

    Attributes
    ----------
    time
        When it ended, as ISO 8601.
    host
        Where the tasks were run again.
    sample, seed
        How many tasks were run again, and the seed that they were chosen with.
    equal
        How many of them were equal to the bit.
    code
        The digest of the code as it was then; empty if it wasn't known.
    different
        The tasks that differed, the first thousand of them.
    causes
        What the differences most likely came from.
    """

    time: str
    host: str
    sample: int
    seed: int
    equal: int
    code: str
    different: tuple[int, ...]
    causes: tuple[str, ...]

    def __str__(self) -> str:
        told = f"{self.equal}/{self.sample} equal to the bit ({self.time} on {self.host}, seed {self.seed})"
        return f"{told}: {'; '.join(self.causes)}" if self.causes else told


def keep_verification(run: RunDirectory, verification: Verification) -> None:
    """Keep an outcome in the place of the last one, atomically and durably."""
    data = {"format": FORMAT, "version": VERSION, **asdict(verification)}
    data["different"] = verification.different[:_KEPT_TASKS]
    data["causes"] = [cause[:_LONGEST_CAUSE] for cause in verification.causes[:_KEPT_TASKS]]
    path = run.verification
    with naming(path), temporary_sibling(path) as temporary:
        with temporary.open("xb") as file:
            file.write(json.dumps(data, indent=1).encode())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    sync_directory(path.parent)


def read_verification(run: RunDirectory) -> Verification | None:
    """The last outcome; None if there is none.

    Raises
    ------
    FormatError
        If it is malformed or of an unknown version.
    """
    path = run.verification
    try:
        data = read_json(path, _MOST_BYTES)
    except FileNotFoundError:
        return None
    if (data.pop("format", None), data.pop("version", None)) != (FORMAT, VERSION):
        raise FormatError(f"{path} is no verification of version {VERSION}; use the sweeprun that made it, or a newer")
    try:
        for name in ("different", "causes"):
            check_types(list, data[name])
            data[name] = tuple(data[name])
        found = Verification(**data)
        check_types(str, found.time, found.host, found.code, *found.causes)
        check_types(int, found.sample, found.seed, found.equal, *found.different)
    except (KeyError, TypeError) as error:
        raise FormatError(f"{path} is malformed: {error}") from error
    if not 0 <= found.equal <= found.sample:
        raise FormatError(f"{path} is malformed: {found.equal} of {found.sample} tasks can't be equal")
    return found
