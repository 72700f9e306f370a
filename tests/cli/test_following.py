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

import pytest

from sweeprun.store.directory import RunDirectory, newest_run
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


def test_resume_runs_what_failed_and_nothing_else(run: Run, study: Path) -> None:
    run("-m", "task=study.misbehave", "kind=fine,raise", "seed=range(3)", code=1)
    assert json.loads(run("status", "--json").stdout)["not_queued"] == "3-5"
    source = (study / "study.py").read_text()
    (study / "study.py").write_text(source.replace('raise ValueError(f"bad value {cfg.seed}")', "pass"))
    done = run("resume", "--allow-drift", "hydra.launcher.throttle=1")
    assert "3 tasks on 1 worker" in done.stderr
    assert "6 succeeded" in done.stderr
    shown = json.loads(run("show", "4", "--json").stdout)
    assert (shown["state"], shown["attempt"]) == ("succeeded", 2)
    assert json.loads(run("show", "--json").stdout)["submissions"]["1"] == "tasks 3-5 as array 0-2%1"
    assert "nothing to start: 6 succeeded" in run("resume").stderr


def test_workers_work_where_the_run_was_started(run: Run, study: Path, tmp_path: Path) -> None:
    run("-m", "task=study.context", "lr=1,2", "hydra.launcher.throttle=1")
    for shard in newest(study).shards.iterdir():
        shard.unlink()
    command = [sys.executable, "-m", "sweeprun", "resume", str(newest(study).path)]
    subprocess.run(command, cwd=tmp_path, env=environment(), check=True, capture_output=True, timeout=60)
    assert json.loads(run("show", "1", "--json").stdout)["result"]["cwd"] == str(study)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("lr=3",), "would change what is run"),
        (("hydra.launcher.partition=x",), "local has no option 'partition'"),
        (("hydra/launcher=nobodys",), "there is no launcher 'nobodys'"),
        (("nowhere",), "'nowhere' does not exist"),
        (("a", "b"), "one run directory at a time"),
    ],
)
def test_what_cannot_be_resumed_is_told(run: Run, study: Path, words: tuple[str, ...], message: str) -> None:
    run("-m", "task=study.misbehave", "kind=raise", "seed=range(2)", code=1)
    assert message in run("resume", *words, code=2).stderr
    assert len(list(newest(study).submissions.iterdir())) == 1


def test_a_run_of_hydras_own_launcher_goes_on_with_ours(run: Run) -> None:
    run("-m", "seed=range(2)", "hydra/launcher=basic")
    run("-m", "task=study.misbehave", "kind=object", "seed=range(2)", "hydra/launcher=basic", code=1)
    assert "hydra/launcher=basic, which can't resume" in run("resume", code=2).stderr
    assert "2 tasks on" in run("resume", "hydra/launcher=local", code=1).stderr


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


def test_logs_hold_what_a_task_printed_and_only_that(run: Run, study: Path) -> None:
    run("-m", "task=study.print_much", "seed=range(4)", "hydra.launcher.throttle=2")
    for task_id in range(4):
        printed = run("logs", str(task_id)).stdout
        assert printed.count("noise") == 20001
        assert "---" not in printed
    assert run("logs", "0", "--path").stdout.strip().endswith(".log")
    assert run("logs", "task=study.print_much", "seed=3", code=2).stderr.count("names no task")
    assert run("logs", "seed=3").stdout == run("logs", "3").stdout
    assert "there is no task 4" in run("logs", "4", code=2).stderr
    run("-m", "seed=range(2)")
    assert "has printed nothing" in run("logs", "0").stderr
    assert list(newest(study).logs.iterdir()) == []


def test_nothing_to_cancel_or_to_wait_for(run: Run) -> None:
    run("-m", "seed=range(2)")
    assert "nothing waits or runs" in run("cancel").stderr
    assert "2 tasks: 2 succeeded" in run("wait").stderr
    assert "at least 1, not 0" in run("throttle", "0", code=2).stderr
    assert re.search(r"nothing of .* runs; .* resume .* hydra.launcher.throttle=3", run("throttle", "3", code=2).stderr)
    assert run("status", "--watch").stdout.count("2 succeeded") == 1


def test_planning_for_slurm_needs_no_slurm(run: Run, study: Path) -> None:
    plan = json.loads(run("plan", "--json", "-m", "seed=range(3000)", "hydra/launcher=slurm").stdout)
    (array,) = plan["arrays"]
    assert array["tasks_per_element"] >= 1
    (script,) = plan["scripts"]
    assert script.startswith("#!/bin/bash\n#SBATCH ")
    assert "sweeprun element" in script
    assert not (study / "multirun").exists()


def test_an_element_outside_a_job_says_so(run: Run, study: Path) -> None:
    run("-m", "seed=range(2)")
    told = run("element", str(newest(study).path), "0", code=2).stderr
    assert "by hand, run `sweeprun worker RUN INDEX`" in told


@pytest.mark.parametrize("tasks", ["99", "0,5", ""])
def test_only_tasks_that_are_there_can_be_cancelled(run: Run, tasks: str) -> None:
    run("-m", "seed=range(5)", "hydra.sweep.dir=one")
    assert "this run has the tasks 0-4" in run("cancel", "one", "--tasks", tasks, code=2).stderr
