"""States are derived from what lies on disk, beats of dead workers included."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.errors import UnreadableError
from sweeprun.store import shards
from sweeprun.store.activity import Activity
from sweeprun.store.directory import RunDirectory, make_run_directory
from sweeprun.store.incremental_reader import ShardReader
from sweeprun.store.payloads import Layout
from sweeprun.store.records import Outcome
from sweeprun.store.shards import read_shards
from sweeprun.store.snapshot import (
    STATE_ORDER,
    TaskState,
    choose_records,
    count_states,
    take_snapshot,
    task_states,
)
from sweeprun.store.workers import BeatWriter, Exit, Place, append_exit, read_beats, read_exits
from tests.faults import fail
from tests.results.runs import count_axis, failure, make_run, success, write_shard

WORKER = """
import os, signal, sys
from pathlib import Path
from sweeprun.store.directory import RunDirectory
from sweeprun.store.workers import BeatWriter, Place
beat = BeatWriter(RunDirectory(Path(sys.argv[1])), "w%d", Place())
beat.start(%d, 1.5)
if sys.argv[2] == "die":
    os.kill(os.getpid(), signal.SIGKILL)
beat.close()
"""


def states(run: RunDirectory, tasks: int) -> list[str]:
    return [
        STATE_ORDER[i].value for i in task_states(run, choose_records(list(read_shards(run.shards)), tasks), Activity())
    ]


def run_worker(run: RunDirectory, task_id: int, how: str) -> None:
    script = WORKER % (task_id, task_id)
    subprocess.run([sys.executable, "-c", script, str(run.path), how], check=False, cwd=Path(__file__).parents[2])


def test_every_state(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 8))
    write_shard(run, "w", [success(0, 1.0), failure(1), success(5, 1.0)])
    append_exit(run, "launcher", Exit(worker="w", task_id=2, code=-9, when=0.0))
    append_exit(run, "launcher", Exit(worker="w", task_id=5, code=-9, when=0.0))
    append_exit(run, "launcher", Exit(worker="w", task_id=None, code=1, when=0.0))
    run_worker(run, 3, "die")
    run_worker(run, 4, "end")
    mine = BeatWriter(run, "me % {}", Place())
    mine.start(6, 2.5)
    assert states(run, 8) == ["succeeded", "failed", "lost", "lost", "pending", "succeeded", "running", "pending"]
    dead, alive = sorted(read_beats(run), key=lambda beat: beat.task_id or 0)
    assert (dead.process.is_alive(), alive.process.is_alive()) == (False, True)
    assert (dead.task_id, dead.since) == (3, 1.5)
    mine.idle()
    assert states(run, 8)[6] == "pending"
    mine.close()
    assert len(list(read_beats(run))) == 1


def test_looking_changes_nothing(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    run_worker(run, 1, "die")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    states(run, 2)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_malformed_notes_are_passed_over(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    run.exits("launcher").write_text('nonsense\n{"worker": "w"}\n')
    run.beat("w").write_text("")
    noted = Exit(worker="w", task_id=1, code=-11, when=0.0)
    append_exit(run, "launcher", noted)
    assert list(read_exits(run)) == [noted]
    assert list(read_beats(run)) == []
    assert states(run, 2) == ["pending", "lost"]


def test_records_of_tasks_that_are_not_there_are_counted(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    write_shard(run, "w", [success(7, 1.0), success(1, 1.0)])
    best = choose_records(list(read_shards(run.shards)), 2)
    assert best.foreign == 1
    assert best.outcome.tolist() == [-1, 1]


def test_records_count_by_outcome_then_attempt(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 3))
    write_shard(run, "a", [failure(0, attempt=3), success(0, 2.0, attempt=2)], [success(0, 1.0, attempt=1)])
    write_shard(run, "b", [success(1, 1.0, attempt=2), failure(1, attempt=9), success(1, 1.0, attempt=1)])
    write_shard(run, "c", [failure(2, attempt=1)], [failure(2, attempt=2)])
    shards = list(read_shards(run.shards))
    best = choose_records(shards, 3)
    chosen = [shards[s].batches[b].record(r) for s, b, r in zip(best.shard, best.batch, best.row, strict=True)]
    assert [(record.outcome, record.attempt) for record in chosen] == [
        (Outcome.SUCCEEDED, 2),
        (Outcome.SUCCEEDED, 2),
        (Outcome.FAILED, 2),
    ]


drawn = st.tuples(st.integers(0, 3), st.integers(1, 4), st.sampled_from([0, 1, 2, 3]))
"""A task, the number of an attempt, and how good it was: failed, lacking two values, lacking one, complete."""


def returned(good: int) -> dict[str, object]:
    return {"x": 1.0, **{f"lacks {number}": object() for number in range(3 - good)}}


def test_a_newer_record_never_takes_the_place_of_a_more_complete_one(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 3))
    write_shard(run, "a", [success(0, returned(3)), success(1, returned(2)), success(2, returned(1))])
    write_shard(run, "b", [success(i, returned(2), attempt=2) for i in range(3)])
    write_shard(run, "c", [success(1, returned(3), attempt=3), failure(2, attempt=3)])
    best = choose_records(list(read_shards(run.shards)), 3)
    assert best.shard.tolist() == [0, 2, 1]
    assert best.outcome.tolist() == [1, 1, 1]
    assert best.incomplete.tolist() == [False, False, True]


def test_a_record_of_nothing_counts_after_any_other_success(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 3))
    many = {"x": 1.0, **{f"lacks {number}": object() for number in range(200)}}
    write_shard(run, "a", [success(0, many), success(1, None), success(2, None)])
    write_shard(run, "b", [success(0, None, attempt=2), failure(1, attempt=2), success(2, {"x": None}, attempt=2)])
    best = choose_records(list(read_shards(run.shards)), 3)
    assert best.shard.tolist() == [0, 0, 1]
    assert (best.incomplete.tolist(), best.empty.tolist()) == ([True, False, False], [False, True, False])


@given(st.lists(st.lists(st.lists(drawn, min_size=1, max_size=6), max_size=3), max_size=3))
def test_the_best_records_are_those_that_a_search_would_find(
    tmp_path_factory: pytest.TempPathFactory, contents: list[list[list[tuple[int, int, int]]]]
) -> None:
    run = make_run_directory(tmp_path_factory.mktemp("run"), numbered=False)
    for number, batches in enumerate(contents):
        made = [
            [success(i, returned(good), attempt=n) if good else failure(i, attempt=n) for i, n, good in rows]
            for rows in batches
        ]
        write_shard(run, str(number), *made)
    everything = [row for batches in contents for rows in batches for row in rows]
    shards = list(read_shards(run.shards))
    best = choose_records(shards, 3)
    assert best.foreign == sum(task_id == 3 for task_id, _, _ in everything)
    for task_id in range(3):
        expected = max(((good, attempt) for i, attempt, good in everything if i == task_id), default=None)
        if expected is None:
            assert best.shard[task_id] == best.outcome[task_id] == -1
            continue
        found = shards[best.shard[task_id]].batches[best.batch[task_id]].record(int(best.row[task_id]))
        assert found.task_id == task_id
        good = 0 if found.outcome is Outcome.FAILED else 3 - len(Layout.from_json(found.layout).left_out)
        assert (good, found.attempt) == expected
        assert best.outcome[task_id] == (expected[0] > 0)
        assert best.incomplete[task_id] == (expected[0] in (1, 2))


def test_a_task_that_was_lost_and_runs_again_is_running(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 3))
    append_exit(run, "launcher", Exit(worker="w", task_id=1, code=-9, when=0.0))
    run_worker(run, 2, "die")
    again, other = BeatWriter(run, "a", Place()), BeatWriter(run, "z", Place())
    again.start(2, 2.0)
    other.start(1, 2.0)
    assert states(run, 3) == ["pending", "running", "running"]
    again.close()
    other.close()
    assert states(run, 3) == ["pending", "lost", "lost"]


def test_notes_of_tasks_that_are_not_there_are_passed_over(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 1))
    append_exit(run, "launcher", Exit(worker="w", task_id=1, code=-9, when=0.0))
    writer = BeatWriter(run, "w", Place())
    writer.start(10**12, 1.0)
    assert states(run, 1) == ["pending"]
    writer.close()


def test_states_are_counted_in_their_order(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 4))
    write_shard(run, "w", [success(0, 1.0), failure(2), success(3, 1.0)])
    counts = count_states(task_states(run, choose_records(list(read_shards(run.shards)), 4), Activity()))
    assert list(counts.items()) == [
        (TaskState.PENDING, 1),
        (TaskState.RUNNING, 0),
        (TaskState.SUCCEEDED, 2),
        (TaskState.FAILED, 1),
        (TaskState.LOST, 0),
        (TaskState.EXCLUDED, 0),
    ]


def is_shard(path: object, *_: object) -> bool:
    return os.fspath(path).endswith("b.arrow") if isinstance(path, str | os.PathLike) else False  # type: ignore[type-var, union-attr]


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.EACCES, errno.EMFILE])
@pytest.mark.parametrize("most_in_memory", [shards._MOST_IN_MEMORY, 0])
def test_a_shard_that_the_system_can_not_read_is_no_shard_without_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, most_in_memory: int
) -> None:
    """Its tasks would count as not run, be left out of what is collected, and run again."""
    monkeypatch.setattr(shards, "_PAUSES", (0.0, 0.0))
    monkeypatch.setattr(shards, "_MOST_IN_MEMORY", most_in_memory)
    run = make_run(tmp_path / "a rün", count_axis("seed", 4))
    write_shard(run, "a", [success(0, 1.0)])
    write_shard(run, "b", [success(1, 1.0), success(2, 1.0)])
    reader = ShardReader()
    with monkeypatch.context() as failing:
        fail(failing, "open", number, is_shard)
        for read in (read_shards, reader.read):
            with pytest.raises(UnreadableError, match=rf"b\.arrow can't be read: {os.strerror(number)}, so it is not"):
                take_snapshot(run, read=read)
    assert take_snapshot(run, read=reader.read).counts()[TaskState.SUCCEEDED] == 3


@pytest.mark.parametrize(("number", "pauses"), [(errno.EIO, [1.0, 2.0]), (errno.EACCES, [])])
def test_many_shards_that_the_system_can_not_read_are_waited_for_once_if_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, pauses: list[float]
) -> None:
    """Permissions don't come by waiting; and where one file stays as it is, the others of its disk do, too."""
    waited: list[float] = []
    monkeypatch.setattr(shards, "_PAUSES", (1.0, 2.0))
    monkeypatch.setattr(shards.time, "sleep", waited.append)
    run = make_run(tmp_path / "run", count_axis("seed", 20))
    for task_id in range(20):
        write_shard(run, f"{task_id}.b", [success(task_id, 1.0)])
    fail(monkeypatch, "open", number, is_shard)
    for read in (read_shards, ShardReader().read):
        waited.clear()
        with pytest.raises(UnreadableError, match=r"nor can 19 more files"):
            take_snapshot(run, read=read)
        assert waited == pauses


@pytest.mark.parametrize("call", ["open", "preadv", "pread", "read"])
def test_a_shard_that_can_not_be_read_for_a_moment_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    monkeypatch.setattr(shards, "_PAUSES", (0.0, 0.0))
    run = make_run(tmp_path / "a rün", count_axis("seed", 4))
    write_shard(run, "b", [success(1, 1.0), success(2, 1.0)])
    inode = run.shard("b").stat().st_ino
    where = is_shard if call == "open" else lambda descriptor, *_: os.fstat(descriptor).st_ino == inode
    for most_in_memory in (shards._MOST_IN_MEMORY, 0):
        monkeypatch.setattr(shards, "_MOST_IN_MEMORY", most_in_memory)
        with monkeypatch.context() as failing:
            fail(failing, call, errno.ESTALE, where, times=2)
            assert take_snapshot(run).counts()[TaskState.SUCCEEDED] == 2
