"""Where a run stands, in lines."""

import time

from sweeprun.display.phrases import duration, rate_text
from sweeprun.runs.next_steps import missing_text
from sweeprun.runs.status import ActiveSubmission, RunningTask, Status
from sweeprun.safe_text import plain_line
from sweeprun.wording import Command

_SHOWN_TASKS = 10


def status_lines(status: Status) -> list[str]:
    """All but the failures: how many tasks are in each state, what waits and runs, and what is to be known of it."""
    lines = [
        str(status.run.path),
        f"started {status.created}: {status.command}",
        f"{status.tasks} tasks: {status.counted}",
    ]
    lines += map(_submission_line, status.submissions)
    for task in status.running[:_SHOWN_TASKS]:
        lines.append(f"  {_running_line(task)}")
    if len(status.running) > _SHOWN_TASKS:
        lines.append(f"  … and {len(status.running) - _SHOWN_TASKS} more")
    if status.submissions and status.pace.left is not None:
        lines.append(f"{rate_text(status.pace.rate)}, ETA {duration(status.pace.left)}")
    if status.problem:
        lines.append(f"what waits and runs is not known: {status.problem}")
    elif status.missing:
        ended = ", ".join(f"{reason or 'ended'} ({count})" for reason, count in status.ended.items())
        lines.append(
            missing_text(len(status.missing))
            + (f"; elements that ended before their tasks did: {ended}" if ended else "")
            + f"; go on with: {Command('resume', status.run.shown())}"
        )
    if status.left_no_trace:
        lines.append(
            "some elements left nothing on disk, not even a log: can the nodes see and write this directory? "
            "It must be on a file system that they share"
        )
    return [plain_line(line) for line in (*lines, *status.warnings)]


def _running_line(task: RunningTask) -> str:
    where = [f"on {task.host}"] if task.host else []
    process = [] if task.pid is None else [f"process {task.pid}"]
    since = [] if task.since is None else [f"since {duration(max(0.0, time.time() - task.since))}"]
    return f"task {task.task} runs" + ",".join(f" {part}" for part in (*where, *process, *since))


def _submission_line(submission: ActiveSubmission) -> str:
    if submission.as_a_whole:
        return f"{submission.called} runs it" if submission.running else f"{submission.called} is to run it"
    reasons = ", ".join(f"{reason}: {count}" for reason, count in submission.reasons.items() if reason)
    hosts = ", ".join(f"{host}: {count}" for host, count in sorted(submission.hosts.items()))
    return (
        f"{submission.called}, array {submission.array}: {submission.running} running"
        + (f" ({hosts})" if hosts else "")
        + f", {submission.queued} queued"
        + (f" ({reasons})" if reasons else "")
    )
