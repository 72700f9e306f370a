"""Clusters for tests: the one that SWEEPRUN_TEST_SLURM_CONF names, or our own, started when it is first asked for.

Our own stay up when pytest ends, for its next run; those of ``scripts/test``, in a directory that it names by
SWEEPRUN_TEST_SLURM_DIR, are stopped by it.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from tests.slurm.cluster import Cluster, locked
from tests.slurm.sweeps import Sweep

CONF = os.environ.get("SWEEPRUN_TEST_SLURM_CONF")
DIRECTORY = Path(os.environ.get("SWEEPRUN_TEST_SLURM_DIR") or Path(tempfile.gettempdir()) / "sweeprun-slurm")


def cannot_be_tested(reason: str) -> NoReturn:
    """Skip, but nothing is skipped where all is to be tested."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def started(directory: Path, factory: pytest.TempPathFactory, *options: str) -> Cluster:
    """A cluster of our own. Only one of xdist's processes starts it: another might find a node that a test broke."""
    if os.geteuid() != 0:
        cannot_be_tested("needs root, to start a Slurm cluster, or one whose slurm.conf SWEEPRUN_TEST_SLURM_CONF names")
    session = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        session = session.parent
    note = session / f"{directory.name}.conf"
    with locked(note.with_suffix(".lock")):
        if note.exists():
            return Cluster.at(Path(note.read_text()))
        try:
            cluster = Cluster.up(directory, *options)
        except RuntimeError as error:
            cannot_be_tested(f"there is no cluster: {error}")
        note.write_text(str(cluster.conf))
        return cluster


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """Two nodes of 8 CPUs and a spare one, or what the site has."""
    return Cluster.at(Path(CONF)) if CONF else started(DIRECTORY, tmp_path_factory)


@pytest.fixture(scope="session")
def small_cluster(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """One node, and 10 is the largest array index."""
    directory = DIRECTORY.with_name(f"{DIRECTORY.name}-small")
    return started(directory, tmp_path_factory, "--nodes", "1", "--max-array", "11")


@pytest.fixture
def spare_node(cluster: Cluster) -> Iterator[str]:
    """The node of the partition ``spare``, which this test may break and no other uses meanwhile."""
    if not cluster.is_ours:
        cannot_be_tested("breaks a node, which a site's cluster has none to spare for")
    with locked(cluster.directory / "spare.lock"):
        name = cluster.spare_nodes[-1]
        cluster.node_up(name)
        yield name
        cluster.node_up(name)


@pytest.fixture(autouse=True)
def no_job_outlives_its_test(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield
    for name in ("cluster", "small_cluster"):
        if isinstance(found := request.node.funcargs.get(name), Cluster):
            found.cancel_jobs_in(tmp_path)


@pytest.fixture
def sweep(tmp_path: Path, cluster: Cluster) -> Sweep:
    return Sweep.make(tmp_path / "a 'study' ü", cluster)


@pytest.fixture
def small_sweep(tmp_path: Path, small_cluster: Cluster) -> Sweep:
    return Sweep.make(tmp_path / "a 'study' ü", small_cluster)
