"""What tasks returned and their records don't have: counted by variable and reason, from layouts alone."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sweeprun.results.left_out import LeftOut, left_out_of, misfits_of, never_given, returned_nothing
from sweeprun.store.directory import RunDirectory
from sweeprun.store.named_dims import LABELS
from sweeprun.store.payloads import encode_result
from sweeprun.store.result_names import Labels, ResultNames
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


NAMES = ResultNames(
    dims={"x": ("path", "time"), "y": ("time",)},
    labels={"time": Labels(values=[1, 2], given=False), "path": Labels(values=[7])},
)


def named(task_id: int, result: Any) -> Any:
    layout, payload = encode_result(result, NAMES)
    return replace(success(task_id, 0.5), layout=layout, payload=payload)


def test_names_that_do_not_fit_leave_a_task_complete(run: RunDirectory) -> None:
    write_shard(run, "a", [named(i, {"x": [[1, 2]] if i == 2 else [1, 2, 3]}) for i in range(8)])
    snapshot = look(run)
    assert (snapshot.incomplete, left_out_of(snapshot)) == (0, [])
    (misfit,) = misfits_of(snapshot)
    assert (misfit.count, misfit.task_ids, misfit.everywhere) == (7, (0, 1, 3, 4, 5), False)
    assert misfit.text(python=False) == (
        "dims.x names 2 dimensions (path, time), but x has 1; it is recorded along x_0 in 7 tasks (0, 1, 3, 4, 5, …); "
        "names are fixed in a run: correct the config and start a new sweep"
    )


def test_a_list_that_only_has_the_name_of_a_dimension_is_no_mistake(run: RunDirectory) -> None:
    write_shard(run, "a", [named(i, {"y": [0] * (2 + i)}) for i in range(4)])
    (misfit,) = misfits_of(look(run))
    assert (misfit.name, misfit.count) == (f"{LABELS}time", 3)
    assert misfit.text(python=False) == (
        "`time` in the config has 2 values and the dimension 3 in task 1, so it has no labels"
    )


def test_labels_that_were_given_are_told_by_their_key(run: RunDirectory) -> None:
    write_shard(run, "a", [named(0, {"x": [[1, 2], [3, 4]]})])
    (misfit,) = misfits_of(look(run))
    assert misfit.text(python=True) == (
        "coords.path has 1 value, but the dimension has 2; it is recorded without labels; names are fixed in a run: "
        "correct the arguments and start a new sweep"
    )
