"""What ties a pool to a worker, wherever that runs: requests go there, answers come back, and so does how it ended."""

from collections.abc import Callable
from dataclasses import dataclass
from selectors import BaseSelector
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a worker ended.

    Attributes
    ----------
    code
        Its exit code, negative for the signal that killed it, as `subprocess` gives it.
    lost
        Why nothing is known of its end, such as a connection that broke; empty if the code is the worker's own.
    """

    code: int
    lost: str = ""

    def is_exit(self, code: int) -> bool:
        """Whether the worker itself ended with some code."""
        return self.code == code and not self.lost


class Link(Protocol):
    """The way to one worker, which runs ``sweeprun worker RUN -`` somewhere.

    No method waits for the worker, except `end`. The run directory is where the pool reads what a worker leaves. So
    before `read` gives a line, all that the worker had recorded when it wrote that line is in its shard there; and
    before `has_ended` says so, its shard, its log and its beat are there as it left them.
    """

    @property
    def patience(self) -> float | None:
        """After how many seconds it must be looked at, since no descriptor would say so; None if one does."""
        ...

    def watch(self, selector: BaseSelector, data: object) -> None:
        """Register with a selector, with that data, what says that there are answers or that it has ended."""
        ...

    def read(self) -> list[str]:
        """The lines that it has answered since they were read last."""
        ...

    def ask(self, request: str) -> None:
        """Send it a line; one that has ended is noticed elsewhere."""
        ...

    def let_end(self) -> None:
        """Tell it that no further request comes."""
        ...

    def warn(self) -> None:
        """Tell it to start no further task, and the running one to stop if it can. Any thread may call it."""
        ...

    def stop(self) -> None:
        """Tell it to end at once."""
        ...

    def kill(self) -> None:
        """Kill it and what it has started."""
        ...

    def is_stopped(self) -> bool:
        """Whether a signal holds it up (``kill -STOP``), as far as that can be told."""
        ...

    def has_ended(self) -> bool:
        """Whether it has ended, or is lost."""
        ...

    def end(self) -> End:
        """Wait until it has ended, and let go of what the link holds. What it had started is killed, if it was."""
        ...


OpenLink = Callable[[int], Link]
"""Starts a worker in a slot of a pool; raises OSError if it can't, and LaunchError if it never could."""
