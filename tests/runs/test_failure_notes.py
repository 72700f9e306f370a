"""The first failure of each kind is a note while a run goes on."""

from dataclasses import replace
from pathlib import Path

import pytest

from sweeprun.launchers.progress import Tally
from sweeprun.runs.events import Warnings
from sweeprun.runs.failure_notes import FailureNotes, NotedProgress
from sweeprun.runs.observe import observe
from sweeprun.store.directory import RunDirectory
from sweeprun.store.records import Failure
from tests.results.runs import count_axis, failure, make_run, write_shard
from tests.runs.observers import Listener
from tests.runs.submitting import ALIVE, submit


def failure_on(line: int, message: str = "'a'") -> Failure:
    text = (
        f'Traceback (most recent call last):\n  File "/x/post.py", line {line}, in load\n    …\nKeyError: {message}\n'
    )
    return Failure(type="KeyError", message=message, traceback=text)


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "a rün", count_axis("x", 100))


def test_the_first_of_each_kind_in_one_line(run: RunDirectory) -> None:
    noted: list[str] = []
    notes = FailureNotes(run, noted.append)
    for task_id in range(50):
        notes.failed(task_id, failure_on(3 + task_id % 2, f"'{task_id}\x1b[2J\nb'"))
    assert noted == [
        "task 0 failed:  x=0  post.py:3  KeyError: '0\\x1b[2J",
        "task 1 failed:  x=1  post.py:4  KeyError: '1\\x1b[2J",
    ]


def test_they_do_not_flood_the_screen(run: RunDirectory) -> None:
    noted: list[str] = []
    notes = FailureNotes(run, noted.append)
    for task_id in range(50):
        notes.failed(task_id, failure_on(task_id))
    assert len(noted) == 6
    assert noted[-1].startswith("more kinds of failures are not noted here; see ")


def test_what_fails_last_is_told_at_the_end_anyway(run: RunDirectory) -> None:
    listener = Listener()
    progress = NotedProgress(run, Warnings(listener))
    progress.failed(0, failure_on(3))
    progress.update(Tally(total=2, failed=1))
    progress.failed(1, failure_on(4))
    progress.update(Tally(total=2, failed=2))
    progress.note("x")
    assert listener.warnings == ["task 0 failed:  x=0  post.py:3  KeyError: 'a'", "x"]


def test_a_run_that_is_looked_at(run: RunDirectory) -> None:
    noted: list[str] = []
    notes = FailureNotes(run, noted.append)
    submit(run, submitter=ALIVE)
    write_shard(run, "a", [replace(failure(4), payload=failure_on(3).encode())])
    notes.look(observe(run))
    notes.look(observe(run))
    write_shard(run, "b", [replace(failure(i), payload=failure_on(i).encode()) for i in (2, 3)])
    notes.look(observe(run))
    assert [line[:6] for line in noted] == ["task 4", "task 2"]


def test_what_failed_before_the_run_was_gone_on_with_is_known(run: RunDirectory) -> None:
    noted: list[str] = []
    notes = FailureNotes(run, noted.append)
    write_shard(run, "a", [replace(failure(4), payload=failure_on(3).encode())])
    submit(run, 0)
    submit(run, 1, attempt=2, submitter=ALIVE)
    notes.look(observe(run))
    write_shard(run, "b", [replace(failure(5), payload=failure_on(9).encode(), attempt=2)])
    notes.look(observe(run))
    assert noted == ["task 5 failed:  x=5  post.py:9  KeyError: 'a'"]
