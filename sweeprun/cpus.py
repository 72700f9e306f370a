"""The CPUs that this process may really use, and the environment that keeps thread pools to a share of them.

References
----------
Linux, "Control Group v2", interface file ``cpu.max``; "CFS bandwidth control" for version 1. Numerical libraries read
their variable once, when they are loaded, so it must be set before the interpreter starts, or at least before NumPy is
imported.

Which variables these are is documented by the libraries, or stands in their source: Numba, "Environment variables",
``NUMBA_NUM_THREADS``; Polars, ``thread_pool_size``; Rayon, ``ThreadPoolBuilder::num_threads``; joblib and loky,
``cpu_count``; Go, package ``runtime``, "Environment Variables"; TensorFlow, ``process_util.cc``; XLA, whose CPU client
reads ``NPROC`` for the size of its pool and ignores ``OMP_NUM_THREADS``. Others need none: R's data.table and BLIS keep
to ``OMP_NUM_THREADS``, and Julia has one thread unless it is told otherwise.
"""

import math
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NPROC",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "NUMBA_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "RAYON_NUM_THREADS",
    "LOKY_MAX_CPU_COUNT",
    "GOMAXPROCS",
)
"""What limits the thread pools (and loky's processes) of libraries, the most common one first."""


def usable_cpus(environ: Mapping[str, str] | None = None) -> int:
    """How many CPUs this process may use: the least that affinity, cgroup quotas and a Slurm allocation allow."""
    environ = os.environ if environ is None else environ
    limits = [_affinity(), *_cgroup_quotas()]
    allocated = environ.get("SLURM_CPUS_PER_TASK", "")
    if allocated.isdecimal():
        limits.append(int(allocated))
    return max(1, min(limits))


def thread_environment(threads: int, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The thread variables that the user has not set, at ``threads``.

    A user's own ``OMP_NUM_THREADS`` stands for the unset ones as well, as it does for the libraries themselves.
    """
    environ = os.environ if environ is None else environ
    value = str(threads_set(environ) or threads)
    return {name: value for name in THREAD_VARIABLES if not environ.get(name)}


def threads_set(environ: Mapping[str, str]) -> int:
    """The threads that ``OMP_NUM_THREADS`` allows, on the outermost level if it lists several; 0 if it says none."""
    outermost = environ.get(THREAD_VARIABLES[0], "").partition(",")[0].strip()
    return int(outermost) if outermost.isascii() and outermost.isdecimal() else 0


def _affinity() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cgroup_quotas() -> Iterator[int]:
    """The CPU quota of every cgroup that this process is in, rounded up."""
    with suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if not controllers:
                yield from quotas_above(Path("/sys/fs/cgroup"), path)
            elif "cpu" in controllers.split(","):
                yield from quotas_above(Path("/sys/fs/cgroup/cpu"), path)


def quotas_above(root: Path, path: str) -> Iterator[int]:
    """The quotas, in whole CPUs, of a cgroup below ``root`` and of all its ancestors."""
    group = root / path.lstrip("/")
    while True:
        quota = _quota(group)
        if quota is not None:
            yield quota
        if group == root or root not in group.parents:
            return
        group = group.parent


def _quota(group: Path) -> int | None:
    with suppress(OSError, ValueError):
        quota, period = (group / "cpu.max").read_text().split()
        return None if quota == "max" else math.ceil(int(quota) / int(period))
    with suppress(OSError, ValueError):
        allowed = int((group / "cpu.cfs_quota_us").read_text())
        return None if allowed < 0 else math.ceil(allowed / int((group / "cpu.cfs_period_us").read_text()))
    return None
