"""Failed tasks as lines of text: by coordinates and line, equal failures together, and no more than a screen."""

import sys
from collections.abc import Iterator

from sweeprun.results.failures import MOST_COUNTED, FailureGroup, Failures
from sweeprun.safe_text import plain_line

_MOST_GROUPS = 12
_MOST_TASKS = 3
_WIDEST = 60
"""Columns are aligned to this width."""


def print_failures(failures: Failures) -> None:
    """Print failures to standard error; nothing if there are none."""
    lines = failure_lines(failures)
    if lines:
        print("\n".join(lines), file=sys.stderr, flush=True)


def failure_lines(failures: Failures) -> list[str]:
    """Failures as lines that are safe on a terminal; none if there are none.

    A task that failed in a way of its own takes one line: its number and coordinates, where it failed, and why.
    """
    if not failures:
        return []
    shown = failures.groups[:_MOST_GROUPS]
    single = [group for group in shown if group.count == 1]
    wide = min(_WIDEST, max((len(failures.coordinates(group.tasks[0])) for group in single), default=0))
    lines = ["failed:"]
    for group in shown:
        lines += _single(failures, group, wide) if group.count == 1 else _several(failures, group)
    if rest := failures.groups[_MOST_GROUPS:]:
        tasks = sum(group.count for group in rest)
        kinds = "1 more kind" if len(rest) == 1 else f"{len(rest)} more kinds"
        lines.append(f"  … {kinds} of failures, of {tasks} {'task' if tasks == 1 else 'tasks'}")
    if failures.common is not None:
        lines.append(f"  in common: {failures.common}")
    return [plain_line(line) for line in lines]


def _single(failures: Failures, group: FailureGroup, wide: int) -> Iterator[str]:
    task = group.tasks[0]
    told = [f"task {task.task_id}", failures.coordinates(task).ljust(wide), failures.where(group), group.what]
    yield "  " + "  ".join(part for part in told if part.strip())


def _several(failures: Failures, group: FailureGroup) -> Iterator[str]:
    many = f"{group.messages} or more" if group.messages >= MOST_COUNTED else group.messages
    more = f" (the first of {many} messages)" if group.messages > 1 else ""
    told = [f"{group.count} tasks", failures.where(group), f"{group.what}{more}"]
    yield "  " + "  ".join(filter(None, told))
    if group.common is not None and str(group.common) != str(failures.common):
        yield f"      {group.common}"
    for task in group.tasks[:_MOST_TASKS]:
        yield "      " + "  ".join(filter(None, [f"task {task.task_id}", failures.coordinates(task)]))
    if group.count > _MOST_TASKS:
        yield f"      … and {group.count - _MOST_TASKS} more"
