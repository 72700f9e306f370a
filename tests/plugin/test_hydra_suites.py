"""The suites that Hydra ships for authors of plugins, run with our launcher and our sweeper."""

import pytest
from hydra.test_utils.launcher_common_tests import BatchedSweeperTestSuite, IntegrationTestSuite, LauncherTestSuite

LOCAL = "sweeprun_local"
pytestmark = pytest.mark.usefixtures("as_in_an_application")


@pytest.mark.parametrize(("launcher_name", "overrides"), [(LOCAL, [])])
class TestLocalLauncher(LauncherTestSuite):
    """Behind Hydra's own sweeper."""


@pytest.mark.parametrize(("launcher_name", "overrides"), [(LOCAL, ["hydra/sweeper=sweeprun"])])
class TestOurSweeper(LauncherTestSuite):
    """Behind our sweeper."""


@pytest.mark.parametrize(
    ("launcher_name", "overrides"), [(LOCAL, ["hydra/sweeper=basic", "hydra.sweeper.max_batch_size=2"])]
)
class TestBatches(BatchedSweeperTestSuite):
    """Batch by batch."""


@pytest.mark.parametrize(
    ("task_launcher_cfg", "extra_flags"),
    [
        ({}, ["-m", f"hydra/launcher={LOCAL}"]),
        ({}, ["-m", f"hydra/launcher={LOCAL}", "hydra/sweeper=sweeprun"]),
    ],
)
class TestIntegration(IntegrationTestSuite):
    """Whole applications, in processes of their own."""
