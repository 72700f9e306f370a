"""Jobs of other people's sweepers as tasks."""

import pytest

from sweeprun.config.batches import agrees
from sweeprun.design.axes import Axis
from sweeprun.design.grid import Grid
from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.overrides import Operation, Override
from sweeprun.design.ranges import DecimalRange, IntegerRange
from sweeprun.design.tasks import TaskTable

TABLE = TaskTable.of(
    Grid(
        axes=(
            Axis(name="x", values=DecimalRange(start="0", stop="0.4", step="0.1"), kind=LabelKind.FLOAT),
            Axis(name="n", values=IntegerRange(start=1, stop=3), kind=LabelKind.INTEGER),
        )
    )
)
OVERRIDES = tuple(Override(operation=Operation.CHANGE, key=key, axis=key) for key in ("x", "n"))


@pytest.mark.parametrize(
    ("jobs", "first_id", "expected"),
    [
        ([], 0, True),
        ([["x=0.0", "n=1"], ["x=0.0", "n=2"]], 0, True),
        ([["x=0.30000000000000004", "n=1"]], 6, True),  # as it is added up
        ([["x=0.3001", "n=1"]], 6, False),
        ([["n=1", "x=0.3"]], 6, False),
        ([["x=0.0"]], 0, False),
        ([["x=0.0", "n=one"]], 0, False),
        ([["x=0.3", "n=2"], ["x=0.4", "n=1"]], 7, False),  # beyond the last task
    ],
)
def test_jobs_are_tasks_if_they_say_the_same(jobs: list[list[str]], first_id: int, *, expected: bool) -> None:
    assert agrees(TABLE, OVERRIDES, jobs, first_id=first_id) is expected
