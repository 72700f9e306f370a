"""Running tasks of a run again, beside it."""

from typing import TYPE_CHECKING, Any

from sweeprun.display.terminal import TERMINAL
from sweeprun.notebook.options import in_python, trusts
from sweeprun.notebook.seen import SeenRun

if TYPE_CHECKING:
    from sweeprun.runs.replay import Replayed


class Checking(SeenRun):
    """Verbs that run tasks again, and change nothing of the run."""

    def replay(
        self, task_id: int | None = None, *, allow_drift: bool = False, trust: bool = False, **values: Any
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
        >>> run.replay(17)                # doctest: +SKIP
        >>> run.replay(lr=0.1, seed=3)    # doctest: +SKIP
        """
        from sweeprun.runs.replay import replay

        with in_python():
            trusted = trusts(trust, values)
            return replay(self._look(), task_id, values, allow_drift=allow_drift, trust=trusted, observer=TERMINAL)
