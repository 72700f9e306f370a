"""Task functions and configs of a little study, as they stand in its folder."""

STUDY = '''
import os
import random
from pathlib import Path

import numpy as np


def draw(lr, seed, rng):
    return {"x": rng.random(), "y": lr * seed}


def flaky(seed, rng):
    """Odd seeds fail until there is a file."""
    x = rng.random()
    if seed % 2 and not Path("mended").exists():
        raise ValueError(f"no {seed}")
    return {"x": x}


def moody(seed, rng):
    """It is always the same, but where there is a file."""
    if seed == 1 and Path("changed").exists():
        raise ValueError("changed")
    if seed == 2 and Path("changed").exists():
        os._exit(9)
    return {"x": rng.random()}


def surroundings(seed, task):
    """What a worker gives it; of seed 1 its process ends."""
    if seed == 1:
        os._exit(9)
    return {"attempt": task.attempt, "threads": os.environ["OMP_NUM_THREADS"], "word": os.environ.get("WORD", "")}


def has_a_stream(seed, rng):
    """It takes for data of its own what rng draws in task 4."""
    return {"x": rng.random(), "data": np.random.default_rng(4).random()}


def shares_a_stream(cfg, rng):
    return {"x": rng.random(), "data": np.random.default_rng(cfg.seed).random()}


def draws_globally(seed):
    return {"x": random.random() + np.random.random()}


def of_config(cfg, rng):
    return {"x": rng.random(), "y": cfg.lr * cfg.seed, "word": cfg.model.name}


def keeps_a_file(cfg, rng, task):
    (task.directory / "notes.txt").write_text("x")
    return {"x": rng.random()}


def reads(cfg, rng):
    """How long a file is; one that is empty is an error."""
    if not (text := Path(cfg.input).read_text()):
        raise ValueError("empty")
    return {"x": rng.random(), "size": len(text)}


def returns_nothing(seed):
    """Nothing, until there is a file."""
    return {"x": seed} if Path("mended").exists() else None


def curves(cfg, rng):
    """Arrays, whose dimensions have no names."""
    return {"curves": rng.random((2, cfg.length)).tolist(), "fit": {"levels": [cfg.lr, 2 * cfg.lr]}}


def walks(seed, length, rng):
    return {"walk": rng.random(length)}


def labelled_walks(length, times, rng):
    return {"walk": times[0] * rng.random(length)}
'''

CONFIGS = {
    "config": "defaults: [{model: small}, _self_]\ntask: study.of_config\nlr: 0.5\nseed: 0\n",
    "model/small": "name: small\n",
    "model/large": "name: large\n",
}
