"""What a sweep would run, as data."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sweeprun.design.axes import RESERVED_NAMES, Axis
from sweeprun.design.tasks import TaskTable
from sweeprun.launchers.packing import plan_submissions
from sweeprun.runs.prepared_run import PreparedRun
from sweeprun.store.directory import RunDirectory

SHOWN_TASKS = 3
SHOWN_VALUES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAxis:
    """An axis: its length, the type of its labels, the first of them, and the last one."""

    name: str
    length: int
    type: str
    first_values: tuple[Any, ...]
    last_value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedArray:
    """An array: as it would be written, how many elements it has and tasks an element, and its tasks."""

    array: str
    elements: int
    tasks_per_element: int
    tasks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFiles:
    """How many files there would be at most: those made once, those that are there while it runs, and all."""

    once: int
    running: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTask:
    """A task: its id, its values, and its random stream."""

    id: int
    coordinates: Mapping[str, Any]
    stream: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepPlan:
    """What a sweep would run.

    Attributes
    ----------
    tasks, left_out
        How many tasks, and how many points are left out; None if there is no condition.
    axes, moving_together, dims
        The axes, which of them move together and how, and the names of dimensions of results.
    compositions
        How many configs are composed.
    launcher, arrays, workers, scripts
        The launcher, its arrays, how many local workers there would be (None for a queue), and job scripts.
    files
        How many files there would be.
    shown_tasks
        The first and the last tasks.
    warnings, notes
        What is to be known before it is started.
    """

    tasks: int
    left_out: int | None
    axes: tuple[PlannedAxis, ...]
    moving_together: Mapping[str, str]
    dims: Mapping[str, tuple[str, ...]]
    compositions: int
    launcher: str
    arrays: tuple[PlannedArray, ...]
    workers: int | None
    files: PlannedFiles
    scripts: tuple[str, ...]
    shown_tasks: tuple[PlannedTask, ...]
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        found = asdict(self)
        del found["warnings"], found["notes"]
        return found


def plan_of(prepared: PreparedRun, launcher: str) -> SweepPlan:
    """What a run would be: its tasks, axes, arrays and files. Nothing is made.

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
    return SweepPlan(
        tasks=table.count_selected(),
        left_out=count - table.count_selected() if table.selection else None,
        axes=tuple(map(_axis, grid.axes)),
        moving_together={joint.name: joint.describe() for joint in grid.joint},
        dims={result: tuple(_names(names)) for result, names in prepared.manifest.job.dims.items()},
        compositions=len(prepared.compositions),
        launcher=launcher,
        arrays=tuple(
            PlannedArray(
                array=str(array), elements=len(array), tasks_per_element=array.tasks_per_job, tasks=str(array.tasks)
            )
            for array in arrays
        ),
        workers=min(arrays[0].throttle, len(arrays[0])) if in_foreground else None,
        files=PlannedFiles(once=once, running=more, total=once + more),
        scripts=tuple(
            group.launcher.script(run, submission) or ""
            for group, submission in zip(prepared.groups, submissions, strict=True)
            if not in_foreground
        ),
        shown_tasks=tuple(_task(table, task_id) for task_id in ids),
        warnings=() if prepared.clash is None else (str(prepared.clash),),
        notes=prepared.notes,
    )


def _names(dims: Sequence[str]) -> list[str]:
    """What dimensions of a result are called in a Dataset, where some names are taken."""
    return [f"result_{dim}" if dim in RESERVED_NAMES else dim for dim in dims]


def _axis(axis: Axis) -> PlannedAxis:
    shown = range(len(axis)) if len(axis) <= SHOWN_VALUES else (0, 1, 2, len(axis) - 1)
    return PlannedAxis(
        name=axis.name,
        length=len(axis),
        type=axis.kind.dtype,
        first_values=tuple(axis.coordinate(i) for i in shown if i < len(axis) - 1 or len(axis) <= SHOWN_VALUES),
        last_value=axis.coordinate(len(axis) - 1),
    )


def _task(table: TaskTable, task_id: int) -> PlannedTask:
    task = table.task(task_id)
    return PlannedTask(id=task_id, coordinates=task.coordinates, stream=table.streams.describe(task.stream))
