"""The local launcher keeps the contract of launchers."""

from typing import Any

from sweeprun.testing import LauncherContract


class TestLocalLauncher(LauncherContract):
    def options(self, *, throttle: int, tasks_per_job: int) -> dict[str, Any]:
        return {"name": "local", "throttle": throttle, "tasks_per_job": tasks_per_job}
