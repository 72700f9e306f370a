"""What verbs did to a run: results that say so, and that go on as the run itself."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sweeprun.notebook.seen import SeenRun

if TYPE_CHECKING:
    from sweeprun.design.task_ids import TaskIds
    from sweeprun.runs.stopping_rule import Reached


AnyRun = TypeVar("AnyRun", bound=SeenRun)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfRun(Generic[AnyRun]):
    """What was done to a run.

    The run has been looked at again since. What is asked of this, and is not its own, is the run's: so
    ``run.resume().wait()`` and ``run = run.extend(seed=range(40))`` go on with the run.

    Attributes
    ----------
    run
        The run.
    """

    run: AnyRun

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "run":  # what Python and IPython look for is not the run's to answer
            raise AttributeError(name)
        return getattr(self.run, name)

    def __getitem__(self, name: Any) -> Any:
        return self.run[name]

    def __iter__(self) -> Iterator[Hashable]:
        return iter(self.run)

    def progress(self) -> AnyRun:
        """Show how the run goes on until everything has ended; the run as it is then."""
        return self.run.progress()

    def wait(self, timeout: float | None = None) -> AnyRun:
        """Wait until everything of the run has ended; the run as it is then."""
        return self.run.wait(timeout)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class StartedTasks(OfRun[AnyRun]):
    """What `Run.resume` or `Run.extend` started.

    Attributes
    ----------
    tasks
        The tasks that were started, by their ids; none if there was nothing to start.
    nothing
        Why none was started; empty if some were.
    """

    tasks: "TaskIds"
    nothing: str = ""

    def __repr__(self) -> str:
        if not self.tasks:
            return self.nothing
        count = "1 task" if len(self.tasks) == 1 else f"{len(self.tasks)} tasks"
        return f"started {count} in the background: {self.tasks}; run.progress() shows how the run goes on"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CancelledTasks(OfRun[AnyRun]):
    """What `Run.cancel` stopped.

    Attributes
    ----------
    stopped
        How many tasks waited or ran, and were stopped; 0 if none did.
    """

    stopped: int

    def __repr__(self) -> str:
        if not self.stopped:
            return "nothing waited or ran"
        count = "1 task" if self.stopped == 1 else f"{self.stopped} tasks"
        return f"stopped {count}; what is recorded stays, and run.resume() goes on"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ThrottledRun(OfRun[AnyRun]):
    """What `Run.throttle` changed.

    Attributes
    ----------
    throttle
        How many elements of the run's arrays may run at once from now on.
    """

    throttle: int

    def __repr__(self) -> str:
        return f"at most {self.throttle} {'element' if self.throttle == 1 else 'elements'} at once from now on"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ReachedTarget(OfRun[AnyRun]):
    """What came of members that `Run.extend` added until a target held.

    Attributes
    ----------
    reached
        The target, why no more members were added, and how many points are open.
    """

    reached: "Reached"

    @property
    def holds(self) -> bool:
        """Whether the target holds at every point."""
        return self.reached.holds

    @property
    def members(self) -> int:
        """How many members there are."""
        return self.reached.members

    @property
    def added(self) -> int:
        """How many of them were added."""
        return self.reached.added

    def __repr__(self) -> str:
        return str(self.reached)
