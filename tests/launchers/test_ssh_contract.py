"""The launcher of the page on launchers keeps their contract: its workers are reached by a real ssh."""

import re
from pathlib import Path
from typing import Any

import pytest

from sweeprun.errors import UsageError
from sweeprun.launchers.registry import make_launcher
from sweeprun.runs.events import SILENT
from sweeprun.store.workers import read_exits
from sweeprun.testing import LauncherContract
from sweeprun.testing.harness import MakeRun, states_of
from tests.ssh_launcher import ssh_config, ssh_site

__all__ = ["ssh_config", "ssh_site"]


_LOSES_ITS_NODE = """
import os, signal

def lose(cfg, rng, task):
    if cfg.seed == 1 and task.attempt == 1:
        os.kill(os.getppid(), signal.SIGKILL)
        signal.pause()
    return {"x": rng.random(), "attempt": task.attempt}
"""


@pytest.mark.usefixtures("ssh_site")
class TestSshLauncher(LauncherContract):
    @pytest.fixture(autouse=True)
    def on_the_machines(self, ssh_config: Path) -> None:
        self._ssh = ["ssh", "-F", str(ssh_config)]

    def options(self, *, throttle: int, tasks_per_job: int) -> dict[str, Any]:
        return {
            "name": "ssh",
            "throttle": throttle,
            "tasks_per_job": tasks_per_job,
            "hosts": ["one", "two"],
            "workers_per_host": 2,
            "ssh": self._ssh,
        }

    @pytest.mark.parametrize("tasks_per_job", [1, 3])
    def test_a_lost_machine_costs_the_task_that_was_alone_on_it(
        self, make: MakeRun, study: Path, tasks_per_job: int
    ) -> None:
        """Of several, each runs again by itself."""
        (study / "losing.py").write_text(_LOSES_ITS_NODE)
        run = make("task=losing.lose", "seed=range(3)", tasks_per_job=tasks_per_job)
        self.finish(run)
        assert states_of(run) == ["succeeded", "lost", "succeeded"]
        (noted,) = [noted for noted in read_exits(run) if noted.task_id is not None]
        assert noted.task_id == 1
        assert re.fullmatch("the link to its machine (one|two) broke: .*", noted.reason())
        process = Path("/proc") / noted.worker.split("-")[-2]
        self.until(process.exists, False, "the worker is there, and its node is gone")
        self.finish(run)
        assert states_of(run) == ["succeeded"] * 3

    def test_a_machine_that_can_run_no_worker_is_named_before_anything_is_made(self) -> None:
        launcher = make_launcher({**self.options(throttle=1, tasks_per_job=1), "python": "/no/python"})
        with pytest.raises(UsageError, match=r"one can run no worker: .*/no/python"):
            launcher.check(SILENT)
