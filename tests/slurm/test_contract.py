"""The Slurm launcher keeps the contract of launchers, on a real cluster."""

from typing import Any

import pytest

from sweeprun.store.directory import RunDirectory
from sweeprun.store.submissions import read_jobs
from sweeprun.testing import LauncherContract
from tests.slurm.cluster import Cluster


class TestSlurmLauncher(LauncherContract):
    @pytest.fixture(autouse=True)
    def on_the_cluster(self, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SLURM_CONF", str(cluster.conf))
        self._cluster = cluster

    def options(self, *, throttle: int, tasks_per_job: int) -> dict[str, Any]:
        return {"name": "slurm", "throttle": throttle, "tasks_per_job": tasks_per_job}

    def queue_again(self, run: RunDirectory, element: int) -> None:
        (job,) = read_jobs(run, 0)
        self._cluster.command("scontrol", "requeue", f"{job.job_id}_{element}")
