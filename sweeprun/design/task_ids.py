"""A set of task ids, in order: as compact as it is regular, and readable as text."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain
from typing import TYPE_CHECKING

from sweeprun.errors import UsageError

if TYPE_CHECKING:
    import numpy as np

_PART = re.compile(r"(?P<first>\d{1,15})(?:-(?P<last>\d{1,15})(?::(?P<step>\d{1,15}))?)?")

_MOST_UNORDERED = 10**6


@dataclass(frozen=True, slots=True)
class TaskIds:
    """Distinct task ids in ascending order.

    Attributes
    ----------
    ranges
        Non-empty ranges that ascend, each after the one before it.
    """

    ranges: tuple[range, ...]
    _ends: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        last = -1
        for part in self.ranges:
            if not part or part.step < 1 or part[0] <= last:
                raise ValueError(f"task ids must ascend, and {part} does not come after task {last}")
            last = part[-1]
        object.__setattr__(self, "_ends", tuple(accumulate(map(len, self.ranges))))

    @classmethod
    def first(cls, count: int) -> "TaskIds":
        """The tasks ``0 … count - 1``."""
        return cls((range(count),)) if count else cls(())

    @classmethod
    def of(cls, task_ids: Iterable[int]) -> "TaskIds":
        """The set of some task ids, given in any order."""
        return cls(tuple(_runs(sorted(set(task_ids)))))

    @classmethod
    def where(cls, mask: "np.ndarray") -> "TaskIds":
        """The tasks for which a mask is true; of 10^8 it makes no list."""
        import numpy as np

        edges = np.flatnonzero(np.diff(mask, prepend=False, append=False)).tolist()
        runs = list(zip(edges[::2], edges[1::2], strict=True))
        if sum(stop - start for start, stop in runs) <= _MOST_UNORDERED:
            return cls.of(chain.from_iterable(range(start, stop) for start, stop in runs))
        return cls(tuple(range(start, stop) for start, stop in runs))

    @classmethod
    def parse(cls, text: str) -> "TaskIds":
        """What is written as in Slurm's ``--array``: ``0-3,7,10-20:2``; the inverse of ``str``.

        Raises
        ------
        UsageError
            If it is malformed.
        """
        ranges = []
        for part in filter(None, text.split(",")):
            match = _PART.fullmatch(part.strip())
            first, last, step = (int(number or 0) for number in match.groups()) if match else (0, -1, 1)
            if match and match["last"] is None:
                last = first
            if last < first or (match and match["step"] and not step):
                where = "" if part == text else f" in {text!r}"
                raise UsageError(f"{part!r}{where} is no task id; write 7, or 0-3, or 10-20:2, separated by commas")
            ranges.append(range(first, last + 1, step or 1))
        try:
            return cls(tuple(ranges))
        except ValueError:
            if (count := sum(map(len, ranges))) > _MOST_UNORDERED:
                raise UsageError(f"so many task ids ({count}) must ascend") from None
            return cls.of(chain.from_iterable(ranges))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[int]:
        return chain.from_iterable(self.ranges)

    def __contains__(self, task_id: object) -> bool:
        if not isinstance(task_id, int):
            return False
        place = bisect_right(self.ranges, task_id, key=lambda part: part[0]) - 1
        return place >= 0 and task_id in self.ranges[place]

    def position(self, task_id: int) -> int:
        """How many ids come before one of them.

        Raises
        ------
        ValueError
            If it isn't in the set.
        """
        place = bisect_right(self.ranges, task_id, key=lambda part: part[0]) - 1
        if place < 0:
            raise ValueError(f"task {task_id} is not one of {self}")
        return (self._ends[place - 1] if place else 0) + self.ranges[place].index(task_id)

    def part(self, start: int, stop: int) -> "TaskIds":
        """The ids at the positions ``start … stop - 1``."""
        parts = []
        place = bisect_right(self._ends, start)
        begin = self._ends[place - 1] if place else 0
        while place < len(self.ranges) and begin < stop:
            parts.append(self.ranges[place][max(0, start - begin) : stop - begin])
            begin = self._ends[place]
            place += 1
        return TaskIds(tuple(filter(None, parts)))

    def __str__(self) -> str:
        return ",".join(map(_text, self.ranges))


def _runs(ids: Sequence[int]) -> Iterator[range]:
    """The evenly spaced runs of ascending ids; two that only happen to stand apart are no run."""
    start = 0
    while start < len(ids):
        step = ids[start + 1] - ids[start] if start + 1 < len(ids) else 1
        stop = start + 1
        while stop < len(ids) and ids[stop] - ids[stop - 1] == step:
            stop += 1
        if step > 1 and stop - start < 3:
            stop, step = start + 1, 1
        yield range(ids[start], ids[stop - 1] + 1, step)
        start = stop


def _text(ids: range) -> str:
    if len(ids) == 1:
        return str(ids[0])
    return f"{ids[0]}-{ids[-1]}" + (f":{ids.step}" if ids.step > 1 else "")
