"""The warden: the warning, and then the limit, whatever the main thread does."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

WARDED = """
import os, signal, sys, threading
from sweeprun.launchers.slurm.time_limit import Warden

done = threading.Event()

def deadline(began, end):
    print("deadline", round(end - began, 1) > 0, flush=True)
    done.set()

with Warden("7_3", 1000, lambda: print("warning", flush=True), deadline) as warden:
    print("ready", flush=True)
    if sys.argv[1] == "signal":
        os.kill(os.getpid(), signal.SIGUSR1)
        assert done.wait(30)
print("warned", warden.warned)
"""


def warded(tmp_path: Path, squeue: str, how: str = "signal") -> list[str]:
    """What a warden says, with a ``squeue`` of our own."""
    fake = tmp_path / "squeue"
    fake.write_text(f"#!/bin/bash\necho \"$@\" >>'{tmp_path}/asked'\n{squeue}\n")
    fake.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", WARDED, how],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    return done.stdout.splitlines()


def test_it_warns_and_acts_before_the_limit(tmp_path: Path) -> None:
    assert warded(tmp_path, f"echo {time.time() + 2}") == ["ready", "warning", "deadline True", "warned True"]
    assert "-j 7_3" in (tmp_path / "asked").read_text()


def test_more_time_moves_the_limit(tmp_path: Path) -> None:
    """Asked a second and a third time, Slurm tells of a later end; only when that is near is it the deadline."""
    first, later = time.time() + 1, time.time() + 3
    squeue = f"if (($(wc -l <'{tmp_path}/asked') == 1)); then echo {first}; else echo {later}; fi"
    assert warded(tmp_path, squeue) == ["ready", "warning", "deadline True", "warned True"]
    assert time.time() > later - 0.5


def test_without_a_signal_it_does_nothing(tmp_path: Path) -> None:
    assert warded(tmp_path, "echo 0", "nothing") == ["ready", "warned False"]
    assert not (tmp_path / "asked").exists()


@pytest.mark.parametrize("answer", ["echo nonsense", "printf '1\\n2\\n'", "exit 1"])
def test_a_slurm_that_cannot_say_leaves_the_seconds_before_the_warning(tmp_path: Path, answer: str) -> None:
    script = WARDED.replace("1000", "2")
    (tmp_path / "squeue").write_text(f"#!/bin/bash\n{answer}\n")
    (tmp_path / "squeue").chmod(0o755)
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", script, "signal"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert done.stdout.splitlines()[1:] == ["warning", "deadline True", "warned True"]
    assert time.monotonic() - began > 1


FORKS = """
import os, signal
from sweeprun.launchers.slurm.time_limit import Warden

def blocked():
    return signal.SIGUSR1 in signal.pthread_sigmask(signal.SIG_BLOCK, ())

with Warden("7_3", 1000, lambda: None, lambda began, end: None):
    print(blocked(), flush=True)
    child = os.fork()
    if not child:
        print(blocked(), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""


def test_what_a_task_forks_may_use_the_signal_again() -> None:
    done = subprocess.run([sys.executable, "-c", FORKS], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["True", "False"]
