"""Members that have one random stream."""

import pytest

from sweeprun.design.grid import Grid
from sweeprun.design.python_axes import member_axis
from sweeprun.design.streams import Streams
from sweeprun.design.tasks import TaskTable
from sweeprun.runs.shared_members import told_shared
from tests.results.runs import axis


@pytest.mark.parametrize(
    ("shared_by", "members", "told"),
    [(None, 5, False), (("member",), 5, False), (("lr", "member"), 5, False), (("lr",), 1, False),
     (("lr",), 5, True), ((), 5, True)],
)  # fmt: skip
def test_members_that_share_a_stream_are_told_before_they_run(
    shared_by: tuple[str, ...] | None, members: int, told: bool
) -> None:
    table = TaskTable.of(Grid(axes=(axis("lr", [0.1, 0.2]), member_axis(members))), Streams(shared_by=shared_by))
    assert bool(told_shared(table)) is told


def test_it_says_what_to_write_instead() -> None:
    table = TaskTable.of(Grid(axes=(axis("lr", [0.1, 0.2]), member_axis(5))), Streams(shared_by=("lr",)))
    assert told_shared(table).startswith(
        "with hydra.sweeper.streams='[lr]' all members of a point have the same random"
    )
    assert told_shared(table).endswith("hydra.sweeper.streams='[lr,member]'")
