"""A Slurm cluster that tests may use: one of this machine alone, or the site's."""

import os
import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import which


@dataclass(frozen=True)
class Cluster:
    """A cluster.

    Attributes
    ----------
    conf
        Its ``slurm.conf``; None for the site's, whatever that is.
    """

    conf: Path | None

    def environment(self) -> dict[str, str]:
        """The environment of commands that are to use it."""
        dropped = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "PYTEST", "COV", "HYDRA", "SLURM_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        return kept if self.conf is None else kept | {"SLURM_CONF": str(self.conf)}

    def command(self, *words: str, check: bool = True, cwd: Path | None = None) -> str:
        """What a command prints."""
        done = subprocess.run(
            words, env=self.environment(), capture_output=True, text=True, timeout=60, cwd=cwd, check=False
        )
        assert not check or not done.returncode, done.stdout + done.stderr
        return done.stdout

    def elements(self, job: str) -> dict[int, str]:
        """The state of each element of an array, as Slurm lists it."""
        listed = self.command("squeue", "-r", "-h", "-t", "all", "-j", job, "-o", "%K|%T", check=False)
        rows = [line.split("|") for line in listed.splitlines()]
        return {int(index): state for index, state in rows if index.isdecimal()}

    def field(self, job: str, name: str) -> str:
        """One field of ``scontrol show job``, of the first element."""
        found = re.search(rf"\b{name}=(\S*)", self.command("scontrol", "show", "job", "-o", job).splitlines()[0])
        assert found is not None
        return found[1]

    def node_state(self, name: str) -> str:
        return self.command("sinfo", "-h", "-N", "-n", name, "-o", "%T").split()[0]

    def node_down(self, name: str) -> None:
        """Let a node fail."""
        self.command("scontrol", "update", f"NodeName={name}", "State=DOWN", "Reason=test")

    def node_up(self, name: str) -> None:
        """Let it come back; it may have come by itself."""
        if self.node_state(name).startswith("down"):
            self.command("scontrol", "update", f"NodeName={name}", "State=RESUME", check=False)
        wait_until(lambda: self.node_state(name) in ("idle", "mixed", "allocated"), what=f"{name} is back")


def wait_until(condition: Callable[[], bool], *, what: str, seconds: float = 120) -> None:
    """Look until something holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"timed out: {what}"
        time.sleep(0.1)


def why_no_own_cluster() -> str:
    """Why this machine can't have a cluster of its own; empty if it can."""
    if os.geteuid() != 0:
        return "a Slurm cluster of its own needs root"
    if which("slurmctld") is None and which("apt-get") is None:
        return "there is no slurmctld, and no apt-get to install it"
    return ""


def start_cluster(name: str, port: int, *options: str) -> Cluster:
    """A cluster of this machine alone; left as it is if it is up already."""
    scripts = Path(__file__).parents[2] / "scripts"
    folder = Path(os.environ.get("SWEEPRUN_TEST_CLUSTERS", "/tmp/sweeprun-test-clusters")) / name
    done = subprocess.run(
        [scripts / "slurm-up", "--dir", folder, "--port", str(port), *options],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=600,
    )
    assert not done.returncode, done.stderr
    return Cluster(conf=Path(done.stdout.splitlines()[-1]))
