"""What a sweep would run, as text."""

from sweeprun.display.terminal import TERMINAL
from sweeprun.runs.plan import SHOWN_TASKS, SHOWN_VALUES, SweepPlan
from sweeprun.safe_text import one_line


def show_plan(plan: SweepPlan, text: str | None = None) -> None:
    """Print what a sweep would run, by default as text for people, and before it what is to be known of it."""
    for warning in plan.warnings:
        TERMINAL.warn(warning)
    for note in plan.notes:
        TERMINAL.note(note)
    print(plan_text(plan) if text is None else text)


def plan_text(plan: SweepPlan) -> str:
    """What a sweep would run."""
    axes = [
        f"  {axis.name} ({axis.length}, {axis.type}): "
        + ", ".join(map(str, axis.first_values))
        + ("" if axis.length <= SHOWN_VALUES else f", …, {axis.last_value}")
        for axis in plan.axes
    ]
    tasks = [
        f"  {task.id}: " + " ".join(f"{k}={v}" for k, v in task.coordinates.items()) + f"  {task.stream}"
        for task in plan.shown_tasks
    ]
    if plan.tasks > len(tasks):
        tasks.insert(SHOWN_TASKS, "  …")
    files = plan.files
    lines = [
        f"tasks: {plan.tasks}",
        "axes, the first varies slowest:" if axes else "axes: none",
        *axes,
        *(f"moving together as {name}: {how}" for name, how in plan.moving_together.items()),
        *(f"dimensions of {result}: {', '.join(names) or 'none'}" for result, names in plan.dims.items()),
        *([] if plan.left_out is None else [f"left out: {plan.left_out} of {plan.tasks + plan.left_out} points"]),
        *(
            f"array: {array.array} ({plan.launcher}), tasks per element: {array.tasks_per_element}"
            + ("" if len(plan.arrays) == 1 else f", tasks {array.tasks}")
            for array in plan.arrays
        ),
        f"configs composed: {plan.compositions}",
        f"files: at most {files.total} ({files.once} once, {files.running} while it runs), "
        "task directories not counted",
        "tasks and their streams:",
        *tasks,
    ]
    scripts = [f"job script {number}:\n{script.rstrip()}" for number, script in enumerate(plan.scripts)]
    return "\n".join([*map(one_line, lines), *scripts])
