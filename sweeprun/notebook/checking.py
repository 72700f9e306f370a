"""Running tasks of a run again, beside it."""

from typing import TYPE_CHECKING, Any

from sweeprun.display.terminal import TERMINAL
from sweeprun.notebook.advice import with_advice
from sweeprun.notebook.options import in_python, trusts
from sweeprun.notebook.seen import SeenRun, axes_of
from sweeprun.notebook.views import seen_as
from sweeprun.runs.defaults import SAMPLE

if TYPE_CHECKING:
    from sweeprun.notebook.verify_view import RunVerified
    from sweeprun.runs.replay import Replayed


class Checking(SeenRun):
    """Verbs that run tasks again, and change nothing of the run."""

    @with_advice("run.replay", axes_of)
    def replay(
        self, task_id: int | None = None, *, allow_drift: bool = False, trust: bool | Any = False, **values: Any
    ) -> "Replayed":
        """Run one task again, and compare the result with the recorded one; the run is not changed.

        Parameters
        ----------
        task_id
            The task; or its coordinates:
        **values
            A value on each axis.
        allow_drift
            Whether to do so with other code than the run was made with.
        trust
            Whether to do so with a run that belongs to another user, or has files of another.

        Returns
        -------
        Replayed
            Shows whether it is equal to the bit; ``.equal``, ``.result``.

        Examples
        --------
        >>> run.replay(4)
        task 4 n=1000 member=1: equal to the bit
          pi: ...
        >>> run.replay(n=1000, member=1).equal
        True
        """
        from sweeprun.runs.replay import replay

        with in_python():
            trusted = trusts(trust, values)
            return replay(self._look(), task_id, values, allow_drift=allow_drift, trust=trusted, observer=TERMINAL)

    @with_advice("run.verify")
    def verify(
        self, sample: int = SAMPLE, *, seed: int = 0, allow_drift: bool = False, trust: bool = False
    ) -> "RunVerified":
        """Run a random sample of the tasks that succeeded again, each in a fresh process, and compare their results.

        No result is changed; the outcome is kept in the run.

        Parameters
        ----------
        sample
            How many tasks.
        seed
            Which: the same seed chooses the same tasks.
        allow_drift
            Whether to do so with other code than the run was made with.
        trust
            Whether to do so with a run that belongs to another user, or has files of another.

        Returns
        -------
        RunVerified
            Whether all are equal to the bit, ``.equal``; ``.different`` are those that aren't, with what differs and
            the likely cause.

        Raises
        ------
        UsageError
            If no task has a result, or the code is not what the run was made with.

        Examples
        --------
        >>> run.verify(sample=2)
        2/2 equal to the bit
        """
        from sweeprun.notebook.verify_view import RunVerified
        from sweeprun.runs.verify import verify_run

        with in_python():
            verified = verify_run(
                self._look(), sample=sample, seed=seed, allow_drift=allow_drift, trust=trust, observer=TERMINAL
            )
        return seen_as(RunVerified, verified)
