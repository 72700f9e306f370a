"""The suites that Hydra ships for authors of launchers, on a real cluster."""

import pytest
from hydra.test_utils.launcher_common_tests import BatchedSweeperTestSuite, IntegrationTestSuite, LauncherTestSuite

from tests.plugin.conftest import as_in_an_application
from tests.slurm.cluster import Cluster

SLURM = "sweeprun_slurm"
WAIT = "hydra.launcher.wait=true"  # the suites read results; behind Hydra's own sweeper we submit and return


pytestmark = pytest.mark.usefixtures("as_in_an_application")
__all__ = ["as_in_an_application"]


@pytest.fixture(autouse=True)
def on_the_cluster(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_CONF", str(cluster.conf))


@pytest.mark.parametrize(("launcher_name", "overrides"), [(SLURM, [WAIT])])
class TestSlurmLauncher(LauncherTestSuite):
    """Behind Hydra's own sweeper."""


@pytest.mark.parametrize(("launcher_name", "overrides"), [(SLURM, [WAIT, "hydra.sweeper.max_batch_size=2"])])
class TestBatches(BatchedSweeperTestSuite):
    """Batch by batch."""


@pytest.mark.parametrize(
    ("task_launcher_cfg", "extra_flags"), [({}, ["-m", f"hydra/launcher={SLURM}", WAIT])], ids=["slurm"]
)
class TestIntegration(IntegrationTestSuite):
    """Whole applications, in processes of their own."""
