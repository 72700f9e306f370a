"""Workers on this machine, never more than the throttle."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sweeprun.cpus import thread_environment, usable_cpus
from sweeprun.design.arrays import Array
from sweeprun.errors import UsageError
from sweeprun.launchers.pool import Pool
from sweeprun.launchers.progress import Progress, Tally
from sweeprun.store.directory import RunDirectory


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalLauncher:
    """Runs an array in local processes, with the options of ``hydra.launcher``.

    Attributes
    ----------
    throttle
        Workers at once; None for as many as fit on the usable CPUs.
    cpus_per_task
        Threads of each worker; None to divide the usable CPUs among the workers.
    tasks_per_job
        Tasks of one array element.
    """

    throttle: int | None = None
    cpus_per_task: int | None = None
    tasks_per_job: int = 1

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if value is not None and value < 1:
                raise UsageError(f"hydra.launcher.{name} is {value}; it must be at least 1")

    def array(self, tasks: int) -> Array:
        """The array that a sweep of so many tasks runs as."""
        throttle = self.throttle or max(1, usable_cpus() // (self.cpus_per_task or 1))
        return Array(tasks=tasks, tasks_per_job=self.tasks_per_job, throttle=throttle)

    def workers(self, array: Array) -> int:
        """How many processes it takes."""
        return min(array.throttle, len(array))

    def environment(self, workers: int, environ: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of a worker: the user's, with thread pools kept to the worker's share of the CPUs."""
        environ = os.environ if environ is None else environ
        threads = self.cpus_per_task or max(1, usable_cpus(environ) // workers)
        return {**environ, **thread_environment(threads, environ)}

    def launch(self, run: RunDirectory, array: Array, progress: Progress, variables: Mapping[str, str]) -> Tally:
        """Run the array to its end, with further environment variables; how it went."""
        workers = self.workers(array)
        environment = self.environment(workers, {**os.environ, **variables})
        return Pool(run, array, workers=workers, environment=environment, progress=progress).run()

    def to_dict(self) -> dict[str, Any]:
        """The launcher's name and options, as the manifest keeps them."""
        return {"name": "local", **asdict(self)}
