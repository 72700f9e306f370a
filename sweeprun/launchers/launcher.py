"""What a launcher is: it gets workers started somewhere, and can say later what became of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.launchers.progress import Progress
from sweeprun.store.activity import Activity
from sweeprun.store.directory import RunDirectory
from sweeprun.store.submissions import Submission, read_submissions, write_submission


class Launcher(Protocol):
    """Gets the elements of arrays run, by starting the worker's command line.

    Whatever it keeps must be in its options, which the submission holds: any process can make an equal launcher from
    them later (`sweeprun.launchers.registry.make_launcher`), also on another host.
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

    def launch(self, run: RunDirectory, submissions: Sequence[Submission], progress: Progress) -> None:
        """Get submissions run, which are written already."""
        ...

    def activity(self, run: RunDirectory, submissions: Sequence[Submission]) -> Activity:
        """What is known of their elements. Looking changes nothing."""
        ...

    def cancel(self, run: RunDirectory, submissions: Sequence[Submission], elements: Iterable[int] | None) -> None:
        """Stop submissions, or (of one submission) some elements; what has ended already is left as it is."""
        ...

    def set_throttle(self, run: RunDirectory, submissions: Sequence[Submission], throttle: int) -> None:
        """Change how many elements may run at once, of all these submissions together."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Tasks that are launched in the same way.

    Attributes
    ----------
    tasks
        The tasks.
    launcher
        The launcher with the options that they need.
    """

    tasks: TaskIds
    launcher: Launcher


def plan_submissions(
    groups: Sequence[Group], *, first: int = 0, attempt: int = 1, active: Mapping[int, int] | None = None
) -> tuple[Submission, ...]:
    """The submissions of some groups, whose arrays together keep to the throttle; nothing is written.

    If there are more groups than may run at once, those beyond wait for an earlier one to end. So do all of them if
    earlier submissions, of which something still waits or runs, take the whole throttle.

    Parameters
    ----------
    groups
        The groups; their launchers have the same throttle.
    first
        The number of the first submission.
    attempt
        The number of the attempt.
    active
        Earlier submissions of which something waits or runs: number -> how many elements of it may run at once.
    """
    arrays = [group.launcher.array(group.tasks) for group in groups]
    active = active or {}
    throttle = arrays[0].throttle - sum(active.values())
    ahead = None
    if throttle < 1:
        ahead = max(active, key=lambda number: (active[number], number))
        throttle = min(active[ahead], arrays[0].throttle)
    lanes = min(len(arrays), throttle)
    shares = share_throttle(throttle, [len(array) for array in arrays[:lanes]])
    submissions = []
    for place, (group, whole) in enumerate(zip(groups, arrays, strict=True)):
        array = (
            whole
            if len(arrays) == 1 and whole.throttle == throttle
            else group.launcher.array(group.tasks, throttle=shares[place % lanes])
        )
        submissions.append(
            Submission(
                number=first + place,
                array=array,
                attempt=attempt,
                launcher=group.launcher.to_dict(),
                after=first + place - lanes if place >= lanes else ahead,
            )
        )
    return tuple(submissions)


def share_throttle(throttle: int, sizes: Sequence[int]) -> list[int]:
    """Divide a throttle among arrays by their sizes: at least 1 each, ``throttle`` in all.

    Parameters
    ----------
    throttle
        At least the number of arrays.
    sizes
        The number of elements of each.
    """
    shares = [1] * len(sizes)
    for _ in range(throttle - len(sizes)):
        neediest = max(range(len(sizes)), key=lambda i: (sizes[i] / shares[i], -i))
        shares[neediest] += 1
    return shares


def write_submissions(run: RunDirectory, submissions: Iterable[Submission]) -> None:
    """Make submissions known.

    Raises
    ------
    FileExistsError
        If somebody else has resumed the run meanwhile.
    """
    for submission in submissions:
        write_submission(run, submission)


def activity_of(run: RunDirectory, launchers: Mapping[int, Launcher] | None = None) -> Activity:
    """What the launchers of a run's submissions know of its elements.

    Parameters
    ----------
    run
        The run.
    launchers
        The launcher of each submission by its number; by default what the submissions name.
    """
    from sweeprun.launchers.registry import make_launcher

    submissions = read_submissions(run)
    by_name: dict[str, list[Submission]] = {}
    for submission in submissions:
        by_name.setdefault(str(submission.launcher.get("name")), []).append(submission)
    parts = [
        ((launchers or {}).get(own[0].number) or make_launcher(own[0].launcher)).activity(run, own)
        for own in by_name.values()
    ]
    return Activity(
        submissions=submissions,
        elements={key: element for part in parts for key, element in part.elements.items()},
        asked=frozenset().union(*(part.asked for part in parts)),
        problem="; ".join(part.problem for part in parts if part.problem),
    )
