"""Changing how many elements of a run may run at once, while it runs."""

from dataclasses import dataclass

from sweeprun.errors import UsageError
from sweeprun.launchers.registry import make_launcher
from sweeprun.runs.observe import is_active, observe
from sweeprun.statistics.choices import is_count
from sweeprun.store.directory import RunDirectory
from sweeprun.store.submissions import read_submissions
from sweeprun.store.trust import check_trusted
from sweeprun.wording import Command, launcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttled:
    """How many elements of a run may run at once from now on.

    Attributes
    ----------
    run, throttle
        The run, and its throttle.
    """

    run: RunDirectory
    throttle: int

    def __str__(self) -> str:
        return f"at most {self.throttle} {'element' if self.throttle == 1 else 'elements'} at once from now on"


def throttle_run(run: RunDirectory, throttle: int, *, trust: bool = False) -> Throttled:
    """Change the throttle of a run: of all submissions that have the launcher of the last one.

    Parameters
    ----------
    run, throttle
        The run, and how many elements may run at once, at least 1.
    trust
        Whether the run, or a file in it, may be another user's.

    Raises
    ------
    UsageError
        If the throttle is below 1, nothing of the run waits or runs, or it is another user's, and not trusted.
    """
    if not is_count(throttle) or throttle < 1:
        raise UsageError(
            f"the throttle must be a whole number of at least 1, not {throttle!r}; "
            f"`{Command('cancel', run.shown())}` stops the run"
        )
    check_trusted(run, trust=trust, doing="it names the jobs that would be changed")
    submissions = read_submissions(run)
    if not submissions:
        raise UsageError(f"{run.shown()} was not run by a launcher that has a throttle")
    if not is_active(observe(run)):
        raise UsageError(
            f"nothing of {run.shown()} waits or runs; to start what is missing: "
            f"{Command('resume', run.shown(), options=(launcher('throttle').to(throttle),))}"
        )
    last = submissions[-1].launcher
    own = [submission for submission in submissions if submission.launcher.get("name") == last.get("name")]
    make_launcher(last).set_throttle(run, own, throttle)
    return Throttled(run=run, throttle=throttle)
