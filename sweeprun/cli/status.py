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

    from sweeprun.cli.progress import counts_text, print_failures, state_counts
    from sweeprun.results.failures import failures_of
    from sweeprun.store.states import take_snapshot
    from sweeprun.store.workers import read_beats

    run = chosen_run(args.run)
    snapshot = take_snapshot(run)
    provenance = snapshot.manifest.provenance
    running = [beat for beat in read_beats(run) if beat.task_id is not None and beat.is_alive() is not False]
    groups = failures_of(snapshot)
    if args.json:
        status = {
            "run": str(run.path),
            "tasks": len(snapshot.states),
            "states": state_counts(snapshot),
            "running": [
                {"task": beat.task_id, "host": beat.host, "pid": beat.pid, "since": beat.since} for beat in running
            ],
            "failures": [asdict(group) for group in groups],
        }
        print(json.dumps(status, indent=1, ensure_ascii=False))
        return 0
    print(run.path)
    print(f"started {provenance.get('created')}: {shlex.join(provenance.get('command', []))}")
    print(f"{len(snapshot.states)} tasks: {counts_text(snapshot)}")
    for beat in running:
        print(f"  task {beat.task_id} runs on {beat.host}, process {beat.pid}")
    print_failures(groups)
    return 0
