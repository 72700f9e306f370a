"""What a worker leaves that did not end in order."""

import os
from pathlib import Path
from typing import cast

import pytest

from sweeprun.design.task_ids import TaskIds
from sweeprun.launchers.answers import Broken
from sweeprun.launchers.link import Link
from sweeprun.launchers.pool_worker import PoolWorker
from sweeprun.launchers.remains import read_remains
from sweeprun.store import shards
from sweeprun.store.directory import RunDirectory
from sweeprun.store.workers import BeatWriter, Place
from tests.faults import error
from tests.results.runs import count_axis, failure, make_run, success, write_shard


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "a rün", count_axis("seed", 9))


def worker(name: str | None, broken: Broken | None = None, assigned: TaskIds | None = None) -> PoolWorker:
    link = cast("Link", None)  # what is left is read from the run alone
    handed = TaskIds(()) if assigned is None else assigned
    return PoolWorker(link=link, slot=0, started=0.0, name=name, broken=broken, assigned=handed)


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


@pytest.mark.parametrize(("assigned", "task_id"), [([2], 2), ([2, 3], None), ([], None)])
def test_of_one_that_is_lost_the_beat_may_be_old(run: RunDirectory, assigned: list[int], task_id: int | None) -> None:
    """Only a turn of one task says what it was on."""
    write_shard(run, "w", [success(1, 1.0)])
    BeatWriter(run, "w", Place()).start(1, 0.0)
    assert read_remains(run, worker("w", assigned=TaskIds.of(assigned)), lost=True).task_id == task_id
