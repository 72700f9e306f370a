"""``sweeprun status``: where a run stands. Looking changes nothing."""

import json
import shlex
from collections.abc import Sequence
from dataclasses import asdict

from sweeprun.cli.arguments import chosen_run, run_parser


def main(words: Sequence[str]) -> int:
    """Print how many tasks are in each state, what is running, and the failures, grouped."""
    parser = run_parser(
        "status",
        "Count the tasks of a run by state, and group its failures. Looking changes nothing.",
        "sweeprun status multirun/2026-05-04/10-11-12 --json",
    )
    args = parser.parse_args(words)

    from sweeprun.cli.progress import print_failures, run_counts
    from sweeprun.results.failures import failures_of
    from sweeprun.store.manifest import read_manifest
    from sweeprun.store.workers import read_beats

    run = chosen_run(args.run)
    provenance = read_manifest(run).provenance
    counts = run_counts(run)
    running = [beat for beat in read_beats(run) if beat.task_id is not None and beat.is_alive() is not False]
    groups = failures_of(run)
    if args.json:
        status = {
            "run": str(run.path),
            "tasks": sum(counts.values()),
            "states": counts,
            "running": [
                {"task": beat.task_id, "host": beat.host, "pid": beat.pid, "since": beat.since} for beat in running
            ],
            "failures": [asdict(group) for group in groups],
        }
        print(json.dumps(status, indent=1, ensure_ascii=False))
        return 0
    print(run.path)
    print(f"started {provenance.get('created')}: {shlex.join(provenance.get('command', []))}")
    total = sum(counts.values())
    print(f"{total} tasks: " + ", ".join(f"{count} {state}" for state, count in counts.items() if count))
    for beat in running:
        print(f"  task {beat.task_id} runs on {beat.host}, process {beat.pid}")
    print_failures(groups)
    return 0
