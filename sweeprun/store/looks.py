"""Looks: what somebody saw who ran a sweep until its results were precise enough.

When to stop was decided by the results themselves, which biases them; so each look is kept, with its rule.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from sweeprun.design.scalars import check_types
from sweeprun.errors import FormatError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import create_file, make_directory, read_json

FORMAT = "sweeprun-look"
VERSION = 3
_READ = (1, 2, 3)
_MOST = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LookRecord:
    """One look.

    Attributes
    ----------
    rule, over
        The target, and the axis of the members.
    time
        When, as ISO 8601.
    members
        The length of that axis then.
    open_points, points
        How many points had not reached the target, those included that were undetermined, and how many there are.
    worst
        The largest value of the target's measure; None if it was known of no point.
    added
        How many members were added then.
    interval, level
        The kind of interval that the target was about, and its level; None and 0.95 of a look of version 1, which
        didn't say.
    nan
        What became of results that are NaN.
    independent
        Whether the user said that members are independent.
    undetermined_points
        At how many points more members would have said nothing; 0 of a look of version 1 or 2, which didn't say.
    """

    rule: str
    over: str
    time: str
    members: int
    open_points: int
    points: int
    worst: float | None
    added: int
    interval: str | None = None
    level: float = 0.95
    nan: str = "omit"
    independent: bool = False
    undetermined_points: int = 0

    @property
    def described_rule(self) -> str:
        """The target, with the interval that it was about, and what the user chose beside it."""
        told = [] if self.interval is None else [self.interval, f"level {self.level:g}"]
        told += [] if self.nan == "omit" else [f"nan={self.nan}"]
        told += ["members assumed independent"] if self.independent else []
        return f"{self.rule} ({', '.join(told)})" if told else self.rule

    @property
    def state(self) -> str:
        """How many points had not reached the target, in words."""
        told = f"{self.open_points - self.undetermined_points} of {self.points} points open"
        return told + (f" and {self.undetermined_points} undetermined" if self.undetermined_points else "")


def keep_look(run: RunDirectory, look: LookRecord) -> None:
    """Keep a look; it is numbered after those that are there."""
    make_directory(run.looks)
    data = {"format": FORMAT, "version": VERSION, **asdict(look)}
    for number in range(_count(run) + 1, _MOST):
        try:
            create_file(run.look(number), json.dumps(data, indent=1).encode())
            return
        except FileExistsError:  # somebody else has just looked
            continue


def read_looks(run: RunDirectory) -> Iterator[LookRecord]:
    """All looks, in their order.

    Raises
    ------
    FormatError
        If one is malformed or of an unknown version.
    """
    for number in range(1, _count(run) + 1):
        path = run.look(number)
        data = read_json(path)
        if data.pop("format", None) != FORMAT or data.pop("version", None) not in _READ:
            raise FormatError(f"{path} is no look of version {VERSION}; use the sweeprun that made it, or a newer one")
        try:
            look = LookRecord(**data)
            check_types(str, look.rule, look.over, look.time, look.nan)
            check_types(int, look.members, look.open_points, look.points, look.added, look.undetermined_points)
            check_types(float | int | None, look.worst)
            check_types(str | None, look.interval)
            check_types(float, look.level)
            check_types(bool, look.independent)
        except TypeError as error:
            raise FormatError(f"{path} is malformed: {error}") from error
        yield look


def _count(run: RunDirectory) -> int:
    number = 0
    while number < _MOST and run.look(number + 1).exists():
        number += 1
    return number
