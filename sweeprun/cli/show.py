"""``sweeprun show RUN [TASK]``: a run, or one of its tasks."""

from collections.abc import Sequence

from sweeprun.cli.arguments import chosen_run, split_words, subcommand_parser
from sweeprun.display.json_text import print_json


def main(words: Sequence[str]) -> int:
    """Print what a run is, or what one of its tasks is and gave."""
    parser = subcommand_parser(
        "show",
        "Show a run: its axes, array, configs and provenance; or one task: coordinates, overrides, stream and record. "
        "The task is named by its id or its coordinates.",
        "sweeprun show multirun/2026-05-04/10-11-12 17",
    )
    parser.add_argument("words", nargs="*", metavar="RUN | TASK | AXIS=VALUE", help="by default the newest run")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_intermixed_args(words)
    path, chosen = split_words(args.words)
    run = chosen_run(path)

    from sweeprun.display.details import details_text
    from sweeprun.runs.observe import observe
    from sweeprun.runs.show import describe_run, describe_task
    from sweeprun.store.snapshot import take_snapshot

    shown = (describe_task(observe(run), chosen) if chosen else describe_run(take_snapshot(run))).to_dict()
    if args.json:
        print_json(shown)
    else:
        print(details_text(shown))
    return 0
