"""What a site's Slurm allows, and which nodes it has."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sweeprun.errors import UsageError
from sweeprun.launchers.slurm.commands import SlurmError, run_command

_MAX_ARRAY_SIZE = 1001
_MAX_JOB_COUNT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The limits of a site, by default Slurm's own.

    Attributes
    ----------
    max_array_size
        One more than the largest array index.
    max_job_count
        Jobs that the controller keeps at a time, array elements counted one by one; None for no known limit.
    max_array_tasks
        Elements of one array; None for no further limit.
    """

    max_array_size: int = _MAX_ARRAY_SIZE
    max_job_count: int | None = _MAX_JOB_COUNT
    max_array_tasks: int | None = None

    def __post_init__(self) -> None:
        if self.max_array_size < 1:
            raise UsageError(
                "job arrays are switched off at this site (MaxArraySize is 0 in its slurm.conf), and sweeprun needs "
                "them: ask its administrators, or choose the launcher for local workers inside of a job"
            )

    @property
    def max_elements(self) -> int:
        """The most elements that one array may have, with indices from 0."""
        limits = [self.max_array_size]
        if self.max_array_tasks is not None:
            limits.append(self.max_array_tasks)
        if self.max_job_count is not None:
            limits.append(self.max_job_count - 1)
        return max(1, min(limits))


def parse_site(text: str) -> Site:
    """The limits in what ``scontrol show config`` prints; Slurm's own where it says nothing that can be read.

    Raises
    ------
    UsageError
        If the site has switched off job arrays.
    """
    settings: dict[str, str] = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals:
            settings.setdefault(name.strip().lower(), value.strip())
    max_array_size = _number(settings.get("maxarraysize", ""))
    return Site(
        max_array_size=_MAX_ARRAY_SIZE if max_array_size is None else max_array_size,
        max_job_count=_number(settings.get("maxjobcount", "")) or _MAX_JOB_COUNT,
        max_array_tasks=_max_array_tasks(settings.get("schedulerparameters", "").split(",")),
    )


def read_site() -> Site:
    """The limits of the Slurm that this machine belongs to.

    Raises
    ------
    SlurmError
        If the controller can't be asked.
    UsageError
        If the site has switched off job arrays.
    """
    return parse_site(run_command(["scontrol", "show", "config"]))


def assumed_site() -> Site:
    """Slurm's own limits, for planning on a machine that has no Slurm."""
    return Site()


_AVAILABLE = re.compile(r"(?:idle|mixed|allocated|completing|planned)\b", re.IGNORECASE)
_UNITS = {"": 1, "K": 1 / 1024, "M": 1, "G": 1024, "T": 1024**2}


def able_but_unavailable(options: Mapping[str, str | None], cpus: int) -> list[str]:
    """The nodes that could run a job by their CPUs and memory, and that are down, drained or closed now.

    Parameters
    ----------
    options
        The options of ``sbatch``, by their long names.
    cpus
        The CPUs that the job asks for.

    Raises
    ------
    SlurmError
        If the controller can't be asked.
    """
    return nodes_to_wait_for(run_command(["sinfo", "-h", "-N", "-o", "%N|%R|%c|%m|%a|%T"]), options, cpus)


def nodes_to_wait_for(text: str, options: Mapping[str, str | None], cpus: int) -> list[str]:
    """What `able_but_unavailable` reads from ``sinfo``'s columns node, partition, CPUs, memory, open, state."""
    partitions = {name for name in (options.get("partition") or "").split(",") if name}
    memory = max(_megabytes(options.get("mem")), _megabytes(options.get("mem-per-cpu")) * cpus)
    found = []
    for line in text.splitlines():
        columns = [column.strip() for column in line.split("|")]
        if len(columns) != 6 or (partitions and columns[1] not in partitions):
            continue
        name, _, has_cpus, has_memory, is_open, state = columns
        able = (_number(has_cpus) or 0) >= cpus and (_number(has_memory) or 0) >= memory
        if able and (is_open != "up" or not _AVAILABLE.match(state) or state.endswith(("*", "$", "@"))):
            found.append(name)
    return sorted(set(found))


def _megabytes(text: str | None) -> float:
    """An amount of memory as ``sbatch`` reads it; 0 if it is none."""
    found = re.fullmatch(r"([0-9.]+)([KMGT]?)B?", (text or "").strip(), re.IGNORECASE)
    return float(found[1]) * _UNITS[found[2].upper()] if found else 0.0


def read_hosts() -> frozenset[str]:
    """The hosts of the nodes; none if the controller can't be asked."""
    try:
        return frozenset(run_command(["sinfo", "-h", "-N", "-o", "%n"], timeout=5).split())
    except SlurmError:
        return frozenset()


def _max_array_tasks(parameters: Iterable[str]) -> int | None:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "max_array_tasks":
            return _number(value.strip()) or None
    return None


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,10}", text) else None
