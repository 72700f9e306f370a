"""``sweeprun plan -m …``: what a sweep would run; runs nothing, writes nothing."""

import json
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from pathlib import Path
from typing import Any


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

    from sweeprun.cli.hydra_words import config_source, parse_command_line
    from sweeprun.config.application import command_line_parser, open_application
    from sweeprun.config.schema import SWEEPER
    from sweeprun.display.terminal import TERMINAL
    from sweeprun.errors import UsageError
    from sweeprun.runs.plan import describe_plan
    from sweeprun.runs.prepare import compose_for_launch, import_early, prepare_sweep
    from sweeprun.runs.shared_members import told_shared

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
    if prepared.clash is not None:
        TERMINAL.warn(str(prepared.clash))
    if told := told_shared(prepared.manifest.table):
        TERMINAL.warn(told)
    plan = describe_plan(prepared, launcher)
    print(json.dumps(plan, indent=1, ensure_ascii=False) if own.json else _text(plan))
    return 0


def _text(plan: dict[str, Any]) -> str:
    from sweeprun.runs.plan import SHOWN_TASKS, SHOWN_VALUES

    axes = [
        f"  {axis['name']} ({axis['length']}, {axis['type']}): "
        + ", ".join(map(str, axis["first_values"]))
        + ("" if axis["length"] <= SHOWN_VALUES else f", …, {axis['last_value']}")
        for axis in plan["axes"]
    ]
    tasks = [
        f"  {task['id']}: " + " ".join(f"{k}={v}" for k, v in task["coordinates"].items()) + f"  {task['stream']}"
        for task in plan["shown_tasks"]
    ]
    selects = plan["left_out"] is not None
    if plan["tasks"] > len(tasks):
        tasks.insert(SHOWN_TASKS, "  …")
    files = plan["files"]
    return "\n".join(
        [
            f"tasks: {plan['tasks']}",
            "axes, the first varies slowest:" if axes else "axes: none",
            *axes,
            *(f"moving together as {name}: {how}" for name, how in plan["moving_together"].items()),
            *(f"dimensions of {result}: {', '.join(names) or 'none'}" for result, names in plan["dims"].items()),
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
