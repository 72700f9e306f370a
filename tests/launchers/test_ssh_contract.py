"""The launcher of the page on launchers keeps their contract: its workers are reached by a real ssh."""

from pathlib import Path
from typing import Any

import pytest

from sweeprun.testing import LauncherContract
from tests.ssh_launcher import ssh_config, ssh_site

__all__ = ["ssh_config", "ssh_site"]


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
