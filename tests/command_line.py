"""A little study in a fresh folder, and the command line run on it as a user would."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path

import pytest

from tests.forked import ForkingProcess

Run = Callable[..., "subprocess.CompletedProcess[str]"]

_TIMEOUT = 300.0
"""How long a command may take, in seconds."""

STUDY = '''
import os
import signal
import sys
import time
from pathlib import Path


def draw(cfg, rng):
    return {"x": rng.random(), "lr_seen": cfg.lr, "seed_seen": cfg.seed}


def misbehave(cfg, rng, task):
    match cfg.kind:
        case "raise":
            raise ValueError(f"bad value {cfg.seed}")
        case "exit":
            os._exit(3)
        case "segv":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "sysexit":
            sys.exit("bye")
        case "object":
            return {"x": object()}
        case "directory":
            (task.directory / "out.txt").write_text("hello")
    return {"x": rng.random()}


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError("no message")


class OwnBase(BaseException):
    pass


def raise_anything(cfg):
    """Only the even ones succeed."""
    if cfg.seed % 2:
        raise [KeyboardInterrupt, GeneratorExit, OwnBase, Unprintable][cfg.seed // 2 % 4]()
    return cfg.seed


def fork(cfg):
    """A child that comes back must not go on with the worker's tasks."""
    with open("ran", "a") as file:
        file.write(f"{cfg.seed}\\n")
    child = os.fork()
    if child == 0:
        if cfg.seed % 2:
            sys.exit(0)
        return -1
    os.waitpid(child, 0)
    return cfg.seed


def print_much(cfg):
    print("noise " * 20000)
    print("noise", file=sys.stderr)
    os.chdir("/")
    return cfg.seed


def wait_for(cfg, task):
    """Say that the task runs, then wait for a file that never comes (bounded, in case nobody stops it)."""
    if cfg.seed >= 2:
        (task.directory / "running").touch()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not Path("never").exists():
            time.sleep(0.01)
    return cfg.seed


def threads(cfg):
    import numpy as np
    from threadpoolctl import threadpool_info

    np.ones((200, 200)) @ np.ones((200, 200))
    pools = [pool["num_threads"] for pool in threadpool_info()]
    return {"pools": len(pools), "threads": max(pools), "variable": int(os.environ["OMP_NUM_THREADS"])}


def plain(a, b, rng):
    return a * b + 0 * rng.random()


def hydra_config(cfg):
    from hydra.core.hydra_config import HydraConfig

    job = HydraConfig.get().job
    return {"num": job.num, "overrides": job.override_dirname, "output": HydraConfig.get().runtime.output_dir}


def context(cfg, task):
    lr = task.coordinates["lr"]
    return {"id": task.id, "stream": task.stream, "attempt": task.attempt, "lr": lr, "cwd": os.getcwd()}
'''

CONFIG = """
task: study.draw
lr: 0.1
seed: 0
kind: fine
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """The study's folder; its name is not an easy one."""
    folder = tmp_path / "my 'study' ü"
    (folder / "conf").mkdir(parents=True)
    (folder / "conf" / "config.yaml").write_text(CONFIG)
    (folder / "study.py").write_text(STUDY)
    return folder


def environment() -> dict[str, str]:
    """The user's environment, without what the test runner set."""
    dropped = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "PYTEST", "COV", "HYDRA")
    return {name: value for name, value in os.environ.items() if not name.startswith(dropped)}


def runner(folder: Path, *command: str) -> Run:
    """Runs a Python command in a folder; the exit code must be the expected one."""

    def run_command(*words: str, code: int = 0) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [sys.executable, *command, *words],
            cwd=folder,
            env=environment(),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=_TIMEOUT,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    return run_command


def run_sweeprun(
    *words: str,
    folder: Path,
    variables: Mapping[str, str] | None = None,
    code: int = 0,
    timeout: float = _TIMEOUT,
    instead: Mapping[int, int] | None = None,
) -> "subprocess.CompletedProcess[str]":
    """Run ``sweeprun`` in a folder to its end; the exit code must be the expected one."""
    variables = environment() if variables is None else variables
    done = forking_process().run(words, folder, variables, timeout, instead=instead)
    assert done.returncode == code, done.stdout + done.stderr
    return done


@cache
def forking_process() -> ForkingProcess:
    """The process that commands and workers of this one are forked off."""
    return ForkingProcess(environment())


def sweeprun_runner(folder: Path) -> Run:
    """Runs ``sweeprun`` in a folder."""
    return partial(run_sweeprun, folder=folder)


@pytest.fixture
def run(study: Path) -> Run:
    """Run ``sweeprun`` in the study's folder; the exit code must be the expected one."""
    return sweeprun_runner(study)
