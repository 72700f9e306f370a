"""What the user may type next, once a run has ended: in the order in which one would."""

from dataclasses import dataclass

from sweeprun.errors import CommandError
from sweeprun.results.failures import Failures
from sweeprun.results.left_out import returned_nothing
from sweeprun.runs.observe import missing_tasks
from sweeprun.store.snapshot import Snapshot, TaskState
from sweeprun.wording import Command, flag


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something to be done next.

    Attributes
    ----------
    purpose
        What for.
    command
        How.
    """

    purpose: str
    command: Command

    def __str__(self) -> str:
        return f"{self.purpose}: {self.command}"


def missing_text(count: int) -> str:
    """That so many tasks are neither done nor to be done."""
    return (
        "1 task has no result and is in no queue" if count == 1 else f"{count} tasks have no result and are in no queue"
    )


def next_steps(snapshot: Snapshot, failures: Failures, *, stopped: bool = False) -> tuple[Step, ...]:
    """What to do next with a run of which nothing runs any more.

    Parameters
    ----------
    snapshot, failures
        The run, and what failed of it.
    stopped
        Whether tasks that have not run wait for the user: the run was stopped, or nothing will start them by itself.
    """
    return (*look_closer(snapshot, failures), *_resume(snapshot, failures, stopped=stopped), *_collect(snapshot))


def look_closer(snapshot: Snapshot, failures: Failures) -> tuple[Step, ...]:
    """How to find out what went wrong; nothing if nothing did."""
    run = snapshot.run.shown()
    if failures:
        task = failures.groups[0].tasks[0]
        if task.kind.startswith("lost"):
            return (Step(purpose="see what it printed", command=Command("logs", run, (task.task_id,))),)
        debug = Command("replay", run, (task.task_id,)).with_option(flag("pdb").to(True))
        show = Command("show", run, (task.task_id,))
        if not task.traceback or task.kind == CommandError.__name__:
            return (Step(purpose="see one", command=show),)
        return (Step(purpose="see one with its traceback", command=show), Step(purpose="debug it", command=debug))
    return ()


def _resume(snapshot: Snapshot, failures: Failures, *, stopped: bool) -> tuple[Step, ...]:
    run = snapshot.run.shown()
    left = len(missing_tasks(snapshot))
    again = Command("resume", run)
    if failures and left:
        same = "run it again" if left == 1 else f"run these {left} tasks again"
        purpose = same if left == failures.count else f"run the {left} tasks that are left"
        return (Step(purpose=f"when that is mended, {purpose}", command=again),)
    if left and stopped:
        return (Step(purpose=f"{missing_text(left)}; go on with", command=again),)
    if returned_nothing(snapshot):
        first = int((snapshot.best.outcome == 1).argmax())
        return (
            Step(purpose="see one task", command=Command("show", run, (first,))),
            Step(
                purpose="when it returns something, run all again",
                command=again.with_option(flag("incomplete").to(True)),
            ),
        )
    return ()


def _collect(snapshot: Snapshot) -> tuple[Step, ...]:
    succeeded = snapshot.counts()[TaskState.SUCCEEDED]
    if not succeeded or returned_nothing(snapshot):
        return ()
    purpose = "collect with" if snapshot.complete else "collect what succeeded"
    return (Step(purpose=purpose, command=Command("collect", snapshot.run.shown())),)
