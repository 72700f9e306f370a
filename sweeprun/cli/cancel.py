"""``sweeprun cancel``: stop what waits or runs of a run; what is recorded stays."""

import sys
from collections.abc import Sequence

from sweeprun.cli.arguments import add_trust, chosen_run, subcommand_parser
from sweeprun.design.task_ids import TaskIds
from sweeprun.store.local_paths import local_path


def main(words: Sequence[str]) -> int:
    """Cancel a run, or some of its tasks."""
    parser = subcommand_parser(
        "cancel",
        "Stop what waits or runs of a run, or only some tasks; what is recorded stays, and `resume` goes on later.",
        "sweeprun cancel multirun/2026-05-04/10-11-12 --tasks 3,10-19",
    )
    parser.add_argument(
        "run", nargs="?", type=local_path, help="the run directory; by default the newest below ./multirun"
    )
    parser.add_argument("--tasks", type=TaskIds.parse, metavar="IDS", help="only these tasks, such as 3,10-19")
    parser.add_argument(
        "--whole-elements", action="store_true", help="with --tasks: also the other tasks of the same array elements"
    )
    add_trust(parser)
    args = parser.parse_args(words)
    run = chosen_run(args.run)

    from sweeprun.display.terminal import TERMINAL
    from sweeprun.runs.cancel import cancel_run

    done = cancel_run(run, args.tasks, whole_elements=args.whole_elements, trust=args.trust, observer=TERMINAL)
    print(done, file=sys.stderr)
    return 0
