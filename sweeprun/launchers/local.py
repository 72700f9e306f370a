"""Workers on this machine, never more than the throttle."""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from sweeprun.cpus import thread_environment, threads_set, usable_cpus
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import UsageError
from sweeprun.launchers.local_links import LocalLinks
from sweeprun.launchers.local_options import LocalOptions
from sweeprun.launchers.pool_launcher import PoolLauncher
from sweeprun.launchers.variables import expand
from sweeprun.store.directory import RunDirectory
from sweeprun.store.workers import Place
from sweeprun.wording import launcher


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalLauncher(LocalOptions, PoolLauncher):
    """Runs arrays in local processes.

    Attributes
    ----------
    variables
        Further environment variables of the workers.
    """

    name: ClassVar = "local"

    variables: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("throttle", "cpus_per_task", "tasks_per_job"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise UsageError(f"{launcher(name)} is {value}; it must be at least 1")
        if not 0 <= self.warning_seconds < math.inf:
            raise UsageError(f"{launcher('warning_seconds')} is {self.warning_seconds}; it must be a number from 0 on")

    def default_throttle(self) -> int:
        return max(1, usable_cpus() // (self.cpus_per_task or 1))

    def threads(self, tasks: TaskIds) -> int:
        """How many threads each worker has that runs some tasks; the user's own OMP_NUM_THREADS counts."""
        environ = {**os.environ, **expand(self.variables, os.environ)}
        return threads_set(self.environment(self.workers(self.array(tasks)), environ))

    def environment(self, workers: int, environ: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of a worker: the user's, with thread pools kept to the worker's share of the CPUs."""
        environ = os.environ if environ is None else environ
        threads = self.cpus_per_task or max(1, usable_cpus(environ) // workers)
        return {**environ, **thread_environment(threads, environ)}

    def links(self, run: RunDirectory, place: Place, workers: int) -> LocalLinks:
        return LocalLinks(run, place, self.environment(workers, {**os.environ, **expand(self.variables, os.environ)}))
