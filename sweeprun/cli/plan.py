"""``sweeprun plan -m …``: what a sweep would run; runs nothing, writes nothing."""

import json
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from pathlib import Path


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
    from sweeprun.display.plan import plan_text, show_plan
    from sweeprun.errors import UsageError
    from sweeprun.runs.plan import plan_of
    from sweeprun.runs.prepare import compose_for_launch, import_early, prepare_sweep

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
    plan = plan_of(prepared, launcher)
    show_plan(plan, json.dumps(plan.to_dict(), indent=1, ensure_ascii=False) if own.json else plan_text(plan))
    return 0
