"""Whatever is killed, stopped, filled up or damaged: the results are those of an undisturbed run, to the last bit."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import xarray as xr

from tests.storm.conftest import MakeStorm
from tests.storm.disks import may_mount, mounted
from tests.storm.faults import may_inject
from tests.storm.processes import PATIENCE, Processes
from tests.storm.sweeps import SWEEP, assert_same, collected

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found in /proc")

UNSHARE = ("unshare", "--user", "--map-root-user", "--mount")
IN_NAMESPACE = "SWEEPRUN_STORM_NAMESPACE"

STORMS = {
    "workers": (("kill_worker", "kill_worker", "kill_worker", "kill_workers"), 0.25),
    "hanging workers": (("kill_worker", "stop_worker"), 0.1),
    "launchers": (("kill_launcher", "stop_launcher", "kill_worker"), 0.2),
    "networks": (("trouble_network", "trouble_network", "kill_worker", "kill_launcher"), 0.05),
    "files": (("damage_shard", "damage_shard", "damage_note", "leave_files", "kill_worker"), 0.25),
}
ON_DISKS = {
    "disks": (("fill_disk", "fill_disk", "protect_disk", "kill_worker"), 0.1),
    "everything": (
        ("kill_worker", "stop_worker", "kill_launcher", "stop_launcher", "damage_shard", "damage_note", "fill_disk"),
        0.1,
    ),
}


@pytest.fixture
def disturbances(request: pytest.FixtureRequest) -> int:
    count: int = request.config.getoption("--disturbances")
    return count


@pytest.mark.parametrize("name", STORMS)
def test_storms(make_storm: MakeStorm, disturbances: int, name: str) -> None:
    kinds, share = STORMS[name]
    make_storm(name).rage(kinds, round(share * disturbances))


def test_no_sweep_is_stopped_by_hiccups(make_storm: MakeStorm, disturbances: int) -> None:
    """System calls of workers fail: they are replaced, and each launch comes to its end by itself."""
    if not may_inject():
        assert os.environ.get("CI") != "true", "strace is missing, and in continuous integration it must be there"
        pytest.skip("strace is missing, or may not look at processes")
    storm = make_storm("hiccups")
    storm.rage(("worker_hiccups",), round(0.05 * disturbances))
    assert set(storm.endings) <= {0}, storm.log


def test_a_worker_that_hangs_is_given_up(processes: Processes, expected: xr.Dataset, tmp_path: Path) -> None:
    """It hangs for longer than a task may take: it is killed, and its task runs again."""
    run = tmp_path / "run"
    options = ["hydra.sweeper.timeout=2", "hydra.sweeper.retries=20", f"hydra.sweep.dir={run}"]
    launcher = processes.start(*SWEEP, *options, pace=3.0)
    deadline = time.monotonic() + PATIENCE
    while not any(path.stat().st_size for path in (run / "shards").glob("*.arrow")):
        assert time.monotonic() < deadline
        time.sleep(0.003)
    victim = processes.workers()[0]
    os.kill(victim, signal.SIGSTOP)
    assert launcher.wait() == 0, launcher.text
    assert victim not in processes.workers()
    assert_same(collected(run, tmp_path / "results.nc")[0], expected)


@pytest.mark.parametrize("name", ON_DISKS)
def test_storms_on_small_disks(request: pytest.FixtureRequest, disturbances: int, name: str, tmp_path: Path) -> None:
    """Where this process may not mount, the test runs again in a namespace in which it may."""
    if not may_mount(tmp_path / "trial"):
        run_in_namespace(request)
        return
    kinds, share = ON_DISKS[name]
    make_storm: MakeStorm = request.getfixturevalue("make_storm")
    with mounted(tmp_path / "disk") as disk:
        make_storm(name, disk).rage(kinds, round(share * disturbances))


def run_in_namespace(request: pytest.FixtureRequest) -> None:
    assert IN_NAMESPACE not in os.environ, "nothing can be mounted in a namespace of one's own"
    if subprocess.run([*UNSHARE, "true"], check=False, capture_output=True).returncode:
        assert os.environ.get("CI") != "true", "nothing can be mounted here, and in continuous integration it must be"
        pytest.skip("nothing can be mounted here, not even in a namespace")
    options = [f"{option}={request.config.getoption(option)}" for option in ("--disturbances", "--storm-seed")]
    command = [*UNSHARE, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, request.node.nodeid]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(
        command,
        cwd=request.config.rootpath,
        env=environment | {IN_NAMESPACE: "1"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
