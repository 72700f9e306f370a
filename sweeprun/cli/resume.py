"""``sweeprun resume``: run again exactly the tasks that have no result, and that are in no queue."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sweeprun.cli.arguments import chosen_run, run_and_words, subcommand_parser
from sweeprun.cli.drift import add_allow_drift, check_drift, check_inputs
from sweeprun.cli.starting import start_tasks
from sweeprun.errors import LaunchError
from sweeprun.store.directory import RunDirectory

if TYPE_CHECKING:
    from sweeprun.cli.launching import Launch
    from sweeprun.config.launching import Changes
    from sweeprun.store.code import Code
    from sweeprun.store.states import Snapshot


def main(words: Sequence[str]) -> int:
    """Launch what is missing of a run."""
    parser = subcommand_parser(
        "resume",
        "Run the tasks of a run that have no successful record and wait or run nowhere: locally to their end, on Slurm "
        "as one new array. Options of the launcher can be changed for it.",
        "sweeprun resume multirun/2026-05-04/10-11-12 hydra.launcher.sbatch.time=4:00:00",
    )
    parser.add_argument("words", nargs="*", metavar="RUN | KEY=VALUE", help="by default the newest run")
    parser.add_argument("--after-collect", action="store_true", help="collect when everything has ended (Slurm)")
    parser.add_argument(
        "--assume-ended", action="store_true", help="take all that was started before for ended, without asking"
    )
    add_allow_drift(parser)
    args = parser.parse_intermixed_args(words)
    path, overrides = run_and_words(args.words)
    if args.after_collect:
        overrides.append("hydra.launcher.after_collect=true")
    run = chosen_run(path)

    from sweeprun.cli.observing import observe
    from sweeprun.config.launching import Words

    snapshot = _as_ended(run) if args.assume_ended else observe(run)
    return resume_run(snapshot, Words(overrides), ["sweeprun", "resume", *words], allow_drift=args.allow_drift)


def resume_run(
    snapshot: "Snapshot",
    changes: "Changes",
    command: Sequence[str],
    *,
    allow_drift: bool,
    launch: "Launch | None" = None,
    code: "Code | None" = None,
) -> int:
    """Launch what is missing of a run; the exit code.

    Parameters
    ----------
    snapshot
        The run.
    changes
        What is changed of its launcher, and of its policy.
    command
        The command line.
    allow_drift
        Whether to go on with other code.
    launch
        Writes and launches submissions; by default in the foreground.
    code
        The code that is to run, if it is that of another function.
    """
    from sweeprun.cli.observing import missing_tasks
    from sweeprun.cli.progress import counts_text
    from sweeprun.cli.starting import last_policy

    run = snapshot.run
    if snapshot.activity.problem:
        raise LaunchError(
            f"what still waits or runs can't be told, so nothing was started: {snapshot.activity.problem}"
        )
    missing = missing_tasks(snapshot)
    if not missing:
        # what is wrong with them is told all the same
        changes.launcher(snapshot.manifest.launcher)
        changes.policy(last_policy(snapshot))
        print(f"nothing to start: {counts_text(snapshot)}", file=sys.stderr)
        check_inputs(run, snapshot.manifest, allowed=True)
        return 0
    doing = "results would be mixed that don't belong together"
    code = check_drift(run, snapshot.manifest, allowed=allow_drift, doing=doing, code=code)
    return start_tasks(snapshot, missing, changes, command, code, launch)


def _as_ended(run: RunDirectory) -> "Snapshot":
    """The run, as it is if all that was started of it has ended."""
    from sweeprun.store.activity import Activity
    from sweeprun.store.states import take_snapshot
    from sweeprun.store.submissions import read_submissions

    submissions = read_submissions(run)
    asked = frozenset(submission.number for submission in submissions)
    return take_snapshot(run, Activity(submissions=submissions, asked=asked))
