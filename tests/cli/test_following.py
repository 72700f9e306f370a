"""Following, stopping and resuming a run, through the command line."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sweeprun.store.directory import RunDirectory
from sweeprun.store.finding import newest_run
from sweeprun.store.workers import read_beats
from tests.command_line import Run, environment


def newest(study: Path) -> RunDirectory:
    return newest_run(study / "multirun")


def wait_until(condition: Callable[[], bool]) -> None:
    """Poll until something holds."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def two_running(study: Path, *, seeds: int) -> "Iterator[subprocess.Popen[bytes]]":
    """A sweep in the background: the first two tasks are done, and the next two wait for a file `never`."""
    words = ("-m", "task=study.wait_for", f"seed=range({seeds})", "hydra.launcher.throttle=2")
    command = [sys.executable, "-m", "sweeprun", *words]
    with subprocess.Popen(command, cwd=study, env=environment(), stderr=subprocess.DEVNULL) as started:
        wait_until(lambda: len(list(study.glob("multirun/*/*/*/running"))) == 2)
        yield started


def test_a_run_that_goes_on_elsewhere_is_followed_stopped_and_resumed(run: Run, study: Path) -> None:
    with two_running(study, seeds=5) as started:
        text = run("status").stdout
        assert f"local: process {started.pid} runs it" in text
        assert "2 running" in text
        assert "nothing to start" in run("resume").stderr
        assert "can't be changed while they run" in run("throttle", "5", code=2).stderr
        assert "as a whole only" in run("cancel", "--tasks", "0", code=2).stderr
        assert "cancelled" in run("cancel").stderr
        assert started.wait(30) == 130
    assert not list(read_beats(newest(study)))
    assert "3 tasks have no result and are in no queue" in run("wait", code=1).stderr
    (study / "never").touch()
    assert "5 succeeded" in run("resume").stderr


def test_a_launcher_that_is_killed_leaves_a_run_that_can_be_resumed(run: Run, study: Path) -> None:
    with two_running(study, seeds=4) as started:
        workers = [beat.process for beat in read_beats(newest(study))]
        os.kill(started.pid, signal.SIGKILL)
        for worker in workers:
            os.kill(worker.pid, signal.SIGKILL)
        started.wait()
        wait_until(lambda: not any(worker.is_alive() for worker in workers))
    told = json.loads(run("status", "--json").stdout)
    assert told["states"] == {"pending": 0, "running": 0, "succeeded": 2, "failed": 0, "lost": 2, "excluded": 0}
    (study / "never").touch()
    assert "4 succeeded" in run("resume").stderr


def test_nothing_to_cancel_or_to_wait_for(run: Run) -> None:
    run("-m", "seed=range(2)")
    assert "nothing waits or runs" in run("cancel").stderr
    assert "2 tasks: 2 succeeded" in run("wait").stderr
    assert "at least 1, not 0" in run("throttle", "0", code=2).stderr
    assert re.search(r"nothing of .* runs; .* resume .* hydra.launcher.throttle=3", run("throttle", "3", code=2).stderr)
    assert run("status", "--watch").stdout.count("2 succeeded") == 1
