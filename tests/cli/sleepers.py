"""Processes that only wait."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sweeprun.store.directory import RunDirectory

_LAUNCHES = """
import sys
from pathlib import Path
from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.store.directory import RunDirectory
from sweeprun.store.launching import launching
from sweeprun.store.submissions import Submission
submission = Submission(number=int(sys.argv[2]), array=Array(tasks=TaskIds.first(1)))
with launching(RunDirectory(Path(sys.argv[1])), [submission]):
    print("launching", flush=True)
    sys.stdin.read()
"""


@contextmanager
def sleeping() -> "Iterator[subprocess.Popen[bytes]]":
    """A process that is there until the block ends, unless it is stopped before."""
    with subprocess.Popen(["sleep", "60"]) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def launching_process(run: RunDirectory, number: int = 0) -> "Iterator[subprocess.Popen[bytes]]":
    """A process that launches a submission of a run, as the lock in it says, and never gets any further."""
    words = [sys.executable, "-c", _LAUNCHES, str(run.path), str(number)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"launching\n"
            yield process
        finally:
            process.kill()
