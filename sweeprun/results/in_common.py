"""What some tasks have in common that others don't: values of axes, a host, a time. Pure arithmetic over indices.

Whatever is said is so. It is said only if it is unlikely to be so by chance: of two failures in a grid of four tasks,
some value is nearly always common.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import combinations
from math import comb, exp, lgamma, log

import numpy as np

_CHANCE = 0.05
_CHANCE_OF_EXACTLY = 0.15
"""How likely by chance what is said may be, at most; the second of tasks that are exactly those with some value."""

_MOST_VALUES = 5
_MOST_TOGETHER = 6
_MOST_SAME = 3
"""So many values of one axis are listed at most, of so many axes pairs are looked at, and so many are named that mean
the same tasks."""


class Strength(Enum):
    """How strongly tasks and values belong together; the strongest first."""

    EXACTLY = "exactly"
    """Exactly the tasks with these values are the ones."""

    NONE_SUCCEEDED = "none succeeded"
    """All of them have these values, and no task with these values succeeded."""

    ALL_HAVE = "all have"
    """All of them have these values; so have others, which succeeded."""


_STRONGEST_FIRST = tuple(Strength)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Column:
    """Something that each task has one value of.

    Attributes
    ----------
    name
        What it is.
    codes
        The number of each task's value; -1 where that isn't known. Shape ``(tasks,)``.
    label
        A value as text, by its number.
    ordered
        Whether values have an order, which their numbers follow.
    """

    name: str
    codes: np.ndarray
    label: Callable[[int], str]
    ordered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """Values of one column.

    Attributes
    ----------
    name
        What it is.
    labels
        The values, or the one that is a bound.
    relation
        ``=``; ``<=`` or ``>=`` if all values on one side of a bound are meant.
    """

    name: str
    labels: tuple[str, ...]
    relation: str = "="

    def __str__(self) -> str:
        return f"{self.name}{self.relation}{', '.join(self.labels)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """What some tasks have in common.

    Attributes
    ----------
    values
        Of one column, or of two at once.
    strength
        How strongly they belong together.
    count
        How many tasks they are.
    same
        Values of other columns that exactly the same tasks have.
    so_far
        Whether other tasks have not ended yet.
    """

    values: tuple[Values, ...]
    strength: Strength
    count: int
    same: tuple[Values, ...] = ()
    so_far: bool = False

    def __str__(self) -> str:
        told = " and ".join(map(str, self.values))
        if self.same:
            told += f" (the same as {', '.join(map(str, self.same))})"
        match self.strength:
            case Strength.EXACTLY:
                told = f"all {self.count} tasks with {told}, and no other"
            case Strength.NONE_SUCCEEDED:
                told = f"all have {told}, with which no task succeeded"
            case Strength.ALL_HAVE:
                told = f"all have {told}"
        return f"{told}, so far" if self.so_far else told


@dataclass(frozen=True, slots=True)
class _Counted:
    """A column with how many tasks that have ended have each value, and how many of those succeeded."""

    column: Column
    ended: np.ndarray
    succeeded: np.ndarray
    present: np.ndarray

    def values(self, codes: Sequence[int], relation: str = "=") -> Values:
        return Values(name=self.column.name, labels=tuple(map(self.column.label, codes)), relation=relation)


@dataclass(frozen=True, slots=True)
class _Choice:
    """Values that all of some tasks have.

    Attributes
    ----------
    ended, succeeded
        How many tasks have them, and how many of those succeeded.
    ways
        How many such choices of values there are.
    """

    values: tuple[Values, ...]
    ended: int
    succeeded: int
    ways: float

    @property
    def length(self) -> int:
        return sum(len(each.labels) for each in self.values)


class Population:
    """The tasks that have ended, among which some are looked at.

    Parameters
    ----------
    columns
        What is known of them. One that has a single value says nothing, nor one that isn't known of all.
    succeeded
        Which of them ended well; shape ``(tasks,)``.
    so_far
        Whether others have not ended yet.
    """

    def __init__(self, columns: Sequence[Column], succeeded: np.ndarray, *, so_far: bool = False) -> None:
        self._succeeded = succeeded
        self._size = len(succeeded)
        self._good = int(np.count_nonzero(succeeded))
        self._so_far = so_far
        self._counted = [counted for column in columns if (counted := self._count(column)) is not None]
        # how many values have so many tasks
        self._alike = Counter(int(size) for each in self._counted for size in each.ended)

    def _count(self, column: Column) -> _Counted | None:
        codes = column.codes
        if not len(codes) or codes.min() < 0:
            return None
        ended = np.bincount(codes)
        succeeded = np.bincount(codes[self._succeeded], minlength=len(ended))
        present = np.flatnonzero(ended)
        return _Counted(column, ended, succeeded, present) if len(present) > 1 else None

    def common(self, places: np.ndarray) -> Common | None:
        """What some of them have in common; None if there is nothing to say.

        Parameters
        ----------
        places
            Which they are. Fewer than two tasks have nothing in common, and neither have all.
        """
        if not 2 <= len(places) < self._size or not self._counted:
            return None
        constant = [counted for counted in self._counted if np.ptp(counted.column.codes[places]) == 0]
        choices = [choice for counted in self._counted for choice in self._of_one(counted, places)]
        choices += self._of_two(constant, int(places[0]))
        said = [(choice, self._strength(choice, len(places))) for choice in choices]
        said += [(choice, Strength.ALL_HAVE) for choice in self._telling(constant, places)]
        found = [(choice, strength) for choice, strength in said if strength is not None]
        if not found:
            return None
        best, strength = min(found, key=lambda each: (_STRONGEST_FIRST.index(each[1]), each[0].length))
        common = Common(values=best.values, strength=strength, count=len(places), so_far=self._so_far)
        if strength is not Strength.EXACTLY or len(best.values) > 1:
            return common
        exact = [choice.values[0] for choice, other in found if other is strength and len(choice.values) == 1]
        names, same = {best.values[0].name}, []
        for values in exact:
            if values.name not in names:
                names.add(values.name)
                same.append(values)
        return replace(common, same=tuple(same[:_MOST_SAME]))

    def _of_one(self, counted: _Counted, places: np.ndarray) -> Iterator[_Choice]:
        """Values of one column: one, all on one side of a bound, or a few."""
        own = np.unique(counted.column.codes[places])
        count, present = len(own), counted.present
        ended, succeeded = int(counted.ended[own].sum()), int(counted.succeeded[own].sum())
        columns = len(self._counted)
        if count == 1:
            yield _Choice((counted.values(own.tolist()),), ended, succeeded, self._alike[ended])
            return
        if counted.column.ordered and count < len(present):
            ways = columns * 2.0 * len(present)
            if own[0] == present[-count]:
                yield _Choice((counted.values([int(own[0])], ">="),), ended, succeeded, ways)
            if own[-1] == present[count - 1]:
                yield _Choice((counted.values([int(own[-1])], "<="),), ended, succeeded, ways)
        if count <= min(_MOST_VALUES, len(present) // 2):
            ways = float(columns * comb(len(present), count))
            yield _Choice((counted.values(own.tolist()),), ended, succeeded, ways)

    def _of_two(self, constant: Sequence[_Counted], first: int) -> Iterator[_Choice]:
        """Values of two columns of which some tasks all have the same, as the first of them does."""
        for pair in combinations(constant[:_MOST_TOGETHER], 2):
            codes = [int(counted.column.codes[first]) for counted in pair]
            both = (pair[0].column.codes == codes[0]) & (pair[1].column.codes == codes[1])
            values = tuple(counted.values([code]) for counted, code in zip(pair, codes, strict=True))
            ways = float(len(pair[0].present) * len(pair[1].present) * comb(len(self._counted), 2))
            yield _Choice(values, int(np.count_nonzero(both)), int(np.count_nonzero(both & self._succeeded)), ways)

    def _telling(self, constant: Sequence[_Counted], places: np.ndarray) -> Iterator[_Choice]:
        """The values that all have and that so many would hardly all have by chance; two of them at most."""
        chances = [(self._chance_of_one_value(counted, len(places)), i) for i, counted in enumerate(constant)]
        telling = [constant[i] for chance, i in sorted(chances) if chance * len(self._counted) <= _CHANCE]
        if telling:
            values = tuple(counted.values([int(counted.column.codes[places[0]])]) for counted in telling[:2])
            yield _Choice(values, 0, 0, 1)

    def _strength(self, choice: _Choice, count: int) -> Strength | None:
        """What can be said of so many tasks that all have some values; None if chance would do as well."""
        if choice.ended == count:
            unlikely = log(choice.ways) - _log_comb(self._size, count) <= log(_CHANCE_OF_EXACTLY)
            return Strength.EXACTLY if unlikely else None
        if choice.succeeded or not self._good:
            return None
        bad = self._size - self._good
        by_chance = log(choice.ways) + _log_comb(bad, choice.ended) - _log_comb(self._size, choice.ended)
        return Strength.NONE_SUCCEEDED if by_chance <= log(_CHANCE) else None

    def _chance_of_one_value(self, counted: _Counted, count: int) -> float:
        """How likely so many tasks, drawn at random, all have one value of a column."""
        sizes, times = np.unique(counted.ended[counted.ended >= count], return_counts=True)
        whole = _log_comb(self._size, count)
        chance: float = sum(
            many * exp(_log_comb(size, count) - whole)
            for size, many in zip(sizes.tolist(), times.tolist(), strict=True)
        )
        return chance


def _log_comb(n: int, k: int) -> float:
    """The logarithm of the number of ways to choose ``k`` of ``n``."""
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
