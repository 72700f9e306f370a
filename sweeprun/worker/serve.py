"""What the worker's command line runs: array elements that it names, or that come line by line on standard input.

Lines in: ``elements FIRST STOP`` (array indices, the last not included) or ``tasks ID ID …``. Lines out, one after each
line in: ``done SUCCEEDED FAILED``, the totals so far; by then everything is durable. The first line out is
``ready NAME``.
"""

import os
import sys
from collections.abc import Iterable
from itertools import chain

from sweeprun.errors import UsageError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import write_fully
from sweeprun.store.manifest import read_manifest
from sweeprun.worker.loop import Stop, Worker


def run_elements(run: RunDirectory, indices: Iterable[int]) -> int:
    """Run some elements of the array; 0 if every task succeeded, else 1, but only after all of them ran."""
    manifest = read_manifest(run)
    chunks = [manifest.array.chunk(index) for index in indices]
    with Worker(run, manifest) as worker:
        try:
            worker.run_tasks(chain.from_iterable(chunks))
        except Stop:
            return 130
        return 1 if worker.failed else 0


def serve_elements(run: RunDirectory) -> int:
    """Run what standard input asks for, until it ends. What task functions print goes to standard error."""
    requests = os.fdopen(os.dup(0), "r", encoding="ascii")
    answers = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdout.flush()
    os.dup2(2, 1)
    manifest = read_manifest(run)
    with Worker(run, manifest) as worker:
        write_fully(answers, f"ready {worker.name}\n".encode())
        try:
            for line in requests:
                verb, *numbers = line.split()
                match verb:
                    case "elements":
                        first, stop = map(int, numbers)
                        worker.run_tasks(chain.from_iterable(manifest.array.chunk(i) for i in range(first, stop)))
                    case "tasks":
                        worker.run_tasks(map(int, numbers))
                    case _:
                        raise UsageError(f"standard input asks for {line!r}, which is not `elements` or `tasks`")
                sys.stdout.flush()
                write_fully(answers, f"done {worker.succeeded} {worker.failed}\n".encode())
        except (Stop, BrokenPipeError):
            return 130
    return 1 if worker.failed else 0
