"""Task functions of which some give other results each time, and a sweep over one of them."""

from tests.command_line import Run

CHANCY = """
import os
import random
import time

import numpy as np

_calls = []


def fine(cfg, rng):
    return {"x": rng.random(), "y": rng.standard_normal((2, 3)), "label": f"seed {cfg.seed}", "missing": float("nan")}


def global_random(cfg):
    return {"x": np.random.random(), "y": random.random()}


def clock(cfg):
    return {"t": time.time()}


def order(cfg):
    return {"s": "".join({"a", "b", "c", "d", "e", "f", "g"})}


def stateful(cfg):
    _calls.append(cfg.seed)
    return {"n": len(_calls)}


def threads(cfg):
    return {"n": int(os.environ["OMP_NUM_THREADS"])}


def ragged(cfg, rng):
    out = {"n": 1, "y": rng.random(cfg.seed + 1)}
    return out | {"extra": 2.5} if cfg.seed else out


def fail(cfg, rng):
    value = rng.random()
    if cfg.seed:
        raise ValueError(f"no {value}")
    return value


def where(cfg, task):
    return {"path": str(task.directory)}


def sees(cfg, task):
    (task.directory / "here").touch()
    return {"attempt": task.attempt, "left": os.path.exists(task.directory / "left")}
"""


def sweep(run: Run, name: str, *words: str, code: int = 0) -> None:
    run("-m", f"task=chancy.{name}", "seed=range(4)", f"hydra.sweep.dir={name}", *words, code=code)
