"""Too little memory, said in one line: libraries that can't be loaded say it in ways that few understand."""

import errno
import os
import resource
import sys

_LEAST_BYTES = 256 * 2**20
"""Of address space. With less, NumPy and Arrow can't be loaded, and OpenBLAS ends the process."""

_WORDS = ("failed to map segment", "cannot allocate memory", os.strerror(errno.ENOMEM).lower(), "unable to mmap")


def address_space_problem() -> str | None:
    """What to say if there is less address space than the libraries take to be loaded; None if there is enough."""
    limit = _limit()
    if limit is None or limit >= _LEAST_BYTES:
        return None
    least = f"sweeprun takes at least {_LEAST_BYTES // 2**20} MB"
    return f"{_allowed(limit)}, and {least}; raise it: ulimit -v unlimited"


def memory_problem(error: BaseException) -> str | None:
    """What to say of an error that comes from too little memory; None of any other."""
    if not isinstance(error, MemoryError) and not _says_so(error):
        return None
    limit = _limit()
    if limit is None:
        return "the memory of this machine, or of this job, doesn't suffice"
    return f"{_allowed(limit)}, and that doesn't suffice here; raise it: ulimit -v unlimited"


def _allowed(limit: int) -> str:
    return f"the address space is limited to {limit // 2**20} MB (ulimit -v)"


def _limit() -> int | None:
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if soft == resource.RLIM_INFINITY or soft >= sys.maxsize else soft


def _says_so(error: BaseException | None) -> bool:
    """Whether an import failed for that: libraries wrap what the loader said, and pass it on as text or as a cause."""
    while error is not None:
        if isinstance(error, MemoryError):
            return True
        if isinstance(error, ImportError | OSError) and any(words in str(error).lower() for words in _WORDS):
            return True
        error = error.__cause__ or error.__context__
    return False
