"""Clusters for tests, and a study on one.

In CI (``CI=true``) nothing of this may be skipped.
"""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest

from tests.slurm.cluster import Cluster, start_cluster, why_no_own_cluster
from tests.slurm.sweeps import Sweep


def own_cluster(name: str, port: int, *options: str) -> Cluster:
    """A cluster that tests may break; skips where there can't be one."""
    if why := why_no_own_cluster():
        assert os.environ.get("CI") != "true", why
        pytest.skip(why)
    return start_cluster(name, port, *options)


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """A cluster: this machine's own, or else the site's."""
    if why_no_own_cluster() and which("sbatch") is not None:
        return Cluster(conf=None)
    return own_cluster("main", 28117, "--nodes", "3")


@pytest.fixture(scope="session")
def small_cluster() -> Cluster:
    """A cluster whose largest array has 11 elements."""
    return own_cluster("small", 28217, "--nodes", "1", "--max-array", "11")


@pytest.fixture
def spare_node(cluster: Cluster) -> Iterator[str]:
    """The name of a node that this test may break, for itself; it is the partition ``spare``."""
    if cluster.conf is None:
        pytest.skip("the site's nodes are not to be broken")
    with (cluster.conf.parent / "spare.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield "n3"
        finally:
            cluster.node_up("n3")


@pytest.fixture
def sweep(tmp_path: Path, cluster: Cluster) -> Sweep:
    """A study on the cluster, in a folder whose name is not an easy one."""
    return Sweep.make(tmp_path / "a 'study' ü", cluster)


@pytest.fixture
def small_sweep(tmp_path: Path, small_cluster: Cluster) -> Sweep:
    """A study on the small cluster."""
    return Sweep.make(tmp_path / "study", small_cluster)
