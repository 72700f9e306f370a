"""``sweeprun start RUN N …``: launch submissions that were written for this process; what runs in the background."""

import sys
from collections.abc import Sequence

from sweeprun.cli.arguments import subcommand_parser
from sweeprun.errors import UsageError
from sweeprun.store.local_paths import local_path
from sweeprun.wording import PYTHON, speaking


def main(words: Sequence[str]) -> int:
    """Launch submissions to their end; what is said is read by who called `sweeprun.sweep`."""
    with speaking(PYTHON):
        return _start(words)


def _start(words: Sequence[str]) -> int:
    parser = subcommand_parser(
        "start",
        "Launch submissions that name this process as their submitter, once standard input has ended. sweeprun.sweep() "
        "starts this in the background; by hand, use `sweeprun resume`.",
        "sweeprun start multirun/2026-05-04/10-11-12 0",
    )
    parser.add_argument("run", type=local_path, help="the run directory")
    parser.add_argument("numbers", type=int, nargs="+", metavar="N", help="the submissions")
    args = parser.parse_args(words)
    sys.stdin.read()

    from sweeprun.display.outcome import conclude
    from sweeprun.display.terminal import TERMINAL
    from sweeprun.runs.launch import Started, launch_written
    from sweeprun.store.directory import open_run_directory
    from sweeprun.store.processes import Process
    from sweeprun.store.submissions import read_submission

    run = open_run_directory(args.run)
    submissions = tuple(read_submission(run, number) for number in args.numbers)
    if any(submission.submitter != Process.current() for submission in submissions):
        raise UsageError(
            f"these submissions are another process's to launch; what is missing of the run is started by "
            f"`sweeprun resume {run.shown()}`"
        )
    ended = launch_written(run, submissions, TERMINAL)
    return conclude(Started(run=run, submissions=submissions, ended=ended))
