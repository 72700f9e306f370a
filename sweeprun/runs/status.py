"""Where a run stands. Looking changes nothing."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sweeprun.design.task_ids import TaskIds
from sweeprun.launchers.registry import capabilities_of
from sweeprun.provenance.gather import command_text
from sweeprun.results.failures import Failures, failures_of
from sweeprun.results.throughput import Pace, pace_of
from sweeprun.runs.next_steps import Step, look_closer, next_steps
from sweeprun.runs.observe import (
    counts_text,
    ended_reasons,
    is_active,
    left_no_trace,
    missing_tasks,
    state_counts,
    warnings_of,
)
from sweeprun.store.activity import ElementState
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import STATE_ORDER, Snapshot, TaskState, live_beats


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveSubmission:
    """A submission of which something waits or runs.

    Attributes
    ----------
    number, launcher, array, tasks_per_job
        Which one, the name of its launcher, its array, and how many tasks an element has.
    jobs, called
        The ids of its jobs, or processes, and how it is called where it is listed.
    as_a_whole
        Whether nothing is known of single elements.
    running, queued
        How many of its elements run, and wait.
    reasons, hosts
        How many wait for which reason, and run on which host.
    """

    number: int
    launcher: str
    array: str
    tasks_per_job: int
    jobs: tuple[str, ...]
    called: str
    as_a_whole: bool
    running: int
    queued: int
    reasons: Mapping[str, int]
    hosts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningTask:
    """A task that runs now.

    Attributes
    ----------
    task, host, pid, since
        The task, the host and process that it runs on, and since when (Unix time, seconds); empty and None where a
        launcher says that it runs, and no more.
    """

    task: int
    host: str
    pid: int | None
    since: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where a run stands.

    Attributes
    ----------
    run, created, command
        The run, when it was started, and by which command line or call.
    tasks, states
        How many tasks it has, and how many of them are in each state.
    counted
        The same in words.
    incomplete, returned_nothing
        How many succeeded with something left out, and without returning anything.
    submissions, running, pace
        What waits and runs, and how fast it goes.
    missing
        The tasks that have no result and are not queued.
    ended
        How elements ended that left tasks undone -> how many.
    left_no_trace
        Whether elements left nothing on disk, as if they saw no run directory.
    problem
        Why it isn't known what waits and runs; empty if it is.
    warnings
        What the user should know of the results.
    failures
        The failed and lost tasks, grouped.
    closer
        How to look closer at what failed.
    next_steps
        What may be done next, if nothing runs any more.
    """

    run: RunDirectory
    created: str | None
    command: str
    tasks: int
    states: Mapping[str, int]
    counted: str
    incomplete: int
    returned_nothing: int
    submissions: tuple[ActiveSubmission, ...]
    running: tuple[RunningTask, ...]
    pace: Pace
    missing: TaskIds
    ended: Mapping[str, int]
    left_no_trace: bool
    problem: str
    warnings: tuple[str, ...]
    failures: Failures
    closer: tuple[Step, ...]
    next_steps: tuple[Step, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "run": str(self.run.path),
            "tasks": self.tasks,
            "states": dict(self.states),
            "incomplete": self.incomplete,
            "returned_nothing": self.returned_nothing,
            "submissions": [asdict(submission) for submission in self.submissions],
            "running": [asdict(task) for task in self.running],
            "pace": asdict(self.pace),
            "not_queued": str(self.missing),
            "not_queued_count": len(self.missing),
            "ended": dict(self.ended),
            "left_no_trace": self.left_no_trace,
            "problem": self.problem,
            "warnings": list(self.warnings),
            "failures": describe_failures(self.failures),
            "in_common": None if self.failures.common is None else str(self.failures.common),
            "next": list(map(str, self.next_steps)),
        }


def status_of(snapshot: Snapshot) -> Status:
    """Where a run stood when somebody looked."""
    provenance = snapshot.manifest.provenance
    failures = failures_of(snapshot)
    return Status(
        run=snapshot.run,
        created=provenance.get("created"),
        command=command_text(provenance),
        tasks=len(snapshot.states),
        states=state_counts(snapshot),
        counted=counts_text(snapshot),
        incomplete=snapshot.incomplete,
        returned_nothing=snapshot.empty,
        submissions=tuple(_active_submissions(snapshot)),
        running=tuple(_running_tasks(snapshot)),
        pace=pace_of(snapshot),
        missing=missing_tasks(snapshot),
        ended=ended_reasons(snapshot),
        left_no_trace=left_no_trace(snapshot),
        problem=snapshot.activity.problem,
        warnings=tuple(warnings_of(snapshot, in_full=True)),
        failures=failures,
        closer=look_closer(snapshot, failures),
        next_steps=() if is_active(snapshot) else next_steps(snapshot, failures, stopped=True),
    )


def _running_tasks(snapshot: Snapshot) -> Iterator[RunningTask]:
    """The tasks that run: by what workers wrote, and by what launchers know of those that write nothing here."""
    seen = set()
    for beat in live_beats(snapshot.run, snapshot.activity):
        if beat.task_id is not None:
            seen.add(beat.task_id)
            yield RunningTask(task=beat.task_id, host=beat.process.host, pid=beat.process.pid, since=beat.since)
    running = STATE_ORDER.index(TaskState.RUNNING)
    for task in snapshot.activity.running:
        known = 0 <= task.task_id < len(snapshot.states) and task.task_id not in seen
        if known and snapshot.states[task.task_id] == running:
            seen.add(task.task_id)
            yield RunningTask(task=task.task_id, host=task.host, pid=task.pid, since=task.since)


def _active_submissions(snapshot: Snapshot) -> Iterator[ActiveSubmission]:
    activity = snapshot.activity
    for submission in activity.submissions:
        found = {
            index: element
            for (number, index), element in activity.elements.items()
            if number == submission.number and element.state is not ElementState.ENDED
        }
        if found:
            own = found.values()
            name = str(submission.launcher.get("name"))
            jobs = tuple(sorted({element.job_id for element in own}))
            reasons = Counter(element.reason for element in own if element.state is ElementState.QUEUED)
            yield ActiveSubmission(
                number=submission.number,
                launcher=name,
                array=str(submission.array),
                tasks_per_job=submission.array.tasks_per_job,
                jobs=jobs,
                called=capabilities_of(name).submission(name, jobs),
                as_a_whole=set(found) == {None},
                running=sum(element.state is ElementState.RUNNING for element in own),
                queued=sum(reasons.values()),
                reasons=dict(reasons),
                hosts=dict(Counter(element.host for element in own if element.host)),
            )


def describe_failures(failures: Failures) -> list[dict[str, Any]]:
    """The groups of failed tasks, the largest first, as JSON has them."""
    return [
        {
            "kind": group.kind,
            "what": group.what,
            "where": failures.where(group) or None,
            "file": None if group.where is None else group.where.file,
            "line": None if group.where is None else group.where.line,
            "function": None if group.where is None else group.where.function or None,
            "message": group.message,
            "messages": group.messages,
            "traceback": group.traceback,
            "count": group.count,
            "task_ids": list(group.task_ids),
            "tasks": [{"task_id": task.task_id, "coordinates": task.coordinates} for task in group.tasks],
            "in_common": None if group.common is None else str(group.common),
        }
        for group in failures.groups
    ]
