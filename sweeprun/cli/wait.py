"""``sweeprun wait``: block until everything of a run has ended, with the progress bar."""

from collections.abc import Sequence

from sweeprun.cli.arguments import chosen_run, subcommand_parser
from sweeprun.store.local_paths import local_path


def main(words: Sequence[str]) -> int:
    """Wait for a run; 0 if all its tasks succeeded, 1 if not, 130 if the waiting was interrupted (the run goes on)."""
    parser = subcommand_parser(
        "wait",
        "Wait until everything of a run has ended, with a progress bar. Ctrl-C ends the waiting, not the run.",
        "sweeprun wait multirun/2026-05-04/10-11-12 && sweeprun collect",
    )
    parser.add_argument(
        "run", nargs="?", type=local_path, help="the run directory; by default the newest below ./multirun"
    )
    run = chosen_run(parser.parse_args(words).run)

    from sweeprun.display.outcome import conclude_waiting
    from sweeprun.display.terminal import TERMINAL
    from sweeprun.runs.wait import wait_for

    return conclude_waiting(wait_for(run, TERMINAL))
