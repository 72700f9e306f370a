"""``sweeprun logs TASK``: what a task printed."""

import codecs
import os
import sys
from collections.abc import Iterable, Sequence

from sweeprun.cli.arguments import chosen_run, split_words, subcommand_parser
from sweeprun.safe_text import plain, plain_line


def main(words: Sequence[str]) -> int:
    """Print the output of a task: of every attempt at it, the last one last."""
    parser = subcommand_parser(
        "logs",
        "Print what a task printed, and only that: the right part of the right file, for every attempt at it.",
        "sweeprun logs multirun/2026-05-04/10-11-12 17",
    )
    parser.add_argument("words", nargs="+", metavar="RUN | TASK | AXIS=VALUE", help="by default the newest run")
    parser.add_argument("--path", action="store_true", help="print the names of the files instead")
    args = parser.parse_intermixed_args(words)

    from sweeprun.runs.logs import logs_of_task, logs_of_workers
    from sweeprun.runs.task_selection import find_task
    from sweeprun.store.logs import outputs_of, read_outputs
    from sweeprun.store.manifest import read_manifest
    from sweeprun.store.snapshot import take_snapshot

    path, chosen = split_words(args.words)
    run = chosen_run(path)
    task_id = find_task(read_manifest(run).table, chosen).task_id
    logs = [log for log in logs_of_task(run, task_id) if os.path.lexists(log.path)]
    if args.path:
        for log in logs:
            print(plain_line(log.path))
        return 0
    outputs = sorted(outputs_of(logs, task_id), key=lambda output: output.attempt or 0)
    for output in outputs:
        if len(outputs) > 1:
            print(plain_line(f"attempt {output.attempt}, {output.path}:"), file=sys.stderr)
        _write(output.pieces())
    if outputs:
        return 0
    unmarked = [
        output for log in logs_of_workers(run, task_id) for output in read_outputs(log) if output.task_id is None
    ]
    if unmarked:
        recorded = take_snapshot(run).best.outcome[task_id] >= 0
        what = "printed nothing" if recorded else "has not ended in order"
        print(f"task {task_id} {what}; what the logs of its workers hold besides:", file=sys.stderr)
        for output in unmarked:
            _write(output.pieces())
    else:
        print(f"task {task_id} has printed nothing", file=sys.stderr)
    return 0


def _write(pieces: Iterable[bytes]) -> None:
    """Print what a task printed: to a terminal with control characters written out, anywhere else byte by byte."""
    last = b""
    decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
    for last in pieces:
        if sys.stdout.isatty():
            print(plain(decode(last)), end="")
        else:
            sys.stdout.buffer.write(last)
    if not last.endswith(b"\n"):
        print(flush=True)
    sys.stdout.flush()
