"""``sweeprun resume``: run again exactly the tasks that have no result, and that are in no queue."""

from collections.abc import Sequence

from sweeprun.cli.arguments import add_allow_drift, add_trust, run_and_words, subcommand_parser
from sweeprun.store.directory import chosen_run


def main(words: Sequence[str]) -> int:
    """Launch what is missing of a run."""
    parser = subcommand_parser(
        "resume",
        "Run the tasks of a run that have no successful record and wait or run nowhere: locally to their end, on Slurm "
        "as one new array. Options of the launcher can be changed for it. Workers keep the threads that the run began "
        "with, unless hydra.launcher.cpus_per_task is given.",
        "sweeprun resume multirun/2026-05-04/10-11-12 hydra.launcher.sbatch.time=4:00:00",
    )
    parser.add_argument("words", nargs="*", metavar="RUN | KEY=VALUE", help="by default the newest run")
    parser.add_argument("--after-collect", action="store_true", help="collect when everything has ended (Slurm)")
    parser.add_argument(
        "--assume-ended", action="store_true", help="take all that was started before for ended, without asking"
    )
    parser.add_argument(
        "--incomplete",
        action="store_true",
        help="also the tasks that returned something that could not be stored, or nothing",
    )
    add_allow_drift(parser)
    add_trust(parser)
    args = parser.parse_intermixed_args(words)
    path, overrides = run_and_words(args.words)
    if args.after_collect:
        overrides.append("hydra.launcher.after_collect=true")
    run = chosen_run(path)

    from sweeprun.config.launching import Words
    from sweeprun.display.outcome import conclude
    from sweeprun.display.terminal import TERMINAL
    from sweeprun.runs.observe import observe
    from sweeprun.runs.resume import as_ended, resume_run

    snapshot = as_ended(run) if args.assume_ended else observe(run)
    command = ["sweeprun", "resume", *words]
    started = resume_run(
        snapshot,
        Words(overrides),
        command,
        incomplete=args.incomplete,
        allow_drift=args.allow_drift,
        trust=args.trust,
        observer=TERMINAL,
    )
    return conclude(started)
