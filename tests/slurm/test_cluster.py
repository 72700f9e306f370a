"""The cluster that the other tests rely on is a real one: it throttles, refuses, requeues and preempts."""

from pathlib import Path

import pytest

from tests.slurm.cluster import Cluster, wait_until

# An element that counts its starts, and goes on when there is a file `open`.
HOLD = "echo $SLURM_RESTART_COUNT. >>starts; for i in $(seq 1200); do [ -e open ] && exit; sleep 0.1; done"


def submit(cluster: Cluster, folder: Path, script: str, *options: str) -> str:
    words = ("sbatch", "--parsable", "--output=/dev/null", *options, f"--wrap={script}")
    return cluster.command(*words, cwd=folder).strip()


def starts(folder: Path) -> list[str]:
    path = folder / "starts"
    return path.read_text().split() if path.exists() else []


def test_two_clusters_of_one_machine_do_not_kill_each_others_jobs(
    cluster: Cluster, small_cluster: Cluster, tmp_path: Path
) -> None:
    """They would if jobs of theirs had the same id: Slurm names a job's cgroup by node and id alone."""
    ids = [int(submit(each, tmp_path, "true")) for each in (cluster, small_cluster)]
    assert abs(ids[0] - ids[1]) > 10_000


def test_a_throttle_is_kept(cluster: Cluster, tmp_path: Path) -> None:
    job = submit(cluster, tmp_path, "sleep 0.5", "--array=0-5%2")
    seen: set[int] = set()

    def ended() -> bool:
        states = list(cluster.elements(job).values())
        seen.add(states.count("RUNNING"))
        return len(states) == 6 and set(states) == {"COMPLETED"}

    wait_until(ended, what="the array ends")
    assert max(seen) == 2


def test_the_largest_index_is_one_less_than_the_largest_array(small_cluster: Cluster, tmp_path: Path) -> None:
    submit(small_cluster, tmp_path, "true", "--array=10")
    with pytest.raises(AssertionError, match="Invalid job array specification"):
        submit(small_cluster, tmp_path, "true", "--array=11")


def test_what_ran_on_a_node_that_fails_runs_again(cluster: Cluster, tmp_path: Path, spare_node: str) -> None:
    job = submit(cluster, tmp_path, HOLD, "--array=0", "--partition=spare")
    wait_until(lambda: starts(tmp_path) == ["."], what="it runs")
    cluster.node_down(spare_node)
    wait_until(lambda: cluster.elements(job) == {0: "PENDING"}, what="it is queued again")
    cluster.node_up(spare_node)
    wait_until(lambda: starts(tmp_path) == [".", "1."], what="it runs again")
    (tmp_path / "open").touch()
    wait_until(lambda: cluster.elements(job) == {0: "COMPLETED"}, what="it ends")


def test_a_job_does_not_notice_that_its_daemon_is_another(cluster: Cluster, tmp_path: Path, spare_node: str) -> None:
    job = submit(cluster, tmp_path, HOLD, "--array=0", "--partition=spare")
    wait_until(lambda: starts(tmp_path) == ["."], what="it runs")
    cluster.restart_slurmd(spare_node)
    (tmp_path / "open").touch()
    wait_until(lambda: cluster.elements(job) == {0: "COMPLETED"}, what="it ends")
    assert starts(tmp_path) == ["."]


@pytest.mark.usefixtures("spare_node")
def test_an_urgent_job_preempts_others(cluster: Cluster, tmp_path: Path) -> None:
    job = submit(cluster, tmp_path, HOLD, "--array=0", "--partition=spare")
    wait_until(lambda: starts(tmp_path) == ["."], what="it runs")
    submit(cluster, tmp_path, "true", "--partition=urgent", "--exclusive")
    wait_until(lambda: cluster.elements(job) == {0: "PENDING"}, what="it is queued again")
    wait_until(lambda: starts(tmp_path) == [".", "1."], what="it runs again")
