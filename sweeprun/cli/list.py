"""``sweeprun list``: the runs, newest first."""

from collections.abc import Sequence

from sweeprun.cli.arguments import subcommand_parser
from sweeprun.display.json_text import print_json
from sweeprun.safe_text import plain_line
from sweeprun.store.directory import DEFAULT_ROOT
from sweeprun.store.local_paths import local_path


def main(words: Sequence[str]) -> int:
    """Print the runs below a directory."""
    parser = subcommand_parser("list", "List the runs below a directory, newest first.", "sweeprun list --json")
    parser.add_argument(
        "root", nargs="?", type=local_path, default=DEFAULT_ROOT, help="where to look; by default ./multirun"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args(words)

    from sweeprun.runs.list_runs import list_runs

    runs = list_runs(args.root)
    if args.json:
        print_json([run.to_dict() for run in runs])
        return 0
    for run in runs:
        print(plain_line(str(run)))
    if not runs:
        print(plain_line(f"no runs below {args.root}"))
    return 0
