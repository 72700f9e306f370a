"""The warden: the warning, and then the limit, whatever the main thread does."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

JOB = """
import os, signal, sys, threading, time
from dataclasses import dataclass
from sweeprun.launchers.arrays.commands import SchedulerError
from sweeprun.launchers.arrays.element_job import ElementJob
from sweeprun.launchers.arrays.time_limit import Warden

ends = iter(sys.argv[2:])

@dataclass(frozen=True, slots=True, kw_only=True)
class Job(ElementJob):
    job_id: str = "7"
    index: int = 3
    restarts: int = 0

    from_environment = requeue = cancel_queued = None

    def end(self):
        print("asked", flush=True)
        end = next(ends, "unknown")
        if end == "fails":
            raise SchedulerError("no answer")
        return None if end == "unknown" else float(end)
"""

WARDED = (
    JOB
    + """
done = threading.Event()

def deadline(began, end):
    print("deadline", round(end - began, 1) > 0, flush=True)
    done.set()

with Warden(Job(), int(sys.argv[1]), lambda: print("warning", flush=True), deadline) as warden:
    print("ready", flush=True)
    if sys.argv[1] != "0":
        os.kill(os.getpid(), signal.SIGUSR1)
        assert done.wait(30)
print("warned", warden.warned)
"""
)


def warded(seconds: int, *ends: object) -> list[str]:
    """What a warden says, of a job whose scheduler gives some answers in a row; 0 seconds: without a signal."""
    done = subprocess.run(
        [sys.executable, "-c", WARDED, str(seconds), *map(str, ends)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    return done.stdout.splitlines()


def test_it_warns_and_acts_before_the_limit() -> None:
    end = time.time() + 2
    assert warded(1000, end, end) == ["ready", "asked", "warning", "asked", "deadline True", "warned True"]


def test_more_time_moves_the_limit() -> None:
    """Asked a second and a third time, the scheduler tells of a later end; only that is the deadline."""
    later = time.time() + 3
    told = warded(1000, time.time() + 1, later, later, later)
    assert [line for line in told if line != "asked"] == ["ready", "warning", "deadline True", "warned True"]
    assert time.time() > later - 0.5


def test_without_a_signal_it_does_nothing() -> None:
    assert warded(0) == ["ready", "warned False"]


@pytest.mark.parametrize("answer", ["unknown", "fails"])
def test_a_scheduler_that_cannot_say_leaves_the_seconds_before_the_warning(answer: str) -> None:
    began = time.monotonic()
    told = warded(2, answer, answer)
    assert [line for line in told if line != "asked"] == ["ready", "warning", "deadline True", "warned True"]
    assert time.monotonic() - began > 1


FORKS = (
    JOB
    + """

def blocked():
    return signal.SIGUSR1 in signal.pthread_sigmask(signal.SIG_BLOCK, ())

with Warden(Job(), 1000, lambda: None, lambda began, end: None):
    print(blocked(), flush=True)
    child = os.fork()
    if not child:
        print(blocked(), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""
)


def test_what_a_task_forks_may_use_the_signal_again() -> None:
    done = subprocess.run([sys.executable, "-c", FORKS], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["True", "False"]
