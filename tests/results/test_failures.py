"""Failures are read with where and why, grouped by that, and compared with the tasks that succeeded."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sweeprun.design.axes import Axis
from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.values import Choice
from sweeprun.results.failure_lines import SourceLine
from sweeprun.results.failures import FailureReader, failures_of
from sweeprun.store.directory import RunDirectory
from sweeprun.store.records import Failure, Record
from sweeprun.store.snapshot import take_snapshot
from sweeprun.store.workers import BeatWriter, Exit, Place, append_exit
from tests.results.runs import axis, count_axis, failure, make_run, success, write_shard

TRACEBACK = 'Traceback (most recent call last):\n  File "/x/post.py", line {line}, in load\n    …\n{kind}: {message}\n'


def failed(task_id: int, kind: str = "KeyError", message: str = "'value'", line: int = 5) -> Record:
    """A record of a task that failed on a line of ``post.py``."""

    text = TRACEBACK.format(line=line, kind=kind, message=message)
    return replace(failure(task_id), payload=Failure(type=kind, message=message, traceback=text).encode())


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    """A run of 5 values with 20 members each."""
    return make_run(tmp_path / "run", axis("lr", [0.1, 0.2, 0.3, 0.4, 0.5]), count_axis("seed", 20))


def test_failures_by_coordinates_and_line(run: RunDirectory) -> None:
    write_shard(run, "w", [success(i, 1.0) for i in range(100) if i not in (7, 31)], [failed(7), failed(31, line=9)])
    found = failures_of(take_snapshot(run))
    assert found.count == 2
    assert [(found.coordinates(each.tasks[0]), found.where(each), each.what) for each in found.groups] == [
        ("lr=0.1 seed=7", "post.py:5", "KeyError: 'value'"),
        ("lr=0.2 seed=11", "post.py:9", "KeyError: 'value'"),
    ]
    assert found.common is None


def test_equal_failures_are_one_group_with_what_they_have_in_common(run: RunDirectory) -> None:
    write_shard(run, "w", [success(i, 1.0) for i in range(80)], [failed(i) for i in range(80, 100)])
    (group,) = failures_of(take_snapshot(run)).groups
    assert (group.count, len(group.tasks), group.task_ids) == (20, 5, tuple(range(80, 100)))
    assert str(group.common) == "all 20 tasks with lr=0.5, and no other"
    assert group.where == SourceLine(file="/x/post.py", line=5, function="load")


def test_what_all_failures_have_in_common_that_failed_in_different_ways(run: RunDirectory) -> None:
    records = [failed(i, line=5 + i % 2) for i in range(80, 100)]
    write_shard(run, "w", [success(i, 1.0) for i in range(80)], records)
    found = failures_of(take_snapshot(run))
    assert len(found.groups) == 2
    assert str(found.common) == "all 20 tasks with lr=0.5, and no other"
    assert [str(group.common) for group in found.groups] == ["all have lr=0.5, with which no task succeeded"] * 2


def test_where_tasks_ran_counts_if_their_coordinates_say_nothing(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 40))

    hosts = {i: "n3" if i % 4 == 1 else f"n{i % 4}" for i in range(40)}
    for host in set(hosts.values()):
        origin = json.dumps({"code": "", "host": host, "cpu": "", "threads": 0})
        records = [failed(i) if host == "n3" and i % 4 == 1 else success(i, 1.0) for i in hosts if hosts[i] == host]
        write_shard(run, f"w-{host}", [replace(record, origin=origin) for record in records])
    (group,) = failures_of(take_snapshot(run)).groups
    assert str(group.common) == "all have host=n3"


def test_when_tasks_began_counts_too(tmp_path: Path) -> None:

    run = make_run(tmp_path / "run", count_axis("seed", 40))
    order = [(i * 7) % 40 for i in range(40)]
    records = [failed(i) if place < 6 else success(i, 1.0) for place, i in enumerate(order)]
    write_shard(run, "w", [replace(record, started=1e9 + place) for place, record in enumerate(records)])
    (group,) = failures_of(take_snapshot(run)).groups
    assert str(group.common) == "all 6 tasks with started<=2001-09-09 01:46:45 UTC, and no other"


def test_if_everything_failed_there_is_nothing_in_common(run: RunDirectory) -> None:
    write_shard(run, "w", [failed(i) for i in range(100)])
    (group,) = failures_of(take_snapshot(run)).groups
    assert group.common is None


def test_numbers_in_messages_do_not_tell_groups_apart(run: RunDirectory) -> None:
    messages = ["loss -1.5e+10 at <f at 0x7fa0>\nmore", "loss 3 at <f at 0x7fbc12>", "loss 0.25 at <f at 0xdead>"]
    write_shard(
        run, "w", [failed(i, "E", message) for i, message in enumerate(messages)], [failed(4, "K", messages[0])]
    )
    groups = failures_of(take_snapshot(run)).groups
    assert [(group.kind, group.task_ids, group.message) for group in groups] == [
        ("E", (0, 1, 2), messages[0]),
        ("K", (4,), messages[0]),
    ]


def test_too_many_messages_on_one_line_are_one_group(run: RunDirectory) -> None:
    words = ["one", "two", "three", "four", "five", "six", "seven"]
    write_shard(run, "w", [failed(i, message=word) for i, word in enumerate(words)])
    (group,) = failures_of(take_snapshot(run)).groups
    assert (group.count, group.messages, group.what) == (7, 7, "KeyError: one")


def test_failed_and_lost_tasks_of_a_run(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 6))
    write_shard(run, "w", [success(0, 1.0), failure(1, message="bad 1"), failure(2, message="bad 2"), success(5, 1.0)])
    for task_id, code in ((3, -11), (4, 7), (5, -9)):
        append_exit(run, "launcher", Exit(worker="w", task_id=task_id, code=code, when=0.0))
    found = failures_of(take_snapshot(run))
    assert {(group.kind, group.task_ids) for group in found.groups} == {
        ("ValueError", (1, 2)),
        ("lost: signal SIGSEGV", (3,)),
        ("lost: exit code 7", (4,)),
    }
    assert found.count == 4


def test_a_dead_worker_that_nobody_saw_end_has_lost_its_task(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    writer = BeatWriter(run, "w", Place())
    writer.start(1, 0.0)
    beat = json.loads(run.beat("w").read_bytes()) | {"pid": 2**22 + 1, "born": 1}
    run.beat("w").write_text(json.dumps(beat))
    (group,) = failures_of(take_snapshot(run)).groups
    assert group.kind == "lost"
    assert group.task_ids == (1,)
    assert "nobody saw it end" in group.message


def test_many_failures_keep_the_first_ids_only(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 100))
    write_shard(run, "b", [failure(i, message=f"bad {i}") for i in range(50, 100)])
    write_shard(run, "a", [failure(i, message=f"bad {i}") for i in range(50)])
    (group,) = failures_of(take_snapshot(run)).groups
    assert group.count == 100
    assert group.task_ids == tuple(range(20))
    assert group.traceback == "Traceback …"
    assert [task.task_id for task in group.tasks] == [0, 1, 2, 3, 4]


def test_secrets_are_masked(tmp_path: Path) -> None:
    keys = ("hunter2-hunter", "correct-horse")
    values = Choice(values=keys, texts=keys, labels=keys)
    run = make_run(tmp_path / "run", Axis(name="api_key", values=values, kind=LabelKind.TEXT))
    run.config.write_text("db:\n  password: swordfish-3\n")
    write_shard(run, "w", [failed(0, "HTTPError", "401 for hunter2-hunter with swordfish-3, token=abcdefgh")])
    reader = FailureReader(take_snapshot(run))
    told = repr(reader.task(0)) + reader.task(0).traceback + reader.task(0).message
    assert "401" in told
    assert not any(secret in told for secret in ("hunter2", "swordfish", "abcdefgh"))


def test_damaged_failures_are_told(tmp_path: Path) -> None:

    run = make_run(tmp_path / "run", count_axis("seed", 1))
    write_shard(run, "w", [replace(failure(0), payload=b"[1]")])
    (group,) = failures_of(take_snapshot(run)).groups
    assert (group.kind, group.where) == ("unknown", None)


def test_a_run_without_failures(run: RunDirectory) -> None:
    found = failures_of(take_snapshot(run))
    assert not found
    assert found.groups == ()


def test_a_sweep_without_axes_has_failures_too(tmp_path: Path) -> None:
    run = make_run(tmp_path / "single")
    write_shard(run, "w", [failed(0)])
    found = failures_of(take_snapshot(run))
    assert (found.count, found.common) == (1, None)


def test_messages_that_differ_in_numbers_are_one_group_and_counted(run: RunDirectory) -> None:
    write_shard(run, "w", [failed(i, "ValueError", f"cannot read run_{i % 4}.csv") for i in range(20)])
    (group,) = failures_of(take_snapshot(run)).groups
    assert (group.count, group.messages, group.what) == (20, 4, "ValueError: cannot read run_0.csv")
