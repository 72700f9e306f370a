"""The failed tasks of a run in Python."""

from pathlib import Path

import pytest

from sweeprun.notebook.failed_tasks import FailedTasks
from sweeprun.store.snapshot import take_snapshot
from tests.results.runs import axis, count_axis, failure, make_run, success, write_shard


@pytest.fixture
def failed(tmp_path: Path) -> FailedTasks:
    run = make_run(tmp_path / "run", axis("lr", [0.5, 0.25, 0.1]), count_axis("seed", 4))
    records = [failure(i, message="too <large>") for i in range(4)]
    write_shard(run, "w", [success(i, 1.0) for i in range(4, 11)], records, [failure(11, "OSError")])
    return FailedTasks(take_snapshot(run))


def test_a_sequence_of_tasks(failed: FailedTasks) -> None:
    assert len(failed) == 5
    assert [task.task_id for task in failed] == [0, 1, 2, 3, 11]
    assert (failed[-1].kind, failed[-1].coordinates) == ("OSError", {"lr": 0.1, "seed": 3})
    assert [task.task_id for task in failed[1:3]] == [1, 2]
    assert "task_id=11" in repr(failed[4])


def test_shown_it_is_grouped(failed: FailedTasks) -> None:
    assert repr(failed).splitlines()[:3] == [
        "failed:",
        "  4 tasks  ValueError: too <large>",
        "      all 4 tasks with lr=0.5, and no other",
    ]
    assert "too &lt;large&gt;" in failed._repr_html_()
    assert [group.count for group in failed.groups] == [4, 1]
    assert failed.common is None


def test_a_column_is_one_of_the_table(failed: FailedTasks) -> None:
    with pytest.raises(TypeError, match=r"run\.failures\.to_dataframe\(\)\['message'\]"):
        failed["message"]  # type: ignore[call-overload]
    assert failed.to_dataframe()["message"].tolist()[:1] == ["too <large>"]


def test_no_failures(tmp_path: Path) -> None:
    none = FailedTasks(take_snapshot(make_run(tmp_path / "run", count_axis("seed", 2))))
    assert not none
    assert repr(none) == "no task failed"
    assert none.groups == ()
    assert none.common is None
    assert none.to_dataframe().empty
