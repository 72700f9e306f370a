"""What a worker leaves that did not end in order."""

import os
import subprocess
from pathlib import Path

import pytest

from sweeprun.launchers.process import Broken, WorkerProcess
from sweeprun.launchers.remains import read_remains
from sweeprun.store import shards
from sweeprun.store.directory import RunDirectory
from sweeprun.store.workers import BeatWriter, Place
from tests.faults import error
from tests.results.runs import count_axis, failure, make_run, success, write_shard


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "a rün", count_axis("seed", 9))


def worker(name: str | None, broken: Broken | None = None) -> WorkerProcess:
    process = subprocess.Popen(["true"])
    process.wait()
    return WorkerProcess(popen=process, slot=0, started=0.0, name=name, broken=broken)


def test_one_that_was_never_ready_leaves_nothing(run: RunDirectory) -> None:
    remains = read_remains(run, worker(None))
    assert (dict(remains.recorded), remains.task_id, remains.attempts) == ({}, None, ())


def test_what_it_recorded_and_what_it_was_on(run: RunDirectory) -> None:
    write_shard(run, "w", [success(1, 1.0), failure(2), failure(2, attempt=2)])
    BeatWriter(run, "w", Place()).start(2, 0.0)
    remains = read_remains(run, worker("w"))
    assert dict(remains.recorded) == {1: (True,), 2: (False, False)}
    assert (remains.task_id, remains.attempts) == (2, (False, False))


def test_one_that_is_broken_says_itself_what_it_was_on(run: RunDirectory) -> None:
    write_shard(run, "w", [success(1, 1.0)])
    BeatWriter(run, "w", Place()).start(1, 0.0)  # it can't have been removed
    remains = read_remains(run, worker("w", Broken(task_id=3, why="no")))
    assert (dict(remains.recorded), remains.task_id, remains.attempts) == ({1: (True,)}, 3, ())


def test_a_shard_that_can_not_be_read_for_a_moment_is_read_again(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "_PAUSES", (0.0, 0.0))
    write_shard(run, "w", [success(1, 1.0)])
    shard, opened, failed = run.shard("w"), os.open, []

    def stale(path: str, *arguments: int, **options: int) -> int:
        if path == shard.name and len(failed) < 2:
            failed.append(path)
            raise error(116)
        return opened(path, *arguments, **options)

    monkeypatch.setattr(os, "open", stale)
    assert dict(read_remains(run, worker("w")).recorded) == {1: (True,)}
    assert len(failed) == 2
