"""Tasks packed into arrays: how many elements, and how many of them at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sweeprun.design.task_ids import TaskIds
from sweeprun.launchers.capabilities import capabilities_in
from sweeprun.launchers.launcher import Launcher
from sweeprun.launchers.registry import capabilities_of
from sweeprun.store.submissions import Submission


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
    earlier submissions, of which something still waits or runs, take the whole throttle. Groups that are run to their
    end one after the other have the whole throttle each.

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
    in_a_row = not active and all(_is_in_a_row(group.launcher) for group in groups)
    lanes = len(arrays) if in_a_row else min(len(arrays), throttle)
    shares = [] if in_a_row else share_throttle(throttle, [len(array) for array in arrays[:lanes]])
    submissions = []
    for place, (group, whole) in enumerate(zip(groups, arrays, strict=True)):
        array = (
            whole
            if in_a_row or (len(arrays) == 1 and whole.throttle == throttle)
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


def _is_in_a_row(launcher: Launcher) -> bool:
    """Whether submissions with different options run one after the other, each to its end."""
    return launcher.in_foreground and not capabilities_in(type(launcher)).launches_all_at_once


def launched_together(submissions: Sequence[Submission]) -> list[Sequence[Submission]]:
    """The submissions of each call of ``launch``: all of them, or those with the same options."""
    if capabilities_of(str(submissions[0].launcher.get("name"))).launches_all_at_once:
        return [submissions]
    parts: list[list[Submission]] = []
    for submission in submissions:
        if parts and parts[-1][0].launcher == submission.launcher:
            parts[-1].append(submission)
        else:
            parts.append([submission])
    return list(parts)


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
