"""``sweeprun plan -m …``: what a sweep would run; runs nothing, writes nothing."""

import json
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_SHOWN_TASKS = 3
_SHOWN_VALUES = 6


def main(words: Sequence[str]) -> int:
    """Print the plan of a sweep."""
    parser = ArgumentParser(
        prog="sweeprun plan",
        description="Show what a sweep would run, and run nothing: tasks, axes, array, files, first and last tasks.",
        epilog="example:\n  sweeprun plan -m lr=0.1,0.01 'seed=range(20)'",
        usage="sweeprun plan [--json] -m [key=value …] [Hydra's options]",
        formatter_class=RawDescriptionHelpFormatter,
        add_help=False,
    )
    parser.add_argument("--help", action="help", help="show this text")
    parser.add_argument("--json", action="store_true", help="print JSON")
    own, rest = parser.parse_known_args(words)

    from sweeprun.cli.sweeping import compose_for_launch, config_source, import_early, parse_command_line, prepare_sweep
    from sweeprun.config.application import command_line_parser, open_application
    from sweeprun.config.schema import SWEEPER
    from sweeprun.errors import UsageError

    args = parse_command_line(command_line_parser(), rest)
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    with open_application(config_source(args)) as application:
        import_early(application, args.overrides)
        sweep_config = compose_for_launch(application, args.overrides)
        sweeper, launcher = application.chosen_plugins(sweep_config)
        if sweeper != SWEEPER:
            raise UsageError(
                f"hydra/sweeper={sweeper} decides itself what it runs; only sweeprun's own sweeper can be planned"
            )
        prepared = prepare_sweep(application, sweep_config)
    plan = _plan(prepared, launcher, Path(sweep_config.hydra.sweep.dir))
    print(json.dumps(plan, indent=1, ensure_ascii=False) if own.json else _text(plan))
    return 0


def _plan(prepared: Any, launcher: str, directory: Path) -> dict[str, Any]:
    from sweeprun.launchers.launcher import plan_submissions
    from sweeprun.store.directory import RunDirectory

    table = prepared.sweep.table
    grid = table.blocks[0].design
    count = len(table)
    selected = table.selected()
    first, last = selected.part(0, _SHOWN_TASKS), selected.part(max(0, len(selected) - _SHOWN_TASKS), len(selected))
    ids = sorted({*first, *last})
    run = RunDirectory(directory.resolve())
    submissions = plan_submissions(prepared.groups) if prepared.groups else ()
    arrays = [submission.array for submission in submissions]
    in_foreground = prepared.launcher is not None and prepared.launcher.in_foreground
    once, more = RunDirectory.files(arrays, in_foreground=in_foreground)
    return {
        "tasks": table.count_selected(),
        "left_out": count - table.count_selected() if table.selection else None,
        "axes": [_axis(axis) for axis in grid.axes],
        "moving_together": {joint.name: joint.describe() for joint in grid.joint},
        "compositions": len(prepared.sweep.compositions),
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


def _axis(axis: Any) -> dict[str, Any]:
    shown = range(len(axis)) if len(axis) <= _SHOWN_VALUES else (0, 1, 2, len(axis) - 1)
    return {
        "name": axis.name,
        "length": len(axis),
        "type": axis.kind.dtype,
        "first_values": [axis.coordinate(i) for i in shown if i < len(axis) - 1 or len(axis) <= _SHOWN_VALUES],
        "last_value": axis.coordinate(len(axis) - 1),
    }


def _task(table: Any, task_id: int) -> dict[str, Any]:
    task = table.task(task_id)
    return {"id": task_id, "coordinates": task.coordinates, "stream": table.streams.describe(task.stream)}


def _text(plan: dict[str, Any]) -> str:
    axes = [
        f"  {axis['name']} ({axis['length']}, {axis['type']}): "
        + ", ".join(map(str, axis["first_values"]))
        + ("" if axis["length"] <= _SHOWN_VALUES else f", …, {axis['last_value']}")
        for axis in plan["axes"]
    ]
    tasks = [
        f"  {task['id']}: " + " ".join(f"{k}={v}" for k, v in task["coordinates"].items()) + f"  {task['stream']}"
        for task in plan["shown_tasks"]
    ]
    selects = plan["left_out"] is not None
    if plan["tasks"] > len(tasks):
        tasks.insert(_SHOWN_TASKS, "  …")
    files = plan["files"]
    return "\n".join(
        [
            f"tasks: {plan['tasks']}",
            "axes, the first varies slowest:" if axes else "axes: none",
            *axes,
            *(f"moving together as {name}: {how}" for name, how in plan["moving_together"].items()),
            *([f"left out: {plan['left_out']} of {plan['tasks'] + plan['left_out']} points"] if selects else []),
            *(
                f"array: {array['array']} ({plan['launcher']}), tasks per element: {array['tasks_per_element']}"
                + ("" if len(plan["arrays"]) == 1 else f", tasks {array['tasks']}")
                for array in plan["arrays"]
            ),
            f"configs composed: {plan['compositions']}",
            f"files: at most {files['total']} ({files['once']} once, {files['running']} while it runs), "
            "task directories not counted",
            "tasks and their streams:",
            *tasks,
            *(f"job script {number}:\n{script.rstrip()}" for number, script in enumerate(plan["scripts"])),
        ]
    )
