"""``sweeprun wait``: block until everything of a run has ended, with the progress bar."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sweeprun.cli.arguments import subcommand_parser
from sweeprun.display.outcome import wait_for
from sweeprun.runs.observe import chosen_run

if TYPE_CHECKING:
    pass


def main(words: Sequence[str]) -> int:
    """Wait for a run; 0 if all its tasks succeeded, 1 if not, 130 if the waiting was interrupted (the run goes on)."""
    parser = subcommand_parser(
        "wait",
        "Wait until everything of a run has ended, with a progress bar. Ctrl-C ends the waiting, not the run.",
        "sweeprun wait multirun/2026-05-04/10-11-12 && sweeprun collect",
    )
    parser.add_argument("run", nargs="?", type=Path, help="the run directory; by default the newest below ./multirun")
    return wait_for(chosen_run(parser.parse_args(words).run))
