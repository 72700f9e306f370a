"""When to stop adding members, and how it came out."""

from dataclasses import dataclass
from enum import Enum

from sweeprun.errors import UsageError
from sweeprun.runs.defaults import LEVEL, MOST_MEMBERS
from sweeprun.statistics.choices import choice, is_count
from sweeprun.statistics.estimators import IntervalKind
from sweeprun.statistics.not_finite import NanPolicy
from sweeprun.statistics.targets import Target
from sweeprun.wording import flag


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppingRule:
    """When to stop adding members.

    Attributes
    ----------
    target
        What is to hold at every point.
    over
        The axis of the members; by default ``member``, or else ``seed``.
    batch
        How many members to add at once; by default as many as seem to be needed, at most as many as there are.
    limit
        How many members there may be.
    nan
        What becomes of results that are NaN.
    independent
        True if members are known to be independent, whatever the run says.
    """

    target: Target
    over: str | None
    batch: int | None
    limit: int
    nan: NanPolicy = NanPolicy.OMIT
    independent: bool | None = None

    @classmethod
    def of(  # each is an option
        cls,
        until: str,
        *,
        over: str | None = None,
        interval: str | None = None,
        level: float | None = None,
        batch: int | None = None,
        limit: int | None = None,
        nan: str | None = None,
        independent: bool | None = None,
    ) -> "StoppingRule":
        """The rule that options ask for.

        Raises
        ------
        UsageError
            If one is wrong.
        """
        for name, count in (("batch", batch), ("limit", limit)):
            if count is not None and (not is_count(count) or count < 1):
                raise UsageError(f"{flag(name)} is {count!r}; it must be a whole number of at least 1")
        kind = None if interval is None else choice(IntervalKind, interval, flag("interval"))
        return cls(
            target=Target.parse(until, LEVEL if level is None else level, kind),
            over=over,
            batch=batch,
            limit=MOST_MEMBERS if limit is None else limit,
            nan=NanPolicy.OMIT if nan is None else choice(NanPolicy, nan, flag("nan")),
            independent=independent,
        )


class Stop(Enum):
    """Why no more members were added."""

    HOLDS = "the target holds at every point"
    LIMIT = "there are as many members as there may be"
    UNDETERMINED = "more members would not say how precise the points are that are left"
    INTERRUPTED = "the user stopped it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How far a run is from a target, and why no more members were added.

    Attributes
    ----------
    rule, stop
        The rule, and why it said to stop.
    members, added
        How many members there are, and how many of them were added.
    open_points, points
        The points at which the target doesn't hold, and all, when somebody looked last.
    """

    rule: StoppingRule
    stop: Stop
    members: int
    added: int
    open_points: int
    points: int

    @property
    def holds(self) -> bool:
        """Whether the target holds at every point."""
        return self.stop is Stop.HOLDS

    def __str__(self) -> str:
        members = f"with {self.members} members, {self.added} of them added"
        if self.holds:
            return f"{self.rule.target} holds at every point ({self.points}) {members}"
        open_points = f"{self.open_points} of {self.points} points"
        return f"{self.rule.target} does not hold yet at {open_points} {members}: {self.stop.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreMembers:
    """How many members there are to be.

    Attributes
    ----------
    over, count
        Their axis, and how many it is to have.
    values
        All values that the axis is to have; None for the axis ``member``.
    """

    over: str
    count: int
    values: range | None = None

    @property
    def word(self) -> str:
        """As a word of the command line."""
        if self.values is None:
            return f"hydra.sweeper.members={self.count}"
        return f"{self.over}=range({self.values.start},{self.values.stop},{self.values.step})"

    @property
    def axes(self) -> dict[str, range]:
        """As an axis in Python; none for the axis ``member``, whose size is `members`."""
        return {} if self.values is None else {self.over: self.values}

    @property
    def members(self) -> int | None:
        """The size of the ensemble; None for another axis."""
        return self.count if self.values is None else None
