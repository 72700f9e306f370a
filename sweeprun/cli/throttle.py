"""``sweeprun throttle N``: change how many elements of a run may run at once, while it runs."""

import sys
from collections.abc import Sequence
from pathlib import Path

from sweeprun.cli.arguments import subcommand_parser
from sweeprun.errors import UsageError
from sweeprun.runs.observe import chosen_run


def main(words: Sequence[str]) -> int:
    """Change the throttle of a run."""
    parser = subcommand_parser(
        "throttle",
        "Change how many elements of a run's arrays may run at once. What runs goes on, also beyond a lower limit.",
        "sweeprun throttle 20 multirun/2026-05-04/10-11-12",
    )
    parser.add_argument("throttle", type=int, metavar="N", help="elements at once, at least 1")
    parser.add_argument("run", nargs="?", type=Path, help="the run directory; by default the newest below ./multirun")
    args = parser.parse_args(words)
    if args.throttle < 1:
        raise UsageError(f"the throttle must be at least 1, not {args.throttle}; `sweeprun cancel` stops a run")
    run = chosen_run(args.run)

    from sweeprun.launchers.registry import make_launcher
    from sweeprun.runs.observe import is_active, observe
    from sweeprun.store.submissions import read_submissions

    submissions = read_submissions(run)
    if not submissions:
        raise UsageError(f"{run.shown()} was not run by a launcher that has a throttle")
    if not is_active(observe(run)):
        raise UsageError(
            f"nothing of {run.shown()} waits or runs; to start what is missing: "
            f"sweeprun resume {run.shown()} hydra.launcher.throttle={args.throttle}"
        )
    last = submissions[-1].launcher
    own = [submission for submission in submissions if submission.launcher.get("name") == last.get("name")]
    make_launcher(last).set_throttle(run, own, args.throttle)
    print(f"at most {args.throttle} elements at once from now on", file=sys.stderr)
    return 0
