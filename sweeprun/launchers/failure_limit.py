"""How many tasks of a submission may fail before no further one starts: ``max_failures``."""

from sweeprun.design.policy import Policy
from sweeprun.store.directory import RunDirectory
from sweeprun.store.notices import count_failures, note_failure


class FailureLimit:
    """The limit, and what counts towards it, wherever it was noted.

    Parameters
    ----------
    run, attempt
        The run, and the attempt of the submission, by which failures are counted.
    policy
        Says whether there is a limit.
    """

    def __init__(self, run: RunDirectory, attempt: int, policy: Policy) -> None:
        self._run = run
        self._attempt = attempt
        self._most = policy.max_failures
        self._only_here = 0

    def note(self, task_id: int) -> None:
        """A task has failed for good; if that can't be written, it counts here alone."""
        if self._most is not None:
            try:
                note_failure(self._run, self._attempt, task_id)
            except OSError:
                self._only_here += 1

    def is_reached(self) -> bool:
        """Whether too many have failed."""
        return self._most is not None and count_failures(self._run, self._attempt) + self._only_here >= self._most
