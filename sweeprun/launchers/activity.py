"""What the launchers of a run know of it."""

from collections.abc import Mapping

from sweeprun.launchers.launcher import Launcher
from sweeprun.store.activity import Activity
from sweeprun.store.directory import RunDirectory
from sweeprun.store.submissions import Submission, read_submissions


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
        running=tuple(task for part in parts for task in part.running),
    )
