"""Output without a reader, on a full disk, or without a stream: the work is done, and the exit code is the true one."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import Run, environment

OTHER = """
import time


def clock(cfg):
    return time.time()


def half(cfg):
    if cfg.seed % 2:
        raise ValueError("größe → 1")
    return {"größe": 1.0}
"""
BAD = ("task=other.half", "seed=range(6)", "hydra.launcher.throttle=1")


@pytest.fixture
def study(study: Path) -> Path:
    (study / "other.py").write_text(OTHER)
    return study


@pytest.fixture
def unread() -> Iterator[int]:
    """A pipe whose reader is gone."""
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


@pytest.fixture
def full() -> Iterator[int]:
    """A file on a full disk."""
    descriptor = os.open("/dev/full", os.O_WRONLY)
    yield descriptor
    os.close(descriptor)


@pytest.fixture(params=["unread", "full"])
def broken(request: pytest.FixtureRequest) -> int:
    return int(request.getfixturevalue(request.param))


def states(run: Run) -> dict[str, int]:
    found = json.loads(run("status", "--json").stdout)["states"]
    return {state: count for state, count in found.items() if count}


def test_a_sweep_that_can_not_say_how_it_goes_on_goes_on(run: Run, broken: int) -> None:
    run("-m", "seed=range(300)", instead={1: broken, 2: broken})
    assert states(run) == {"succeeded": 300}


def test_a_sweep_of_which_nothing_can_be_said_ends_with_the_true_exit_code(run: Run, broken: int) -> None:
    said = {1: broken, 2: broken}
    run("-m", *BAD, code=1, instead=said)
    run("resume", code=1, instead=said)
    run("wait", code=1, instead=said)
    run("extend", "seed=range(8)", code=1, instead=said)
    assert states(run) == {"succeeded": 4, "failed": 4}


def test_a_verdict_without_a_reader_is_not_a_good_one(run: Run, unread: int) -> None:
    run("-m", "hydra.sweeper.members=3")
    for words in (["verify", "--sample", "1"], ["replay", "0"], ["stats", "--target", "sem(x)<1000"]):
        run(*words, code=0)
        run(*words, code=0, instead={2: unread})
        run(*words, code=141, instead={1: unread, 2: unread})


def test_a_bad_verdict_stays_one(run: Run, broken: int) -> None:
    run("-m", "task=other.clock", "hydra.sweeper.members=3")
    for words in (["verify", "--sample", "1"], ["replay", "0"], ["stats", "--target", "rel_sem(result)<1e-99"]):
        run(*words, code=1, instead={1: broken, 2: broken})


def test_what_only_prints_ends_quietly_when_its_reader_leaves(run: Run, unread: int) -> None:
    run("-m", *BAD, code=1)
    for words in (["show", "0"], ["list"], ["plan", "-m", "seed=1,2"], ["--help"], ["list", "--help"]):
        assert run(*words, instead={1: unread}).stderr == ""


def test_what_a_full_disk_loses_is_said(run: Run, full: int) -> None:
    run("-m", "seed=1,2")
    for words in (["status"], ["show", "--json"], ["verify"], ["collect"], ["seed=1"]):
        said = run(*words, code=2, instead={1: full}).stderr
        assert said.splitlines()[-1] == "sweeprun: standard output: No space left on device"


def test_what_is_written_besides_is_written_and_told(run: Run, study: Path, unread: int) -> None:
    run("-m", *BAD, code=1)
    assert "without a result: 3 failed" in run("collect", instead={1: unread}).stderr
    assert (study / "results.nc").exists()


def interpreter(study: Path, *words: str, shell: str = "", **variables: str) -> "subprocess.CompletedProcess[bytes]":
    """Run ``sweeprun`` as a program of its own, whose streams and encodings a shell sets."""
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {shell}', "sh", sys.executable, "-m", "sweeprun", *words],
        cwd=study,
        env={**environment(), **variables},
        capture_output=True,
        check=False,
        timeout=300,
    )


def test_closed_streams_leave_the_files_of_a_run_alone(run: Run, study: Path) -> None:
    done = interpreter(study, "-m", *BAD, shell="<&- >&- 2>&-")
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")
    assert states(run) == {"succeeded": 3, "failed": 3}
    for path in (study / "multirun").rglob("*.json"):
        json.loads(path.read_text())


def test_closed_output_makes_no_traceback(run: Run, study: Path) -> None:
    run("-m", *BAD, code=1)
    done = interpreter(study, "status", shell=">&-")
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
    assert interpreter(study, "verify", "--sample", "1", shell=">&- 2>&-").returncode == 0


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
)
def test_a_terminal_that_lacks_letters_shows_the_others(variables: dict[str, str], run: Run, study: Path) -> None:
    run("-m", *BAD, "+what='größe → 1'", code=1)
    done = interpreter(study, "show", "1", **variables)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\\u2192 1" in done.stdout
    done = interpreter(study, "status", "--json", **variables)
    assert json.loads(done.stdout)["tasks"] == 6
    done = interpreter(study, "-m", *BAD, **variables)
    assert (done.returncode, b"Traceback" in done.stderr) == (1, False)
