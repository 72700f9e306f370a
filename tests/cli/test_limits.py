"""Machines that allow little: few open files, few processes, an old kernel. What can run runs, and the rest is told."""

import errno
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import seccomp
from tests.command_line import environment

SLOW = """
import os, signal, time

def slow(cfg):
    time.sleep(0.02)
    return cfg.seed

def dies(cfg):
    if cfg.seed == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return cfg.seed
"""


@pytest.fixture(autouse=True)
def tasks(study: Path) -> None:
    (study / "slow.py").write_text(SLOW)


def sweep(
    study: Path, *words: str, first: Callable[[], None], variables: dict[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """A sweep in a process that does something first."""
    return subprocess.run(
        [sys.executable, "-m", "sweeprun", "-m", *words],
        cwd=study,
        env=environment() | (variables or {}),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
        preexec_fn=first,
    )


@pytest.mark.parametrize(
    ("soft", "hard", "told"), [(40, 40, "6 of 20 workers are started"), (64, 4096, "20 workers, recorded in")]
)
def test_few_open_files(study: Path, soft: int, hard: int, told: str) -> None:
    done = sweep(
        study,
        *("task=slow.slow", "seed=range(60)", "hydra.launcher.throttle=20"),
        first=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard)),
    )
    assert done.returncode == 0, done.stderr
    assert "60 succeeded" in done.stderr
    assert told.partition(" ")[2] in done.stderr
    assert ("workers are started" in done.stderr) == (hard == soft)


@pytest.mark.skipif(not seccomp.supported, reason="filters of system calls are Linux's")
@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EPERM])
def test_kernels_and_containers_without_descriptors_of_processes(study: Path, number: int) -> None:
    done = sweep(
        study,
        *("task=slow.dies", "seed=range(12)", "hydra.launcher.throttle=2"),
        first=lambda: seccomp.refuse({seccomp.PIDFD_OPEN: number}),
    )
    assert done.returncode == 1, done.stderr
    assert "11 succeeded, 1 lost" in done.stderr
    assert os.strerror(number) not in done.stderr


FEW_PROCESSES = """
import errno, subprocess, sys
popen, started = subprocess.Popen, []
def starts_two(*words, **options):
    if "worker" in words[0]:
        started.append(words)
        if len(started) > 2:
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
    return popen(*words, **options)
subprocess.Popen = starts_two
from sweeprun.launchers import replacements
replacements._LONGEST_PAUSE = 0.01
from sweeprun.__main__ import main
sys.exit(main())
"""


def test_few_processes(study: Path) -> None:
    """As ``ulimit -u`` has it, which doesn't hold for root."""
    words = ["-m", "task=slow.slow", "seed=range(60)", "hydra.launcher.throttle=6"]
    done = subprocess.run(
        [sys.executable, "-c", FEW_PROCESSES, *words],
        cwd=study,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "2 of 6 workers run, and others are tried again: a worker could not be started: [Errno 11]" in done.stderr
    assert "60 succeeded" in done.stderr
