"""A look at a few members of one point when a run has ended, which should all differ if their streams do.

The end of a run reads a few records, however many there are. `sweeprun.statistics.equal_members` looks at all points.
"""

from collections.abc import Iterator

import numpy as np

from sweeprun.design.axes import MEMBER_NAMES
from sweeprun.design.grid import Grid
from sweeprun.statistics.equal_values import Suspicion, agreeing, equal_text, suspicion_of
from sweeprun.statistics.repeated_values import Repeats, repeats_of, told_repeated
from sweeprun.store.payloads import Variable, decode_result, known_layout
from sweeprun.store.snapshot import Snapshot
from sweeprun.store.storable import TEXT

MOST_MEMBERS = 16
_MOST_BYTES = 2**16
"""Of one result: larger ones are not read."""


def equal_at_one_point(snapshot: Snapshot) -> list[str]:
    """What is to be said of variables in which the first members of one point are equal, or repeat others.

    Parameters
    ----------
    snapshot
        The run.
    """
    table = snapshot.manifest.table
    design, shared_by = table.blocks[0].design, table.streams.shared_by
    axis = next((name for name in MEMBER_NAMES if name in design.names()), None)
    if axis is None or (shared_by is not None and axis not in shared_by):
        return []
    task_ids = _members_of_one_point(snapshot, design, axis)
    if len(task_ids) < 2:
        return []
    coordinates = table.task(task_ids[0]).coordinates
    at = " ".join(f"{name}={label}" for name, label in coordinates.items() if name != axis)
    echoes = {each for own in design.names() for each in (own, own.rpartition(".")[2])}
    groups: dict[int, list[str]] = {}
    found = _values_of(snapshot, task_ids)
    for name, members in _equal(found).items():
        if name not in echoes:
            groups.setdefault(members, []).append(name)
    where = f" at {at}" if at else ""
    told = [equal_text(names, f"the first {members} members", where) for members, names in groups.items()]
    return [*told, *told_repeated([(name, repeats, where) for name, repeats in _repeated(found) if name not in echoes])]


def _members_of_one_point(snapshot: Snapshot, design: Grid, axis: str) -> list[int]:
    """The ids of the first members with a result of the first point that has any."""
    dimensions = [dimension.name for dimension in design.dimensions]
    succeeded = snapshot.best.outcome[: len(design)] == 1
    if axis not in dimensions or not succeeded.any():  # it moves together with others
        return []
    place = dimensions.index(axis)
    stride = int(np.prod(design.shape[place + 1 :], dtype=np.int64))
    length = design.shape[place]
    first = int(succeeded.argmax())
    start = first - first // stride % length * stride
    task_ids = np.arange(start, start + length * stride, stride)
    members: list[int] = task_ids[succeeded[task_ids]][:MOST_MEMBERS].tolist()
    return members


def _values_of(snapshot: Snapshot, task_ids: list[int]) -> dict[str, list[np.ndarray]]:
    """Name -> what each task gave; nothing if that is more than a look is worth."""
    best, found = snapshot.best, dict[str, list[np.ndarray]]()
    for task_id in task_ids:
        batch = snapshot.shards[best.shard[task_id]].batches[best.batch[task_id]]
        row = int(best.row[task_id])
        begin, end = map(int, batch.offsets[row : row + 2])
        layout = known_layout(batch.layouts[batch.columns["layout"][row]])
        if layout is None or end - begin > _MOST_BYTES:
            return {}
        for variable, array in zip(layout.variables, decode_result(layout, bytes(batch.data[begin:end])), strict=True):
            if _is_number(variable):
                found.setdefault(variable.name, []).append(array)
    return found


def _is_number(variable: Variable) -> bool:
    return not variable.coordinate and variable.type != TEXT and np.dtype(variable.type).kind in "biufc"


def _equal(found: dict[str, list[np.ndarray]]) -> dict[str, int]:
    """The variables that are equal and should not be, and in how many members."""
    suspicions: dict[str, tuple[Suspicion, int]] = {}
    anything_differs = False
    for name, arrays in found.items():
        if len({(array.shape, array.dtype) for array in arrays}) > 1:
            anything_differs = True
            continue
        agree, count, values = agreeing(np.stack(arrays).reshape(1, len(arrays), -1))
        if agree[0]:
            suspicions[name] = suspicion_of(values[0], int(count[0])), int(count[0])
        anything_differs |= bool(count[0] > 1 and not agree[0])
    least = Suspicion.CERTAIN if anything_differs else Suspicion.POSSIBLE
    return {name: members for name, (suspicion, members) in suspicions.items() if suspicion >= least}


def _repeated(found: dict[str, list[np.ndarray]]) -> Iterator[tuple[str, Repeats]]:
    """The variables of which members repeat each other, and should not."""
    for name, arrays in found.items():
        if arrays[0].dtype.kind == "f" and len({(array.shape, array.dtype) for array in arrays}) == 1:
            repeats = repeats_of(np.stack(arrays).reshape(len(arrays), -1))
            if repeats is not None:
                yield name, repeats
