"""The same sweep gives the same Dataset, bit for bit, wherever and however it runs."""

import os
import signal

import xarray as xr

from sweeprun.store.workers import read_beats
from tests.slurm.cluster import wait_until
from tests.slurm.sweeps import Sweep

SWEEP = ("lr=0.1,0.01", "seed=range(6)", "hydra.sweeper.root_seed=11", "hydra.sweeper.streams=[seed]")


def bits(dataset: xr.Dataset) -> dict[str, tuple[tuple[str, ...], str, object]]:
    """All that a Dataset holds, numbers as bytes."""
    return {
        str(name): (
            tuple(map(str, variable.dims)),
            str(variable.dtype),
            variable.values.tolist() if variable.dtype.kind == "O" else variable.values.tobytes(),
        )
        for name, variable in dataset.variables.items()
    }


def test_the_same_numbers_everywhere(sweep: Sweep) -> None:
    for throttle in (1, 3):
        sweep.run("-m", *SWEEP, f"hydra.launcher.throttle={throttle}", f"hydra.sweep.dir=runs/local-{throttle}")
    ways = {
        "single": ("hydra.launcher.throttle=4",),
        "packed": ("hydra.launcher.tasks_per_job=5",),
        "throttled": ("hydra.launcher.throttle=1", "hydra.launcher.tasks_per_job=4"),
        "side-by-side": ("hydra.launcher.workers_per_job=3", "hydra.launcher.tasks_per_job=6"),
    }
    for name, options in ways.items():
        sweep.submit(*SWEEP, *options, at=f"runs/{name}")
    found = {}
    for name in ("local-1", "local-3", *ways):
        sweep.run("wait", f"runs/{name}")
        found[name] = bits(sweep.collect(f"runs/{name}"))
    assert all(content == found["local-1"] for content in found.values())
    assert found["local-1"]["y"][0] == ("lr", "seed", "y_0")


def test_the_same_numbers_after_kills_requeues_and_resumptions(sweep: Sweep) -> None:
    words = ("lr=0.1,0.01", "seed=range(6)", "task=study.hold_last")
    job = sweep.submit(*words, "hydra.launcher.tasks_per_job=3", "hydra.launcher.throttle=4", at="runs/disturbed")
    run = sweep.directory("runs/disturbed")
    wait_until(lambda: len(list(sweep.folder.glob("waiting-*"))) == 4, what="the last task of every element waits")
    killed = next(beat for beat in read_beats(run) if beat.task_id == 2)
    os.kill(killed.process.pid, signal.SIGKILL)
    sweep.cluster.command("scontrol", "requeue", f"{job}_1")
    sweep.cluster.command("scancel", f"{job}_2")
    wait_until(lambda: "CANCELLED" in sweep.cluster.elements(job)[2], what="one element is cancelled")
    (sweep.folder / "open").touch()
    sweep.run("wait", "runs/disturbed", code=1)
    assert sweep.status("runs/disturbed")["not_queued"] == "2,8"
    sweep.run("resume", "runs/disturbed", "hydra.launcher.tasks_per_job=1")
    sweep.run("wait", "runs/disturbed")
    disturbed = sweep.collect("runs/disturbed").drop_vars("attempt")
    sweep.run("-m", *words, "hydra.sweep.dir=runs/local")
    assert bits(disturbed) == bits(sweep.collect("runs/local").drop_vars("attempt"))
