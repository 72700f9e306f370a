"""The cluster that the tests run on is a real one."""

import subprocess
from pathlib import Path

import pytest

from tests.slurm.cluster import Cluster, wait_until

SCRIPTS = Path(__file__).parents[2] / "scripts"


def test_it_runs_jobs(cluster: Cluster, tmp_path: Path) -> None:
    job = cluster.command("sbatch", "--parsable", "--array=0-2", "--output=/dev/null", f"--wrap=touch {tmp_path}/ran")
    wait_until(lambda: set(cluster.elements(job.strip()).values()) == {"COMPLETED"}, what="the jobs end")
    assert (tmp_path / "ran").exists()


def test_the_small_one_refuses_larger_arrays(small_cluster: Cluster) -> None:
    with pytest.raises(AssertionError, match="Invalid job array"):
        small_cluster.command("sbatch", "--array=0-11", "--wrap=true")


@pytest.mark.parametrize(
    ("words", "message"),
    [(("--nodse", "3"), "unknown option --nodse"), (("--nodes", "x"), "--nodes is x"), (("--nodes",), "needs a value")],
)
def test_wrong_options_are_told(words: tuple[str, ...], message: str) -> None:
    done = subprocess.run([SCRIPTS / "slurm-up", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert message in done.stderr
