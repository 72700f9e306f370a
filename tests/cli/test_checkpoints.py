"""The example of docs/howto/checkpoints.md: what one signal leaves, and where `resume` goes on."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.command_line import environment, run_sweeprun
from tests.docs.blocks import Kind, read_blocks

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "checkpoints.md"
_DEADLINE_SECONDS = 120.0


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """The study of the page, almost twice as fast."""
    for block in read_blocks(PAGE):
        if block.kind is Kind.FILE:
            (tmp_path / block.note).parent.mkdir(exist_ok=True)
            (tmp_path / block.note).write_text(block.text.replace("time.sleep(0.05)", "time.sleep(0.03)"))
    return tmp_path


def start(study: Path, *words: str) -> "subprocess.Popen[str]":
    """Start a sweep as a shell starts what runs in its foreground."""
    heard = (
        "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); "
        "signal.signal(signal.SIGHUP, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
    )
    command = [sys.executable, "-c", heard, sys.executable, "-m", "sweeprun", *words]
    return subprocess.Popen(command, cwd=study, env=environment(), stderr=subprocess.PIPE, text=True)


def until_tasks_run(study: Path, count: int, process: "subprocess.Popen[str]") -> None:
    """Wait until tasks have asked for their directories."""
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while len(list(study.glob("multirun/*/*/[01]"))) < count:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_lets_tasks_write_their_checkpoints_and_resume_goes_on_from_them(
    study: Path, number: signal.Signals
) -> None:
    with start(study, "-m", "seed=0,1", "hydra.launcher.warning_seconds=60") as process:
        until_tasks_run(study, 2, process)
        process.send_signal(number)
        _, told = process.communicate()
    assert process.returncode == 130
    assert "they have 60 s to end or to write a checkpoint" in told
    saved = {path.parent.name: json.loads(path.read_text()) for path in study.glob("multirun/*/*/*/checkpoint.json")}
    assert sorted(saved) == ["0", "1"]
    assert all(0 < state["step"] < 400 for state in saved.values())
    run_sweeprun("resume", folder=study)
    for task_id, state in saved.items():
        shown = json.loads(run_sweeprun("show", task_id, "--json", folder=study).stdout)
        result = shown["result"]
        assert (shown["attempt"], result["attempt"], result["began_at"]) == (2, 2, state["step"])
        undisturbed = np.random.default_rng(int(task_id))
        assert result["sum"] == sum(undisturbed.random() for _ in range(400))


def test_the_second_signal_stops_at_once(study: Path) -> None:
    (study / "stubborn.py").write_text("import time\n\n\ndef wait(task):\n    task.directory\n    time.sleep(1000)\n")
    with start(study, "-m", "task=stubborn.wait", "seed=0,1", "hydra.launcher.warning_seconds=1000") as process:
        until_tasks_run(study, 2, process)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        told = next(line for line in process.stderr if "asked" in line)
        assert "a second Ctrl-C or SIGTERM stops them at once" in told
        process.send_signal(signal.SIGINT)
        rest = process.communicate()[1]
    assert process.returncode == 130
    assert "stopped: 2 pending" in rest
