"""Processes that only wait."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def sleeping() -> "Iterator[subprocess.Popen[bytes]]":
    """A process that is there until the block ends, unless it is stopped before."""
    with subprocess.Popen(["sleep", "60"]) as process:
        try:
            yield process
        finally:
            process.kill()
