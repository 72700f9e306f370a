"""Workers on this machine, never more than the throttle."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from sweeprun.cpus import thread_environment, threads_set, usable_cpus
from sweeprun.design.task_ids import TaskIds
from sweeprun.launchers.local_links import LocalLinks
from sweeprun.launchers.local_options import LocalOptions
from sweeprun.launchers.pool_launcher import PoolLauncher
from sweeprun.launchers.variables import expand
from sweeprun.store.directory import RunDirectory
from sweeprun.store.workers import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalLauncher(LocalOptions, PoolLauncher):
    """Runs arrays in local processes.

    Attributes
    ----------
    variables
        Further environment variables of the workers.
    """

    name: ClassVar = "local"
    at_least_one: ClassVar = ("throttle", "cpus_per_task", "tasks_per_job")

    variables: Mapping[str, str] = field(default_factory=dict)

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
