"""A scheduler of another package, as unlike Slurm as they come, keeps the contract of launchers."""

from pathlib import Path
from typing import Any

import pytest

from sweeprun.testing import LauncherContract
from tests.launchers.arrays.toys import toy

__all__ = ["toy"]


class TestToyLauncher(LauncherContract):
    @pytest.fixture(autouse=True)
    def at_toy(self, toy: Path) -> None:
        pass

    def options(self, *, throttle: int, tasks_per_job: int) -> dict[str, Any]:
        return {"name": "toy", "throttle": throttle, "tasks_per_job": tasks_per_job}
