"""The worker's command line: which tasks it runs, what it answers, and how it ends."""

import errno
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sweeprun.design.policy import Policy
from sweeprun.design.task_ids import TaskIds
from sweeprun.store.directory import RunDirectory
from sweeprun.store.shards import read_shards
from sweeprun.store.workers import Place, read_beats
from sweeprun.worker.serve import ExitCode, run_tasks
from tests.faults import fail
from tests.results.runs import count_axis
from tests.worker.called_runs import make_called_run
from tests.worker.surroundings import restored

ROOT = Path(__file__).parents[2]

SERVE = """
import sys
from pathlib import Path
from sweeprun.store.directory import RunDirectory
from sweeprun.store.workers import Place
from sweeprun.worker.serve import serve_tasks
sys.exit(serve_tasks(RunDirectory(Path(sys.argv[1])), Place(submission=3)))
"""


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Path]:
    study = tmp_path / "a stüdy"
    study.mkdir()
    with restored(study):
        yield study


def run_of(study: Path, **options: Any) -> RunDirectory:
    """A run of six tasks, of which task 2 fails."""

    def fails_at_two(n: int) -> int:
        print("printed", n)
        if n == 2:
            raise ValueError("zwei")
        return n

    return make_called_run(study / "run", fails_at_two, count_axis("n", 6), **options)


def recorded(run: RunDirectory) -> list[tuple[int, int]]:
    """Tasks and attempts, as they were recorded."""
    records = [record for shard in read_shards(run.shards) for record in shard.records()]
    return [(record.task_id, record.attempt) for record in records]


def serve(run: RunDirectory, requests: str, before: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", before + SERVE, str(run.path)]
    return subprocess.run(command, input=requests, capture_output=True, text=True, cwd=ROOT, check=False, timeout=60)


def test_a_worker_says_by_its_exit_code_whether_all_tasks_succeeded(study: Path) -> None:
    run = run_of(study)
    assert run_tasks(run, Place(), TaskIds.of([0, 1])) is ExitCode.SUCCEEDED
    assert run_tasks(run, Place(attempt=2), TaskIds.of([2, 3])) is ExitCode.FAILED
    assert run_tasks(run, Place(), TaskIds(())) is ExitCode.SUCCEEDED
    assert sorted(recorded(run)) == [(0, 1), (1, 1), (2, 2), (3, 2)]


def test_a_worker_that_is_stopped_says_so(study: Path) -> None:
    run = run_of(study, policy=Policy(max_failures=1))
    assert run_tasks(run, Place(), TaskIds.first(6)) is ExitCode.STOPPED
    assert recorded(run) == [(0, 1), (1, 1), (2, 1)]
    assert list(read_beats(run)) == []


def test_each_request_is_answered_once_its_tasks_are_durable(study: Path) -> None:
    run = run_of(study)
    done = serve(run, "tasks 0-1\ntasks 2,4 3\n")
    ready, *answers = done.stdout.splitlines()
    assert ready.startswith("ready 3.")
    assert [answer[:31] for answer in answers] == ["done 2 0", 'failed 2 {"type": "ValueError",', "done 3 1"]
    assert "printed" not in done.stdout
    assert done.returncode == ExitCode.FAILED
    assert recorded(run) == [(0, 1), (1, 1), (2, 4), (4, 4)]
    assert [line for line in done.stderr.splitlines() if line] == [f"printed {n}" for n in (0, 1, 2, 4)]


def test_a_worker_that_can_not_write_says_why_and_ends(study: Path) -> None:
    run = run_of(study)
    run.shards.rmdir()
    done = serve(run, "tasks 0\ntasks 1\n")
    (answer,) = done.stdout.splitlines()  # it isn't even ready
    assert answer.startswith("broken - ")
    assert answer.endswith(".arrow': No such file or directory")
    assert done.returncode == ExitCode.BROKEN
    assert list(run.workers.iterdir()) == []


BREAKS_AT_TWO = """
import errno, os
from sweeprun.store.shard_writer import ShardWriter
append = ShardWriter.append
def fails(self, records):
    if any(record.task_id == 2 for record in records):
        raise OSError(errno.EIO, "Input/output error", "w.arrow")
    append(self, records)
ShardWriter.append = fails
"""


def test_a_worker_that_can_not_record_a_task_names_it_and_keeps_the_others(study: Path) -> None:
    run = run_of(study)
    done = serve(run, "tasks 0-1\ntasks 2\ntasks 3\n", before=BREAKS_AT_TWO)
    assert done.stdout.splitlines()[1:] == ["done 2 0", "broken 2 'w.arrow': Input/output error"]
    assert recorded(run) == [(0, 1), (1, 1)]
    assert list(read_beats(run)) == []


@pytest.mark.parametrize("call", range(5))
@pytest.mark.parametrize("name", ["fsync", "pwrite"])
def test_in_an_element_of_its_own_another_worker_takes_over(
    study: Path, monkeypatch: pytest.MonkeyPatch, name: str, call: int
) -> None:
    """Whatever of its own writing fails for once, the beginning of its shard and its beat too."""
    monkeypatch.setattr("sweeprun.worker.serve._PAUSES", (0.0, 0.0))
    run = run_of(study)
    calls: list[int] = []

    def is_next(*_: object) -> bool:
        calls.append(1)
        return len(calls) > call

    failed = fail(monkeypatch, name, errno.EIO, is_next, times=1)
    assert run_tasks(run, Place(), TaskIds.of([0, 1, 3])) is ExitCode.SUCCEEDED
    assert sorted(recorded(run)) == [(0, 1), (1, 1), (3, 1)]
    assert len(failed) <= 1
    assert list(read_beats(run)) == []


def test_in_an_element_of_its_own_what_lasts_is_told(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sweeprun.worker.serve._PAUSES", (0.0, 0.0))
    run = run_of(study)
    assert run_tasks(run, Place(), TaskIds.of([2])) is ExitCode.FAILED
    fail(monkeypatch, "fsync", errno.EDQUOT)
    with pytest.raises(OSError, match="quota"):
        run_tasks(run, Place(), TaskIds.of([0]))
    assert recorded(run) == [(2, 1)]
    assert list(read_beats(run)) == []


def test_a_request_that_is_none_is_shown(study: Path) -> None:
    run = run_of(study)
    done = serve(run, "tasks 0\nplease 1\n")
    assert done.stdout.splitlines()[1:] == ["done 1 0"]
    assert "standard input asks for 'please 1\\n', which is not `tasks IDS`" in done.stderr
    assert done.returncode != 0
    assert list(read_beats(run)) == []
