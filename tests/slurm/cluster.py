"""A Slurm cluster to test with: one of ``scripts/slurm-up``, or a site's own."""

import fcntl
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SCRIPTS = Path(__file__).parents[2] / "scripts"


@dataclass(frozen=True)
class Cluster:
    """A cluster that is up; ``directory`` is where ``scripts/slurm-up`` keeps its logs and process ids."""

    conf: Path
    directory: Path

    @classmethod
    def up(cls, directory: Path, *options: str) -> "Cluster":
        """The cluster of ``scripts/slurm-up``, which leaves it alone if it is up already."""
        done = subprocess.run(
            [SCRIPTS / "slurm-up", "--dir", directory, *options],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=600,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        return cls.at(Path(done.stdout.strip()))

    @classmethod
    def at(cls, conf: Path) -> "Cluster":
        return cls(conf=conf, directory=conf.parents[1])

    @property
    def is_ours(self) -> bool:
        """Whether ``scripts/slurm-up`` made it: a site's nodes aren't ours to break."""
        return "scripts/slurm-up" in self.conf.read_text().partition("\n")[0]

    @property
    def spare_nodes(self) -> list[str]:
        return self.command("sinfo", "-h", "-N", "-p", "spare", "-o", "%N").split()

    def environment(self) -> dict[str, str]:
        """The user's, without what the test runner set or a job that it runs in."""
        dropped = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "PYTEST", "COV", "HYDRA", "SLURM_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        return kept | {"SLURM_CONF": str(self.conf)}

    def command(self, *words: str, check: bool = True, timeout: float = 30, cwd: Path | None = None) -> str:
        """What one of Slurm's commands prints."""
        done = subprocess.run(
            words,
            env=self.environment(),
            cwd=cwd,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=timeout,
            check=False,
        )
        assert not check or done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
        return done.stdout

    def squeue(self, *words: str) -> str:
        return self.command("squeue", "-h", *words)

    def elements(self, job_id: str) -> dict[int, str]:
        """Array index -> state, of a job's elements that Slurm remembers."""
        listed = self.command("squeue", "-r", "-h", "-t", "all", "-j", job_id, "-o", "%K|%T", check=False)
        pairs = (line.split("|") for line in listed.splitlines())
        return {int(index): state for index, state in pairs if index.isdigit()}

    def field(self, job_id: str, name: str) -> str:
        """One field of ``scontrol show job``, of the first element."""
        shown = self.command("scontrol", "show", "job", "-o", job_id).partition("\n")[0]
        found = re.search(rf"\b{name}=(\S*)", shown)
        assert found is not None, shown
        return found[1]

    def cancel_jobs_in(self, folder: Path) -> None:
        """Cancel what was submitted in a folder or below it."""
        pairs = (line.partition("|") for line in self.squeue("-o", "%F|%Z").splitlines())
        if jobs := {job_id for job_id, _, place in pairs if place.startswith(str(folder))}:
            self.command("scancel", *jobs)

    def node_state(self, name: str) -> str:
        """``idle``, ``mixed``, ``down``, …, with a sign behind it if the node doesn't respond."""
        return self.command("sinfo", "-h", "-n", name, "-o", "%T").split()[0]

    def node_down(self, name: str) -> None:
        """Take a node for failed: what runs on it is queued again."""
        self.command("scontrol", "update", f"NodeName={name}", "State=DOWN", "Reason=test")

    def node_drain(self, name: str) -> None:
        """Give a node no new jobs until it is put to use again. (One that is down may come back by itself.)"""
        self.command("scontrol", "update", f"NodeName={name}", "State=DRAIN", "Reason=test")

    def node_up(self, name: str) -> None:
        """Put a node to use again if it isn't in use."""
        if self.node_state(name).startswith(("down", "drain")):
            self.command("scontrol", "update", f"NodeName={name}", "State=RESUME", check=False)  # or it came by itself
        wait_until(
            lambda: re.fullmatch("idle|mixed|allocated|completing|planned", self.node_state(name)) is not None,
            what=f"node {name} is up",
        )

    def slurmd_pid(self, name: str) -> int:
        path = self.directory / "pid" / f"slurmd-{name}"
        wait_until(lambda: path.read_text().strip(), what=f"the slurmd of {name} has written its id")
        return int(path.read_text())

    def restart_slurmd(self, name: str) -> None:
        """Kill a node's daemon and start another; jobs go on."""
        killed = self.slurmd_pid(name)
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: not is_alive(killed), what=f"the slurmd of {name} ends")
        # The words that scripts/slurm-up uses: it knows the daemon by them.
        with (self.directory / "log" / f"slurmd-{name}.out").open("ab") as log:
            path = f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin:/sbin"
            words = ["slurmd", "-N", name, "-f", str(self.conf)]
            environment = self.environment() | {"PATH": path}
            subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True)
        wait_until(lambda: self.slurmd_pid(name) != killed and is_alive(self.slurmd_pid(name)), what="it runs again")
        self.node_up(name)


def is_alive(process: int) -> bool:
    """Whether a process runs: a zombie, which may stay for long in a container, doesn't."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except OSError:
        return False


def wait_until(predicate: Callable[[], object], seconds: float = 120, what: str = "it happens") -> None:
    """Poll until something holds."""
    deadline = time.monotonic() + seconds
    while not predicate():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.1)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Be the only process in this block."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
