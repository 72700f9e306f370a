"""``sweeprun logs TASK``: what a task printed."""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from sweeprun.cli.arguments import chosen_run, subcommand_parser
from sweeprun.cli.display import plain
from sweeprun.store.directory import RunDirectory

_LOG = re.compile(r"[^/\0]+\.log")
"""The names that logs have; others that notes hold are passed over."""


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

    from sweeprun.cli.choosing import find_task, split_words
    from sweeprun.store.logs import outputs_of, read_outputs
    from sweeprun.store.manifest import read_manifest
    from sweeprun.store.states import take_snapshot

    path, chosen = split_words(args.words)
    run = chosen_run(path)
    task_id = find_task(read_manifest(run).table, chosen).task_id
    paths = [path for path in dict.fromkeys(_paths(run, task_id)) if os.path.lexists(path)]
    if args.path:
        print(plain("\n".join(map(str, paths))))
        return 0
    outputs = sorted(outputs_of(paths, task_id), key=lambda output: output.attempt or 0)
    for output in outputs:
        if len(outputs) > 1:
            print(plain(f"attempt {output.attempt}, {output.path}:"), file=sys.stderr)
        _write(output.text)
    if outputs:
        return 0
    unmarked = [output for path in _own_paths(run, task_id) for output in read_outputs(path) if output.task_id is None]
    if unmarked:
        recorded = take_snapshot(run).best.outcome[task_id] >= 0
        what = "printed nothing" if recorded else "has not ended in order"
        print(f"task {task_id} {what}; what the logs of its workers hold besides:", file=sys.stderr)
        for output in unmarked:
            _write(output.text)
    else:
        print(f"task {task_id} has printed nothing", file=sys.stderr)
    return 0


def _paths(run: RunDirectory, task_id: int) -> Iterator[Path]:
    """The logs in which a task's output may be, those of earlier submissions first."""
    from sweeprun.store.files import list_files
    from sweeprun.store.submissions import read_submissions

    for submission in read_submissions(run):
        index = submission.array.element_of(task_id)
        if index is not None:
            yield run.element_log(submission.number, index)
            begins = (f"{submission.number}.{index}-worker-", f"{submission.number}.worker-")
            yield from (path for path in list_files(run.logs, ".log") if path.name.startswith(begins))


def _own_paths(run: RunDirectory, task_id: int) -> Iterator[Path]:
    """The logs of the workers that are on a task or died on it, and of its elements."""
    from sweeprun.store.submissions import read_submissions
    from sweeprun.store.workers import read_beats, read_exits

    names = {noted.log for noted in read_exits(run) if noted.task_id == task_id}
    names |= {beat.log for beat in read_beats(run) if beat.task_id == task_id}
    yield from (run.logs / name for name in sorted(names) if _LOG.fullmatch(name))
    for submission in read_submissions(run):
        index = submission.array.element_of(task_id)
        path = None if index is None else run.element_log(submission.number, index)
        if path is not None and path.name not in names:
            yield path


def _write(text: bytes) -> None:
    """Print what a task printed: to a terminal with control characters written out, anywhere else byte by byte."""
    if sys.stdout.isatty():
        print(plain(text.decode(errors="replace").removesuffix("\n")), flush=True)
        return
    sys.stdout.buffer.write(text if text.endswith(b"\n") else text + b"\n")
    sys.stdout.buffer.flush()
