"""Members that have one random stream, although they are there to have different ones."""

from sweeprun.design.tasks import TaskTable
from sweeprun.wording import sweeper


def told_shared(table: TaskTable) -> str:
    """What is to be said, before it runs, of a sweep whose members share their stream; usually nothing.

    Parameters
    ----------
    table
        Its tasks.
    """
    streams = table.streams.shared_by
    if streams is None or "member" in streams:
        return ""
    if not any(axis.name == "member" and len(axis) > 1 for axis in table.blocks[0].design.axes):
        return ""
    given, better = (sweeper("streams").to(f"[{','.join(names)}]") for names in (streams, (*streams, "member")))
    return (
        f"with {given} all members of a point have the same random stream, so they come out alike, and have no error; "
        f"if they are to differ: {better}"
    )
