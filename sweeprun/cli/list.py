"""``sweeprun list``: the runs, newest first."""

import os
from collections.abc import Sequence
from typing import Any

from sweeprun.cli.arguments import subcommand_parser
from sweeprun.display.json_text import print_json
from sweeprun.errors import SweeprunError, describe_os_error
from sweeprun.provenance.gather import command_text
from sweeprun.safe_text import plain_line
from sweeprun.store.directory import DEFAULT_ROOT, RunDirectory
from sweeprun.store.finding import find_runs
from sweeprun.store.local_paths import local_path


def main(words: Sequence[str]) -> int:
    """Print the runs below a directory."""
    parser = subcommand_parser("list", "List the runs below a directory, newest first.", "sweeprun list --json")
    parser.add_argument(
        "root", nargs="?", type=local_path, default=DEFAULT_ROOT, help="where to look; by default ./multirun"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args(words)
    runs = [_describe(run) for run in find_runs(args.root)]
    if args.json:
        print_json(runs)
        return 0
    for run in runs:
        states = run.get("error") or ", ".join(f"{count} {state}" for state, count in run["states"].items() if count)
        print(plain_line(f"{run['shown']}  {states}  {command_text(run)}"))
    if not runs:
        print(plain_line(f"no runs below {args.root}"))
    return 0


def _describe(run: RunDirectory) -> dict[str, Any]:
    from sweeprun.runs.observe import state_counts
    from sweeprun.store.snapshot import take_snapshot

    described: dict[str, Any] = {"run": str(run.path), "shown": os.path.relpath(run.path)}
    try:
        snapshot = take_snapshot(run)
        provenance = snapshot.manifest.provenance
        described |= {"created": provenance.get("created"), "command": provenance.get("command", [])}
        described["states"] = state_counts(snapshot)
    except SweeprunError as error:
        described["error"] = str(error)
    except OSError as error:  # its file system hangs or broke
        described["error"] = describe_os_error(error)
    return described
