"""A study on a cluster, and the command line run on it as a user would."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xarray as xr

from sweeprun.store.directory import RunDirectory
from tests.command_line import run_sweeprun
from tests.slurm.cluster import Cluster

CONFIG = """
task: study.draw
lr: 0.1
seed: 0
name: plain
memory: {small: 100, large: 300}
size: small
"""

STUDY = '''
import os
import time
from pathlib import Path

import sweeprun


def draw(cfg, rng):
    return {"x": rng.random(), "y": rng.standard_normal(3), "lr_seen": cfg.lr}


def wait_for(name, seconds=120):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not Path(name).exists():
        time.sleep(0.02)


def hold(cfg, rng, task):
    """Say that the task runs; go on when there is a file `open`."""
    with open("started", "a") as file:
        file.write(f"{task.id}\\n")
    wait_for("open")
    return {"x": rng.random(), "attempt": task.attempt}


def hold_last(cfg, rng, task):
    """The last task of a chunk of three waits at its first attempt; the others end at once."""
    with open("started", "a") as file:
        file.write(f"{task.id}\\n")
    if task.id % 3 == 2 and task.attempt == 1:
        Path(f"waiting-{task.id}").touch()
        wait_for("open")
    return {"x": rng.random(), "attempt": task.attempt}


def brief(cfg, rng):
    time.sleep(0.4)
    return rng.random()


def see(cfg, rng):
    """What a task sees of its surroundings."""
    time.sleep(1)
    names = ("SLURM_ARRAY_JOB_ID", "SLURM_CPUS_PER_TASK", "SLURM_MEM_PER_NODE", "OMP_NUM_THREADS", "MINE")
    values = {name: os.environ.get(name, "") for name in names}
    return values | {"cwd": os.getcwd(), "name": cfg.name, "began": time.time() - 1, "pid": os.getpid()}


def checkpoint(cfg, rng, task):
    """Count to 40 in 40 s, over as many attempts as it takes."""
    saved = task.directory / "count"
    count = int(saved.read_text()) if saved.exists() else 0
    begun_at = count
    while count < 40:
        time.sleep(1)
        count += 1
        if task.stop_requested:
            saved.write_text(str(count))
            raise sweeprun.Unfinished(f"at {count}")
    return {"x": rng.random(), "begun_at": begun_at, "attempt": task.attempt}


def limited(cfg, rng, task):
    """Some seeds of work: short, for ever, or with checkpoints."""
    with open("started", "a") as file:
        file.write(f"{task.id}\\n")
    match cfg.name:
        case "short":
            time.sleep(18)
        case "endless":
            wait_for("never", 300)
        case "checkpoint":
            return checkpoint(cfg, rng, task)
    return {"x": rng.random(), "begun_at": 0, "attempt": task.attempt}
'''


@dataclass(frozen=True)
class Sweep:
    """A study's folder on a cluster."""

    folder: Path
    cluster: Cluster

    @classmethod
    def make(cls, folder: Path, cluster: Cluster) -> "Sweep":
        (folder / "conf").mkdir(parents=True)
        (folder / "conf" / "config.yaml").write_text(CONFIG)
        (folder / "study.py").write_text(STUDY)
        return cls(folder=folder, cluster=cluster)

    def run(self, *words: str, code: int = 0, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run ``sweeprun`` to its end."""
        return run_sweeprun(
            *words, folder=self.folder, variables=self.cluster.environment() | variables, code=code, timeout=240
        )

    def submit(self, *words: str, at: str = "runs/one", **variables: str) -> str:
        """Submit a sweep to Slurm; the id of its first job."""
        self.run("-m", *words, "hydra/launcher=slurm", f"hydra.sweep.dir={at}", **variables)
        return self.job_ids(at)[0]

    def directory(self, at: str = "runs/one") -> RunDirectory:
        return RunDirectory(self.folder / at)

    def job_ids(self, at: str = "runs/one") -> list[str]:
        """The jobs of all submissions, in order."""
        paths = sorted(
            self.directory(at).submissions.glob("*.job"), key=lambda path: list(map(int, path.name.split(".")[:2]))
        )
        return [path.name.split(".")[1] for path in paths]

    def status(self, at: str = "runs/one") -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.run("status", at, "--json").stdout)
        return answer

    def started(self) -> list[int]:
        """The tasks that have begun, in order."""
        path = self.folder / "started"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def open(self) -> None:
        """Let the tasks that hold go on."""
        (self.folder / "open").touch()

    def collect(self, at: str = "runs/one") -> xr.Dataset:
        """What was recorded, without what differs from run to run."""
        output = f"{at.replace('/', '-')}.nc"
        self.run("collect", at, "-o", output)
        with xr.open_dataset(self.folder / output) as dataset:
            return dataset.load().drop_vars("seconds").drop_attrs()
