"""Starting tasks of a run again, stopping them, and changing how many run at once."""

from collections.abc import Callable, Iterable
from typing import Any, Self

from sweeprun.design.task_ids import TaskIds
from sweeprun.display.terminal import TERMINAL
from sweeprun.notebook.advice import with_advice
from sweeprun.notebook.options import POLICY, changes_of, in_python
from sweeprun.notebook.outcomes import CancelledTasks, StartedTasks, ThrottledRun
from sweeprun.notebook.seen import SeenRun
from sweeprun.runs.prepare_call import call_text


class Starting(SeenRun):
    """Verbs that start and stop tasks that a run has."""

    @with_advice("run.resume", lambda *_: POLICY)
    def resume(
        self,
        *,
        function: Callable[..., Any] | None = None,
        launcher: Any = None,
        throttle: int | None = None,
        incomplete: bool = False,
        allow_drift: bool = False,
        trust: bool = False,
        **policy: Any,
    ) -> StartedTasks[Self]:
        """Run the tasks that have no result again, in the background.

        Parameters
        ----------
        function
            The function that they are to run, if not as before: one that was mended, which takes the same arguments.
            Every result says which code it was made with.
        launcher, throttle
            As of `sweeprun.sweep`, if they are to be others.
        incomplete
            Whether tasks run again, too, that returned something that could not be stored.
        allow_drift
            Whether to go on with other code than the run was made with.
        trust
            Whether to go on with a run that belongs to another user, or has files of another.
        **policy
            ``retries``, ``retry_on``, ``timeout``, ``max_failures``.

        Returns
        -------
        StartedTasks
            Says which tasks were started: ``.tasks``. The run itself has been looked at again.

        Raises
        ------
        SweeprunError
            If nothing can be started.

        Examples
        --------
        >>> run.resume()
        nothing to start: 6 succeeded
        """
        from sweeprun.notebook.new_function import how_to_start
        from sweeprun.runs.resume import resume_run

        with in_python():
            changes = changes_of(launcher, throttle, policy)
            called, launch, code = how_to_start(self._directory, self._snapshot.manifest, "run.resume", function)
            asked = {"incomplete": True} if incomplete else {}
            command = [call_text("run.resume", changes.told() | asked, *called)]
            started = resume_run(
                self._look(),
                changes,
                command,
                incomplete=incomplete,
                allow_drift=allow_drift,
                trust=trust,
                launch=launch,
                code=code,
                observer=TERMINAL,
            )
        return StartedTasks(run=self.refresh(), tasks=started.tasks, nothing=started.nothing)

    @with_advice("run.cancel")
    def cancel(
        self, tasks: str | int | Iterable[int] | None = None, *, whole_elements: bool = False, trust: bool = False
    ) -> CancelledTasks[Self]:
        """Stop what waits or runs; what is recorded stays, and `resume` goes on later.

        It returns when everything has stopped that was to stop.

        Parameters
        ----------
        tasks
            Only these, of a job array: ``"3,10-19"``, or their ids, or one. By default all.
        whole_elements
            With ``tasks``: also the other tasks of the same array elements.
        trust
            Whether to do so with a run that belongs to another user, or has files of another.

        Returns
        -------
        CancelledTasks
            Says of how many tasks: ``.stopped``. The run itself has been looked at again.

        Examples
        --------
        >>> run.cancel()
        nothing waited or ran
        """
        from sweeprun.runs.cancel import cancel_run

        with in_python():
            cancelled = cancel_run(self._directory, ids := _task_ids(tasks), whole_elements=whole_elements, trust=trust)
        run = self.wait() if cancelled.stopped and ids is None else self.refresh()
        return CancelledTasks(run=run, stopped=cancelled.stopped)

    @with_advice("run.throttle")
    def throttle(self, throttle: int, *, trust: bool = False) -> ThrottledRun[Self]:
        """Change how many elements of a job array may run at once, while they wait and run.

        Local workers keep the number that they were started with.

        Parameters
        ----------
        throttle
            How many, at least 1.
        trust
            Whether to do so with a run that belongs to another user, or has files of another.

        Raises
        ------
        UsageError
            If nothing of the run waits or runs, or it runs on local workers.

        Examples
        --------
        >>> run.throttle(20)  # doctest: +SKIP
        at most 20 elements at once from now on
        """
        from sweeprun.runs.throttle import throttle_run

        with in_python():
            throttled = throttle_run(self._directory, throttle, trust=trust)
        return ThrottledRun(run=self.refresh(), throttle=throttled.throttle)


def _task_ids(tasks: str | int | Iterable[int] | None) -> TaskIds | None:
    if tasks is None or isinstance(tasks, str):
        return None if tasks is None else TaskIds.parse(tasks)
    return TaskIds.of(tasks if isinstance(tasks, Iterable) else [tasks])
