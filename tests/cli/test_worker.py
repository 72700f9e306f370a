"""``sweeprun worker``: what launchers start, typed by hand."""

import json
from pathlib import Path

import pytest

from sweeprun.cli.main import main
from sweeprun.cpus import THREAD_VARIABLES
from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.store.directory import RunDirectory
from sweeprun.store.shards import read_shards
from sweeprun.store.submissions import Submission, write_submission
from tests.command_line import Run
from tests.results.runs import count_axis
from tests.worker.called_runs import make_called_run
from tests.worker.surroundings import restored


def test_one_element_by_hand_is_the_launchers_own_command_line(run: Run, study: Path) -> None:
    run(
        "-m",
        "task=study.misbehave",
        "kind=fine,raise",
        "seed=0,1",
        "hydra.launcher.tasks_per_job=2",
        "hydra.sweep.dir=run",
        code=1,
    )
    run("worker", "run", "0")
    run("worker", "run", "0-1", code=1)
    assert "not in 0-1" in run("worker", "run", "2", code=2).stderr
    assert len(list((study / "run" / "shards").iterdir())) >= 3
    assert json.loads(run("status", "run", "--json").stdout)["states"]["succeeded"] == 2


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunDirectory:
    """A run of five tasks in elements of two, the second submission, as attempt 3."""
    for name in THREAD_VARIABLES:
        monkeypatch.setenv(name, "1")
    run = make_called_run(tmp_path / "größter Lauf", lambda seed: 10 * seed, count_axis("seed", 5))
    for number, attempt in ((0, 1), (1, 3)):
        array = Array(tasks=TaskIds.first(5), tasks_per_job=2)
        write_submission(run, Submission(number=number, array=array, attempt=attempt))
    return run


def ran(run: RunDirectory) -> dict[int, int]:
    """The tasks that were recorded, with the attempt."""
    return {record.task_id: record.attempt for shard in read_shards(run.shards) for record in shard.records()}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["1"], {2: 1, 3: 1}),
        (["1-2"], {2: 1, 3: 1, 4: 1}),
        (["0", "--submission", "1"], {0: 3, 1: 3}),
        (["0", "--submission", "1", "--attempt", "8"], {0: 8, 1: 8}),
    ],
)
def test_elements_are_run_by_their_index(directory: RunDirectory, words: list[str], expected: dict[int, int]) -> None:
    with restored(directory.path.parent):
        assert main(["worker", str(directory.path), *words]) == 0
    assert ran(directory) == expected


@pytest.mark.parametrize(
    ("index", "message"),
    [
        ("3", "array index 3 is not in 0-2"),
        ("1-3", "array index 3 is not in 0-2"),
        ("2-1", "'2-1' names no element; write the smaller array index first"),
        ("x", "'x' is no array index; write a number, FIRST-LAST, or -"),
        ("1-x", "'1-x' is no array index"),
        ("1.5", "'1.5' is no array index"),
    ],
)
def test_an_index_that_names_no_element_is_refused(
    directory: RunDirectory, capsys: pytest.CaptureFixture[str], index: str, message: str
) -> None:
    assert main(["worker", str(directory.path), index]) == 2
    assert capsys.readouterr().err.startswith(f"sweeprun: {message}")
    assert ran(directory) == {}


def test_a_submission_that_is_not_there_is_named(directory: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["worker", str(directory.path), "0", "--submission", "7"]) == 2
    assert "the run has no submission 7" in capsys.readouterr().err


def test_threads_that_a_task_left_do_not_keep_a_sweep(run: Run, study: Path) -> None:
    (study / "leaving.py").write_text(
        "import threading\n\n\ndef leave(cfg):\n"
        "    if cfg.seed == 1:\n        threading.Thread(target=threading.Event().wait, name='upload').start()\n"
        "    return cfg.seed\n"
    )
    done = run("-m", "task=leaving.leave", "seed=range(3)", "hydra.launcher.throttle=1", "hydra.sweeper.timeout=100")
    assert "task 1 left the thread upload running" in done.stderr
    assert "3 tasks: 3 succeeded" in done.stderr
    by_hand = run("worker", str(next(study.glob("multirun/*/*"))), "1")
    assert "sweeprun: task 1 left the thread upload running" in by_hand.stderr
