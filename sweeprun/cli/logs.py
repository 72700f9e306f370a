"""``sweeprun logs TASK``: what a task printed."""

import codecs
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

    from sweeprun.runs.logs import output_of_task
    from sweeprun.runs.task_selection import find_task
    from sweeprun.store.snapshot import take_snapshot

    path, chosen = split_words(args.words)
    snapshot = take_snapshot(chosen_run(path))
    printed = output_of_task(snapshot, find_task(snapshot.manifest.table, chosen).task_id)
    if args.path:
        for file in printed.files:
            print(plain_line(file))
        return 0
    if printed.note:
        print(printed.note, file=sys.stderr)
    for output in (*printed.outputs, *printed.unmarked):
        if len(printed.outputs) > 1:
            print(plain_line(f"attempt {output.attempt}, {output.path}:"), file=sys.stderr)
        _write(output.pieces())
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
