"""What a sweep would run, as data."""

from collections.abc import Sequence
from typing import Any

from sweeprun.design.axes import RESERVED_NAMES, Axis
from sweeprun.design.tasks import TaskTable
from sweeprun.launchers.packing import plan_submissions
from sweeprun.runs.prepared_run import PreparedRun
from sweeprun.store.directory import RunDirectory

SHOWN_TASKS = 3
SHOWN_VALUES = 6


def describe_plan(prepared: PreparedRun, launcher: str) -> dict[str, Any]:
    """What a run would be: its tasks, axes, arrays and files, as JSON has it.

    Parameters
    ----------
    prepared, launcher
        The run, and the name of its launcher.
    """
    table = prepared.manifest.table
    grid = table.blocks[0].design
    count = len(table)
    selected = table.selected()
    first, last = selected.part(0, SHOWN_TASKS), selected.part(max(0, len(selected) - SHOWN_TASKS), len(selected))
    ids = sorted({*first, *last})
    run = RunDirectory(prepared.place.path.resolve())
    submissions = plan_submissions(prepared.groups) if prepared.groups else ()
    arrays = [submission.array for submission in submissions]
    in_foreground = prepared.launcher is not None and prepared.launcher.in_foreground
    once, more = RunDirectory.files(arrays, in_foreground=in_foreground)
    return {
        "tasks": table.count_selected(),
        "left_out": count - table.count_selected() if table.selection else None,
        "axes": [_axis(axis) for axis in grid.axes],
        "moving_together": {joint.name: joint.describe() for joint in grid.joint},
        "dims": {result: _names(names) for result, names in prepared.manifest.dims.items()},
        "compositions": len(prepared.compositions),
        "launcher": launcher,
        "arrays": [
            {
                "array": str(array),
                "elements": len(array),
                "tasks_per_element": array.tasks_per_job,
                "tasks": str(array.tasks),
            }
            for array in arrays
        ],
        "workers": min(arrays[0].throttle, len(arrays[0])) if in_foreground else None,
        "files": {"once": once, "running": more, "total": once + more},
        "scripts": [
            group.launcher.script(run, submission)
            for group, submission in zip(prepared.groups, submissions, strict=True)
            if not in_foreground
        ],
        "shown_tasks": [_task(table, task_id) for task_id in ids],
    }


def _names(dims: Sequence[str]) -> list[str]:
    """What dimensions of a result are called in a Dataset, where some names are taken."""
    return [f"result_{dim}" if dim in RESERVED_NAMES else dim for dim in dims]


def _axis(axis: Axis) -> dict[str, Any]:
    shown = range(len(axis)) if len(axis) <= SHOWN_VALUES else (0, 1, 2, len(axis) - 1)
    return {
        "name": axis.name,
        "length": len(axis),
        "type": axis.kind.dtype,
        "first_values": [axis.coordinate(i) for i in shown if i < len(axis) - 1 or len(axis) <= SHOWN_VALUES],
        "last_value": axis.coordinate(len(axis) - 1),
    }


def _task(table: TaskTable, task_id: int) -> dict[str, Any]:
    task = table.task(task_id)
    return {"id": task_id, "coordinates": task.coordinates, "stream": table.streams.describe(task.stream)}
