"""What has grown in the run directory that a node keeps for one worker."""

import json
from pathlib import Path

import pytest

from sweeprun.design.task_ids import TaskIds
from sweeprun.launchers.remote.frames import Piece
from sweeprun.launchers.remote.growth import Growth
from sweeprun.store.directory import RunDirectory
from sweeprun.store.workers import BeatWriter, Place


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    made = RunDirectory(tmp_path / "run")
    for folder in (made.shards, made.workers, made.logs, made.codes):
        folder.mkdir(parents=True)
    return made


def test_each_byte_is_sent_once(run: RunDirectory) -> None:
    log = run.worker_log(0, None, 0)
    log.write_bytes(b"before")
    growth = Growth(run)
    growth.begin(log, 6)
    run.shard("w").write_bytes(b"abc")
    run.failures(1).write_bytes(b"3\n")
    assert list(growth.printed()) == []
    assert list(growth.recorded()) == [Piece("shards/w.arrow", 0, b"abc"), Piece("workers/1.failures", 0, b"3\n")]
    for path in (run.shard("w"), log):
        with path.open("ab") as file:
            file.write(b"more")
    assert list(growth.printed()) == [Piece("logs/0.worker-0.log", 6, b"more")]
    assert list(growth.recorded()) == [Piece("shards/w.arrow", 3, b"more")]
    assert [*growth.printed(), *growth.recorded()] == []


def test_what_came_with_the_bundle_is_not_sent_back(run: RunDirectory) -> None:
    run.code("old").write_bytes(b"{}")
    growth = Growth(run)
    growth.begin(run.worker_log(0, None, 0), 0)
    run.code("new").write_bytes(b"{}")
    run.stream_clash.write_bytes(b"{}")
    found = list(growth.recorded())
    assert found == [Piece("workers/stream-clash.json", None, b"{}"), Piece("code/new.json", None, b"{}")]
    assert list(growth.recorded()) == []


def test_directories_of_tasks_are_sent_and_gone(run: RunDirectory) -> None:
    growth = Growth(run)
    for name in ("3/a/b", "3/c", "4/d"):
        (run.path / name).parent.mkdir(parents=True, exist_ok=True)
        (run.path / name).write_text(name)
    assert list(growth.left(TaskIds.of([2, 3]))) == [Piece("3/a/b", None, b"3/a/b"), Piece("3/c", None, b"3/c")]
    assert not run.task(3).exists()
    assert run.task(4).exists()


def test_a_beat_says_when_its_task_is_due_from_now_on(run: RunDirectory) -> None:
    growth = Growth(run)
    beat = BeatWriter(run, "w", Place())
    beat.start(3, 0.0)
    beat.limit(100.0)
    (piece,) = growth.beats()
    assert 0 < json.loads(piece.content)["due"] <= 100
    assert list(growth.beats()) == []
    beat.start(4, 0.0)
    (piece,) = growth.beats()
    told = json.loads(piece.content)
    assert (told["task_id"], told["due"]) == (4, 0)
