"""``sweeprun throttle N``: change how many elements of a run may run at once, while it runs."""

import sys
from collections.abc import Sequence

from sweeprun.cli.arguments import add_trust, chosen_run, subcommand_parser
from sweeprun.store.local_paths import local_path


def main(words: Sequence[str]) -> int:
    """Change the throttle of a run."""
    parser = subcommand_parser(
        "throttle",
        "Change how many elements of a run's arrays may run at once. What runs goes on, also beyond a lower limit.",
        "sweeprun throttle 20 multirun/2026-05-04/10-11-12",
    )
    parser.add_argument("throttle", type=int, metavar="N", help="elements at once, at least 1")
    parser.add_argument(
        "run", nargs="?", type=local_path, help="the run directory; by default the newest below ./multirun"
    )
    add_trust(parser)
    args = parser.parse_args(words)

    from sweeprun.runs.throttle import throttle_run

    print(throttle_run(chosen_run(args.run), args.throttle, trust=args.trust), file=sys.stderr)
    return 0
