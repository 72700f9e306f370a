"""Streams that all members share, so that these draw the same numbers."""

from sweeprun.design.axes import MEMBER_NAMES
from sweeprun.design.tasks import TaskTable
from sweeprun.wording import sweeper


def members_that_share(table: TaskTable) -> tuple[str, ...]:
    """What to say if the streams of a table don't differ along its axis of members; nothing if they do."""
    shared_by = table.streams.shared_by
    axes = {axis.name: axis for axis in table.blocks[0].design.axes}
    members = next((name for name in MEMBER_NAMES if name in axes), None)
    if shared_by is None or members is None or len(axes[members]) == 1 or not _is_shared(table, members):
        return ()
    streams, count = sweeper("streams"), len(axes[members])
    return (
        f"with {streams.to(list(shared_by))}, the {count} values of {members} share a stream at each point and draw "
        f"the same numbers; to share streams among the other axes, write {streams.to([members])}",
    )


def _is_shared(table: TaskTable, members: str) -> bool:
    """Whether none of the axes that tell streams apart moves together with the members."""
    own = next(one for one in table.blocks[0].design.dimensions if members in {axis.name for axis in one.axes})
    return {axis.name for axis in own.axes}.isdisjoint(table.streams.shared_by or ())
