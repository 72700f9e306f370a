"""What there is to say of a file of collected results, on a terminal."""

import sys
from typing import TYPE_CHECKING

from sweeprun.results.formats.all_formats import fits_too_large, format_of
from sweeprun.safe_text import plain_line

if TYPE_CHECKING:
    from sweeprun.runs.collect import CollectedFile

_SHOWN_LINES = 20


def print_warnings(file: "CollectedFile") -> None:
    """Say what is damaged or can't be one variable, and what the user should know of the run."""
    for name, why in file.collected.refused.items():
        print(plain_line(f"{name} is {format_of(file.output).refused_become}: {why}"), file=sys.stderr)
    _print_damaged(file)
    for note in file.collected.notes:
        print(plain_line(note.text), file=sys.stderr)
    for line in (*file.warnings, *file.doubts):
        print(plain_line(line), file=sys.stderr)
    if file.replaced is not None:
        line = f"{file.output} had the results of the run {file.replaced.shown()}, and now has those of this one"
        print(plain_line(line), file=sys.stderr)


def print_notes(file: "CollectedFile") -> None:
    """Say how all of a file is read, and what of the run is not in it."""
    for line in format_of(file.output).how_to_read(file.collected.dataset):
        print(line, file=sys.stderr)
    if file.unfit:
        unfit = ", ".join(f"{each.name} ({' x '.join(map(str, each.shape))} values a task)" for each in file.unfit)
        instead = fits_too_large(file.output)
        print(plain_line(f"too large for columns, so left out: {unfit}; {instead}"), file=sys.stderr)


def _print_damaged(file: "CollectedFile") -> None:
    """Say what could not be read. A torn end is normal while workers write."""
    torn = [
        (shard, what)
        for shard, what in file.collected.torn
        if not (file.being_written and shard in file.collected.ends_torn)
    ]
    lines = [f"{shard}: {what}" for shard, what in torn]
    lines += [f"task {task_id}: a record of it in {shard} is damaged" for shard, task_id in file.collected.unsound]
    for line in lines[:_SHOWN_LINES]:
        print(plain_line(line), file=sys.stderr)
    if len(lines) > _SHOWN_LINES:
        print(f"… and {len(lines) - _SHOWN_LINES} more such lines; --json has all", file=sys.stderr)
    if lines:
        print(
            "what is damaged was left out; the tasks that have no other record run again with: "
            f"sweeprun resume {file.snapshot.run.shown()}",
            file=sys.stderr,
        )
