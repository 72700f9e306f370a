"""Failures are grouped by what went wrong."""

import json
from pathlib import Path

from sweeprun.results.failures import FailedTask, failures_of, group_failures
from sweeprun.store.snapshot import take_snapshot
from sweeprun.store.workers import BeatWriter, Exit, Place, append_exit
from tests.results.runs import count_axis, failure, make_run, success, write_shard


def test_numbers_in_messages_do_not_tell_groups_apart() -> None:
    tasks = [FailedTask(task_id=i, kind="ValueError", message=f"bad {i}\nmore", traceback="") for i in (3, 1, 2)]
    tasks.append(FailedTask(task_id=4, kind="KeyError", message="bad 4", traceback=""))
    groups = group_failures(tasks)
    assert [(group.kind, group.count, group.task_ids, group.message) for group in groups] == [
        ("ValueError", 3, (1, 2, 3), "bad 1\nmore"),
        ("KeyError", 1, (4,), "bad 4"),
    ]


def test_failed_and_lost_tasks_of_a_run(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 6))
    write_shard(run, "w", [success(0, 1.0), failure(1, message="bad 1"), failure(2, message="bad 2"), success(5, 1.0)])
    for task_id, code in ((3, -11), (4, 7), (5, -9)):
        append_exit(run, "launcher", Exit(worker="w", task_id=task_id, code=code, when=0.0))
    found = {(group.kind, group.task_ids) for group in failures_of(take_snapshot(run))}
    assert found == {("ValueError", (1, 2)), ("lost: signal SIGSEGV", (3,)), ("lost: exit code 7", (4,))}


def test_signs_exponents_and_addresses_do_not_tell_groups_apart() -> None:
    messages = ["loss -1.5e+10 at <f at 0x7fa0>", "loss 3 at <f at 0x7fbc12>", "loss 0.25 at <f at 0xdead>"]
    tasks = [FailedTask(task_id=i, kind="E", message=message, traceback="") for i, message in enumerate(messages)]
    assert [group.count for group in group_failures(tasks)] == [3]


def test_a_dead_worker_that_nobody_saw_end_has_lost_its_task(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    writer = BeatWriter(run, "w", Place())
    writer.start(1, 0.0)
    beat = json.loads(run.beat("w").read_bytes()) | {"pid": 2**22 + 1, "born": 1}
    run.beat("w").write_text(json.dumps(beat))
    (group,) = failures_of(take_snapshot(run))
    assert group.kind == "lost"
    assert group.task_ids == (1,)
    assert "nobody saw it end" in group.message


def test_many_failures_keep_the_first_ids_only(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 100))
    write_shard(run, "b", [failure(i, message=f"bad {i}") for i in range(50, 100)])
    write_shard(run, "a", [failure(i, message=f"bad {i}") for i in range(50)])
    (group,) = failures_of(take_snapshot(run))
    assert group.count == 100
    assert group.task_ids == tuple(range(20))
    assert group.traceback == "Traceback …"
