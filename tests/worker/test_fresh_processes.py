"""A process for each task, forked before the study is imported; what becomes of it is what becomes of a worker."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import xarray as xr

from tests.command_line import Run, environment, sweeprun_runner

STUDY = """
import atexit
import multiprocessing
import os
import signal
import time
from pathlib import Path

import numpy as np



def count_threads(process):
    tasks = Path(f"/proc/{process}/task")
    return len(list(tasks.iterdir())) if tasks.exists() else 1


threads_at_import = count_threads("self")
tracked = []


def track(cfg):
    tracked.append(cfg.seed)
    atexit.register(Path(f"finished-{cfg.seed}").touch)
    if cfg.seed == 2:
        multiprocessing.get_context("fork").Process(target=time.sleep, args=(60,), daemon=True).start()
    seen = {"tracked": len(tracked), "threads": threads_at_import + count_threads(os.getppid()), "pid": os.getpid()}
    return seen | {"draw": np.random.rand(), "started_by": os.getppid()}


def misbehave(cfg):
    match cfg.seed:
        case 1:
            os.kill(os.getpid(), signal.SIGSEGV)
        case 2:
            raise ValueError("bad 2")
        case 3:
            time.sleep(60)
    return cfg.seed


def wait(cfg, task):
    Path("running").touch()
    deadline = time.monotonic() + 60
    while not task.stop_requested and time.monotonic() < deadline:
        time.sleep(0.01)
    return cfg.seed
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "config.yaml").write_text("task: study.track\nseed: 0\n")
    (tmp_path / "study.py").write_text(STUDY)
    return tmp_path


@pytest.fixture
def run(study: Path) -> Run:
    return sweeprun_runner(study)


def collected(study: Path, run: Run) -> xr.Dataset:
    run("collect", "-o", "collected.nc")
    return xr.load_dataset(study / "collected.nc")


def test_no_task_finds_what_another_one_left(study: Path, run: Run) -> None:
    run("-m", "seed=range(6)", "hydra.launcher.throttle=1", "hydra.launcher.fresh_process=true")
    dataset = collected(study, run)
    assert set(dataset.tracked.values) == {1}
    assert len(set(dataset.pid.values)) == len(set(dataset.draw.values)) == 6
    assert len(set(dataset.started_by.values)) == 1
    assert set(dataset.threads.values) == {2}  # its own, and that of the process that it was forked from
    assert len(list(study.glob("finished-*"))) == 6
    assert len(list(study.glob("multirun/*/*/shards/*"))) == 1


def test_a_process_that_dies_is_a_worker_that_died(study: Path, run: Run) -> None:
    words = ("task=study.misbehave", "seed=range(5)", "hydra.sweeper.timeout=2", "hydra.launcher.throttle=1")
    run("-m", *words, "hydra.launcher.tasks_per_job=1", code=1)
    states = collected(study, run).state.values.tolist()
    assert states == ["succeeded", "lost", "failed", "failed", "succeeded"]
    shown = run("show", "1").stdout + run("show", "2").stdout + run("show", "3").stdout
    assert "SIGSEGV" in shown
    assert "bad 2" in shown
    assert "it took longer than 2 s" in shown


def test_a_process_hears_the_signals_of_its_worker(study: Path, run: Run) -> None:
    run("-m", "task=study.misbehave", "seed=0,4", "hydra.launcher.tasks_per_job=1", "hydra.sweep.dir=swept")
    waiting = "def misbehave(cfg, task):\n    return wait(cfg, task)"
    (study / "study.py").write_text(STUDY.replace("def misbehave(cfg):", waiting))
    command = [sys.executable, "-m", "sweeprun", "worker", "swept", "0-1"]
    with subprocess.Popen(command, cwd=study, env=environment()) as worker:
        deadline = time.monotonic() + 60
        while not (study / "running").exists() and worker.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 130
