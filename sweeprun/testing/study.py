"""The study whose tasks a launcher runs when it is held to its contract."""

CONFIG = "task: study.draw\nseed: 0\n"

STUDY = '''
import os
import signal
import time
from pathlib import Path


def draw(rng):
    return {"x": rng.random(), "y": rng.standard_normal(3)}


def fail_some(cfg, rng):
    x = rng.random()
    if cfg.seed % 3 == 1:
        raise ValueError(f"no {cfg.seed}")
    return {"x": x}


def die_once(cfg, rng, task):
    if cfg.seed == 2 and task.attempt == 1:
        print("last words", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    return {"x": rng.random(), "attempt": task.attempt}


def hold(cfg, rng, task):
    """Say that the task runs, and when; go on when the gate opens, or after a moment if there is none."""
    began = time.time()
    Path(f"running-{task.id}-{task.attempt}").touch()
    deadline = time.monotonic() + (60 if Path("gate").exists() else 0.3)
    while time.monotonic() < deadline and not Path("open").exists():
        time.sleep(0.01)
    return {"x": rng.random(), "began": began, "ended": time.time(), "attempt": task.attempt}


def hold_the_last(cfg, rng, task):
    return hold(cfg, rng, task) if cfg.seed == 1 else {"x": rng.random(), "attempt": task.attempt}


def talk(cfg, rng):
    print(f"seed {cfg.seed} speaks")
    return rng.random()


def take_too_long(cfg, rng, task):
    if cfg.seed == 1:
        time.sleep(60)
    if cfg.seed == 2:
        os.kill(os.getpid(), signal.SIGSTOP)
    return rng.random()


def go_on(cfg, rng, task):
    """Leave a note, and die; go on from the note."""
    note = task.directory / "notes" / "half.txt"
    if not note.exists():
        note.parent.mkdir()
        note.write_text(f"half of {cfg.seed}")
        os.kill(os.getpid(), signal.SIGKILL)
    (task.directory / "whole.txt").write_text(f"{note.read_text()}, and the rest")
    return rng.random()


def look_around(cfg, rng, task):
    """How many files in runs of this study the worker has open, the directory of the task among them."""
    runs = str(Path("multirun").absolute())
    opened = [os.readlink(path) for path in Path("/proc/self/fd").iterdir() if path.exists()]
    return {"opened": sum(path.startswith(runs) for path in [*opened, str(task.directory)])}
'''
