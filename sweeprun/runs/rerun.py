"""Trials: tasks of a run, run again in a fresh process each, beside the run; and experiments that tell causes apart."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from sweeprun.cpus import usable_cpus
from sweeprun.design.task_ids import TaskIds
from sweeprun.launchers.variables import expand
from sweeprun.provenance.code import Code
from sweeprun.provenance.origin import Origin
from sweeprun.runs.scratch import scratch_run
from sweeprun.store.directory import RunDirectory
from sweeprun.store.manifest import Manifest
from sweeprun.store.notices import read_global_randomness
from sweeprun.store.records import Record
from sweeprun.store.shards import fit_in_memory, read_shard
from sweeprun.store.trust import TRUST


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """Runs tasks of a run again.

    Attributes
    ----------
    manifest, frozen
        The run, and its pickled configs.
    code
        The code as it is now; None if that isn't known.
    """

    manifest: Manifest
    frozen: Sequence[tuple[bytes, bytes]]
    code: Code | None

    def run(
        self,
        records: Mapping[int, Record | None],
        *,
        variables: Mapping[str, str] | None = None,
        manifest: Manifest | None = None,
    ) -> Iterator[tuple[int, Record | None]]:
        """Run the tasks of some records again, each with as many threads as it had.

        Parameters
        ----------
        records
            Task -> what was recorded of it; None if nothing was.
        variables
            Environment variables that are different this time.
        manifest
            Another manifest for this time.

        Yields
        ------
        task_id, record
            As each ends; None if its process ended before it did.
        """
        tasks = TaskIds.of(records)
        origins = {
            task_id: Origin() if record is None else Origin.from_json(record.origin)
            for task_id, record in records.items()
        }
        attempts = {task_id: 1 if record is None else record.attempt for task_id, record in records.items()}
        workers = max(1, usable_cpus() // max(1, *(origin.threads for origin in origins.values())))
        with (
            scratch_run(manifest or self.manifest, self.frozen, tasks, self.code) as run,
            ThreadPoolExecutor(workers) as executor,
        ):
            started = {
                executor.submit(
                    _run_element, run, index, attempts[task_id], self._environment(origins[task_id], variables)
                ): task_id
                for index, task_id in enumerate(tasks)
            }
            try:
                found: dict[int, Record] = {}
                read: set[Path] = set()
                for future in as_completed(started):
                    future.result()
                    for path in set(run.shards.glob("*.arrow")) - read:
                        for record in read_shard(path, in_memory=fit_in_memory([path])).records():
                            found[record.task_id] = record
                            read.add(path)
                    yield started[future], found.get(started[future])
            finally:
                executor.shutdown(cancel_futures=True)

    def global_generators_of(self, record: Record) -> str:
        """Run the task of a record once more; from which global generators it draws. Empty if that wasn't seen."""
        environment = self._environment(Origin.from_json(record.origin), None)
        with scratch_run(self.manifest, self.frozen, TaskIds.of([record.task_id]), self.code) as run:
            _run_element(run, 0, record.attempt, environment)
            noted = read_global_randomness(run)
        return "" if noted is None else noted.generators

    def _environment(self, origin: Origin, variables: Mapping[str, str] | None) -> dict[str, str]:
        own = expand(self.manifest.launcher.get("variables", {}), os.environ)
        return {**os.environ, **own, **origin.thread_variables(), **(variables or {})}


def _run_element(run: RunDirectory, index: int, attempt: int, environment: Mapping[str, str]) -> None:
    """Run one element in a process of its own; what it prints is not kept."""
    subprocess.run(
        [sys.executable, "-m", "sweeprun", "worker", str(run.path), str(index), "--attempt", str(attempt), TRUST],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
