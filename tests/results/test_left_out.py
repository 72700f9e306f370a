"""What tasks returned and their records don't have: counted by variable and reason, from layouts alone."""

from pathlib import Path

import pytest

from sweeprun.results.left_out import LeftOut, left_out_of, never_given, returned_nothing
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import Snapshot, take_snapshot
from tests.results.runs import count_axis, failure, make_run, success, write_shard


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "a rün", count_axis("seed", 8))


def look(run: RunDirectory) -> Snapshot:
    return take_snapshot(run)


def test_variables_are_counted_by_why_they_were_left_out(run: RunDirectory) -> None:
    write_shard(run, "a", [success(i, {"x": 1.0, "m": object(), "n": 2**70 if i == 3 else i}) for i in range(7)])
    write_shard(
        run, "b", [success(0, {"x": 1.0, "m": [1], "n": 0}, attempt=2), success(7, {"x": 2.0, "m": {1}, "n": 1})]
    )
    snapshot = look(run)
    assert snapshot.incomplete == 7
    assert left_out_of(snapshot) == [
        LeftOut(variable="m", why="it is a value of type object", count=6, task_ids=(1, 2, 3, 4, 5)),
        LeftOut(variable="n", why="it has integers beyond 64 bits", count=1, task_ids=(3,)),
        LeftOut(variable="m", why="it is a value of type set", count=1, task_ids=(7,)),
    ]
    assert str(left_out_of(snapshot)[0]) == (
        "6 tasks (1, 2, 3, 4, 5, …) lack 'm', which can't be stored: it is a value of type object"
    )
    assert str(left_out_of(snapshot)[1]).startswith("task 3 lacks 'n', which")


def test_a_run_that_is_complete_lacks_nothing(run: RunDirectory) -> None:
    assert (left_out_of(look(run)), never_given(look(run)), returned_nothing(look(run))) == ([], [], False)
    write_shard(run, "a", [success(i, {"x": 1.0}) for i in range(8)])
    assert (left_out_of(look(run)), never_given(look(run)), returned_nothing(look(run))) == ([], [], False)


def test_a_function_that_returns_none_everywhere_returned_nothing(run: RunDirectory) -> None:
    write_shard(run, "a", [success(0, None), failure(1), success(2, None)])
    assert returned_nothing(look(run))
    write_shard(run, "b", [success(3, 0.5)])
    assert not returned_nothing(look(run))


def test_a_value_that_every_task_calls_missing_was_never_given(run: RunDirectory) -> None:
    write_shard(run, "a", [success(0, {"x": 1.0, "sd": None, "n": None}), success(1, {"x": 1.0, "sd": None, "n": 3})])
    assert never_given(look(run)) == ["sd"]
    assert not returned_nothing(look(run))
