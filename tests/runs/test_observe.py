"""What the user of a run should know: what its tasks returned that could not be stored, and how to have it."""

from pathlib import Path

import pytest

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.runs.observe import counts_text, is_active, lacked_by_all, missing_tasks, observe, warnings_of
from sweeprun.store.activity import Activity, Element, ElementState
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import take_snapshot
from sweeprun.store.submissions import Submission
from tests.results.runs import count_axis, failure, make_run, success, write_shard


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "a rün", count_axis("seed", 4))


def test_incomplete_results_are_warned_of_and_can_be_run_again(run: RunDirectory) -> None:
    write_shard(run, "w", [success(0, {"x": 1.0, "m": object()}), success(1, {"x": 1.0}), failure(2)])
    snapshot = observe(run)
    assert counts_text(snapshot) == "1 pending, 2 succeeded (1 incomplete), 1 failed"
    assert warnings_of(snapshot) == [
        "task 0 lacks 'm', which can't be stored: it is a value of type object",
        "1 of 4 tasks succeeded and are incomplete; when they return what can be stored, run them again with: "
        f"sweeprun resume {run.shown()} --incomplete",
    ]
    assert str(missing_tasks(snapshot)) == "2-3"
    assert str(missing_tasks(snapshot, incomplete=True)) == "0,2-3"


def test_of_many_reasons_the_first_are_shown(run: RunDirectory) -> None:
    write_shard(run, "w", [success(0, {"x": 1.0, **{f"m{i}": object() for i in range(9)}})])
    warnings = warnings_of(observe(run))
    assert (len(warnings), warnings[5]) == (7, "… and 4 more such values")


@pytest.mark.parametrize(
    ("result", "match"),
    [(None, "no task returned anything"), ({"x": 1, "sd": None}, "no task gave a value for 'sd'")],
)
def test_what_is_nowhere_is_warned_of(run: RunDirectory, result: object, match: str) -> None:
    write_shard(run, "w", [success(i, result) for i in range(4)])
    (warning,) = warnings_of(observe(run))
    assert match in warning


def test_what_all_tasks_lack_is_said_while_the_run_goes_on(run: RunDirectory) -> None:
    write_shard(run, "w", [success(i, {"x": 1.0, "m": object(), **({"n": {1}} if i else {})}) for i in range(2)])
    assert lacked_by_all(observe(run)) == ""
    snapshot = take_snapshot(run, goes_on())
    assert is_active(snapshot)
    assert lacked_by_all(snapshot) == (
        "every task so far lacks what can't be stored: 'm' (it is a value of type object)"
    )
    write_shard(run, "v", [success(2, {"x": 1.0})])
    assert lacked_by_all(take_snapshot(run, goes_on())) == ""


def goes_on() -> Activity:
    """A launcher that still runs something."""
    submission = Submission(number=0, array=Array(tasks=TaskIds.first(4)))
    return Activity(submissions=(submission,), elements={(0, None): Element(state=ElementState.RUNNING)})
