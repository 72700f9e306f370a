"""What a launcher is: it gets workers started somewhere, and can say later what became of them."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, runtime_checkable

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.launchers.progress import Progress, TaskProgress
from sweeprun.store.activity import Activity
from sweeprun.store.directory import RunDirectory
from sweeprun.store.submissions import Submission, write_submission


class Launcher(Protocol):
    """Gets the elements of arrays run, by starting the worker's command line.

    Whatever it keeps must be in its options, which the submission holds: any process can make an equal launcher from
    them later (`sweeprun.launchers.registry.make_launcher`), also on another host.

    Its class is a dataclass. The fields are its options: their types and defaults become the schema of
    ``hydra.launcher``, so nothing is declared a second time. One named ``variables`` is no option: it gets the
    environment variables of workers (``hydra.job.env_set``). Its attribute ``capabilities`` says what it can do, a
    `sweeprun.launchers.capabilities.Capabilities`; without it, the launcher has the defaults of that.
    """

    @property
    def in_foreground(self) -> bool:
        """Whether `launch` returns only when everything has ended."""
        ...

    def to_dict(self) -> dict[str, Any]:
        """Its name, as ``name``, and its options, as JSON holds them."""
        ...

    def check(self, progress: Progress) -> None:
        """Find out whether it can work here, before anything is made; raises a `SweeprunError` if not."""
        ...

    def array(self, tasks: TaskIds, throttle: int | None = None) -> Array:
        """How it packs some tasks; ``throttle`` takes the place of its own."""
        ...

    def script(self, run: RunDirectory, submission: Submission) -> str | None:
        """The job script, if it uses one. Pure: nothing is read or written."""
        ...

    def launch(self, run: RunDirectory, submissions: Sequence[Submission], progress: TaskProgress) -> None:
        """Get submissions run, which are written already.

        All have the options of this launcher, unless it says ``launches_all_at_once``; then each holds its own.
        """
        ...

    def activity(self, run: RunDirectory, submissions: Sequence[Submission]) -> Activity:
        """What is known of their elements, and of running tasks that leave no beat here. Looking changes nothing."""
        ...

    def cancel(self, run: RunDirectory, submissions: Sequence[Submission], elements: Iterable[int] | None) -> None:
        """Stop submissions, or (of one submission) some elements; what has ended already is left as it is."""
        ...

    def set_throttle(self, run: RunDirectory, submissions: Sequence[Submission], throttle: int) -> None:
        """Change how many elements may run at once, of all these submissions together."""
        ...


@runtime_checkable
class DividesCpus(Protocol):
    """A launcher that gives workers a share of the CPUs where its options don't say how many each has.

    Workers of later submissions keep the number of threads that the first ones had.
    """

    def threads(self, tasks: TaskIds) -> int:
        """How many threads each worker has that runs some tasks."""
        ...


def write_submissions(run: RunDirectory, submissions: Iterable[Submission]) -> None:
    """Make submissions known.

    Raises
    ------
    FileExistsError
        If somebody else has resumed the run meanwhile.
    """
    for submission in submissions:
        write_submission(run, submission)
