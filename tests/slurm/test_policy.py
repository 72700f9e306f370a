"""Retries, time limits and limits to failures on a real cluster; extending beside an array that still runs."""

import numpy as np

from tests.slurm.cluster import wait_until
from tests.slurm.sweeps import Sweep

POLICY = """
import os
import signal
import time
from pathlib import Path


def dies_once(cfg, rng, task):
    x = rng.random()
    if cfg.seed == 1 and task.attempt == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"x": x, "attempt": task.attempt}


def stops_once(cfg, rng, task):
    x = rng.random()
    if cfg.seed == 1 and task.attempt == 1:
        os.kill(os.getpid(), signal.SIGSTOP)
    return {"x": x, "attempt": task.attempt}


def bad(cfg):
    raise ValueError("bad")
"""


def expected(count: int) -> list[float]:
    return [np.random.default_rng(i).random() for i in range(count)]


def test_a_lost_task_is_retried_in_its_element(sweep: Sweep) -> None:
    (sweep.folder / "policy.py").write_text(POLICY)
    job = sweep.submit("seed=range(3)", "task=policy.dies_once", "hydra.sweeper.retries=1")
    sweep.run("wait", "runs/one")
    # the run has ended when its last record is there, a moment before the element that wrote it
    wait_until(lambda: set(sweep.cluster.elements(job).values()) == {"COMPLETED"})
    dataset = sweep.collect()
    assert dataset.x.values.tolist() == expected(3)
    assert dataset.attempt.values.tolist() == [1, 2, 1]


def test_a_stopped_task_is_killed_at_its_limit_and_retried(sweep: Sweep) -> None:
    (sweep.folder / "policy.py").write_text(POLICY)
    sweep.submit(
        *("seed=range(3)", "task=policy.stops_once", "hydra.launcher.tasks_per_job=3"),
        *("hydra.sweeper.timeout=2", "hydra.sweeper.retries=1"),
    )
    sweep.run("wait", "runs/one")
    dataset = sweep.collect()
    assert dataset.x.values.tolist() == expected(3)
    assert dataset.attempt.values.tolist() == [1, 2, 1]


def test_too_many_failures_empty_the_queue(sweep: Sweep) -> None:
    (sweep.folder / "policy.py").write_text(POLICY)
    job = sweep.submit(
        *("seed=range(40)", "task=policy.bad", "hydra.launcher.throttle=1", "hydra.sweeper.max_failures=2"),
    )
    sweep.run("wait", "runs/one", code=1)
    assert sweep.cluster.squeue("-j", job) == "" or "RUNNING" not in sweep.cluster.elements(job).values()
    told = sweep.status()
    assert 2 <= told["states"]["failed"] <= 4
    assert told["states"]["failed"] + told["states"]["pending"] == 40
    assert "hydra.sweeper.max_failures=2" in told["warnings"][0]


def test_what_is_added_beside_a_running_array_keeps_to_the_throttle(sweep: Sweep) -> None:
    sweep.submit("seed=range(3)", "task=study.hold", "hydra.launcher.throttle=2")
    wait_until(lambda: len(sweep.started()) == 2, what="two elements run")
    told = sweep.run("extend", "runs/one", "seed=range(6)").stderr
    assert "3 new tasks: 3-5" in told
    _, job = sweep.job_ids()
    assert sweep.cluster.field(job, "Dependency").startswith("afterany:")
    sweep.open()
    sweep.run("wait", "runs/one")
    assert sweep.collect().x.values.tolist() == expected(6)


def test_added_tasks_get_the_resources_that_they_need(sweep: Sweep) -> None:
    sweep.submit("seed=1,2", "size=small,large", "task=study.see", "hydra.launcher.sbatch.mem='${memory.${size}}'")
    sweep.run("wait", "runs/one")
    sweep.run("extend", "runs/one", "seed=3")
    sweep.run("wait", "runs/one")
    memory = sweep.collect().SLURM_MEM_PER_NODE
    assert memory.sel(size="small").values.tolist() == ["100"] * 3
    assert memory.sel(size="large").values.tolist() == ["300"] * 3
