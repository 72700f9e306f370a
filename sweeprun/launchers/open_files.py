"""The limit of open files: a pool needs a few for each of its workers."""

import resource
from contextlib import suppress
from pathlib import Path

_EACH_WORKER = 3
"""Two pipes, and what says that it has ended."""

_OTHERS = 16
"""What else may be open at once: shards and notes that are read, what a worker is started with."""

_GUESS = 32


def make_room(workers: int) -> int:
    """Raise the limit of this process, as far as it may and need be; how many workers there is room for, at least 1."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    others = _open_now() + _OTHERS
    needed = others + _EACH_WORKER * workers
    if soft == resource.RLIM_INFINITY or needed <= soft:
        return workers
    raised = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(1, min(workers, (soft - others) // _EACH_WORKER))


def _open_now() -> int:
    with suppress(OSError):
        return sum(1 for _ in Path("/dev/fd").iterdir())
    return _GUESS
