"""Giving a run further tasks: values on its axes, or members until its results are precise enough."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from sweeprun.config.launching import Given
from sweeprun.display.terminal import TERMINAL
from sweeprun.errors import UsageError
from sweeprun.notebook.advice import with_advice
from sweeprun.notebook.options import changes_of, in_python, trusts
from sweeprun.notebook.outcomes import ReachedTarget, StartedTasks
from sweeprun.notebook.seen import SeenRun, axes_of
from sweeprun.provenance.code import Code
from sweeprun.runs.launch import Launch, Started
from sweeprun.runs.prepare_call import call_text
from sweeprun.store.directory import RunDirectory
from sweeprun.store.trust import check_trusted

if TYPE_CHECKING:
    from sweeprun.runs.stopping_rule import MoreMembers, Reached, StoppingRule


@dataclass(frozen=True, slots=True, kw_only=True)
class _Extension:
    """How tasks are to be added to a run.

    Attributes
    ----------
    run
        The run.
    changes
        What is changed of its launcher.
    called
        What the call says of a function.
    allow_drift, trust, launch, code
        As of `sweeprun.runs.extend.extend_run`.
    """

    run: RunDirectory
    changes: Given
    called: Sequence[str]
    allow_drift: bool
    trust: bool
    launch: Launch
    code: Code | None

    def start(self, axes: Mapping[str, Any], members: int | None, added: Callable[[], None] = lambda: None) -> Started:
        """Start the tasks that further values add."""
        from sweeprun.runs.extend import extend_run, plan_given

        told = {**axes} | ({} if members is None else {"members": members}) | self.changes.told()
        return extend_run(
            self.run,
            lambda manifest: plan_given(self.run, manifest, axes, members),
            self.changes,
            [call_text("run.extend", told, *self.called)],
            allow_drift=self.allow_drift,
            trust=self.trust,
            launch=self.launch,
            code=self.code,
            added=added,
            observer=TERMINAL,
        )

    def start_until(self, rule: "StoppingRule", wait: Callable[[], bool]) -> "Reached":
        """Start members and wait for them, until a rule says to stop."""
        from sweeprun.runs.extend_until import extend_until

        def extend(more: "MoreMembers", added: Callable[[], None]) -> bool:
            self.start(more.axes, more.members, added)
            return wait()

        check_trusted(self.run, trust=self.trust, doing="its tasks would run what is in it")
        return extend_until(self.run, rule, extend, TERMINAL)


class Extending(SeenRun):
    """Verbs that add tasks to a run."""

    @with_advice("run.extend", axes_of)
    def extend(  # noqa: PLR0913  # each is one of the command line's options, by its name
        self,
        axes: Mapping[str, Any] | None = None,
        *,
        members: int | None = None,
        until: str | None = None,
        over: Any = None,
        interval: Any = None,
        level: Any = None,
        batch: Any = None,
        limit: Any = None,
        nan: Any = None,
        independent: Any = None,
        function: Callable[..., Any] | None = None,
        launcher: Any = None,
        throttle: int | None = None,
        allow_drift: bool = False,
        trust: bool | Any = False,  # Any: an axis may have this name
        **values: Any,
    ) -> StartedTasks[Self] | ReachedTarget[Self]:
        """Give axes further values: the points that are new run, in the background.

        Parameters
        ----------
        axes, **values
            Axis -> values, as of `sweeprun.sweep`: all that it is to have, or only further ones.
        members
            The size that the ensemble is to have.
        until
            Add members until a target holds at every point, such as ``"sem(pi)<0.01"``, and wait for them.
        over, interval, level, nan, independent
            With ``until``: as of `stats`. Without it, these and the next two are names of axes.
        batch, limit
            With ``until``: how many members to add at once, by default as many as seem to be needed; and how many
            there may be, by default 1000.
        function, launcher, throttle, allow_drift, trust
            As of `resume`.

        Returns
        -------
        StartedTasks or ReachedTarget
            Says which tasks were started; or, of a target, whether it holds. The run itself has been looked at again.

        Raises
        ------
        SweeprunError
            If the run doesn't have such an axis, or a value isn't one of its type.

        Examples
        --------
        >>> run.extend(n=[10, 30]).progress().counts["succeeded"]
        12
        >>> run.extend(until="sem(pi)<0.2", limit=100).holds
        True
        """
        from sweeprun.notebook.new_function import how_to_start
        from sweeprun.notebook.watching import watch
        from sweeprun.runs.stopping_rule import StoppingRule

        options = {
            "over": over,
            "interval": interval,
            "level": level,
            "batch": batch,
            "limit": limit,
            "nan": nan,
            "independent": independent,
        }
        with in_python():
            changes = changes_of(launcher, throttle, {})
            trusted = trusts(trust, values)
            called, launch, code = how_to_start(self._directory, self._snapshot.manifest, "run.extend", function)
            extension = _Extension(
                run=self._directory,
                changes=changes,
                called=called,
                allow_drift=allow_drift,
                trust=trusted,
                launch=launch,
                code=code,
            )
            options = {name: value for name, value in options.items() if value is not None}
            wanted = {**(axes or {}), **values}
            if until is None:
                started = extension.start(wanted | options, members)
                return StartedTasks(run=self.refresh(), tasks=started.tasks, nothing=started.nothing)
            if wanted or members is not None:
                named = ", ".join([*wanted, *([] if members is None else ["members"])])
                raise UsageError(f"until says itself which members to add, so {named} can't be given with it")
            rule = StoppingRule.of(until, **options)
            reached = extension.start_until(rule, lambda: watch(self._look(), self._look))
        return ReachedTarget(run=self.refresh(), reached=reached)
