"""Other code: whether tasks of a run were made with other code than their submission, which nobody has asked for.

A worker imports the code as it is when it starts. So whoever edits it while a run goes on mixes what workers make that
start later: those that replace one that died, and elements of an array that waited. What they make is recorded like all
else, with the digest of its code; here it is found again.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sweeprun.provenance.code import accepted_code, read_code
from sweeprun.provenance.gather import shown_time
from sweeprun.provenance.origin import Origin
from sweeprun.store.shards import Batch
from sweeprun.store.snapshot import Snapshot, submission_of

_SHOWN_DIFFERENCES = 3
_LONGEST_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCode:
    """That tasks were made with other code than their submission.

    Attributes
    ----------
    tasks, total
        How many, and how many tasks are to be run.
    differences
        How the code differs, in words; empty if that is not known any more.
    worker
        The first worker that ran it.
    since
        When it began (Unix time, seconds).
    told_apart
        Whether the Dataset says which result is from what: if there are others.
    """

    tasks: int
    total: int
    differences: tuple[str, ...]
    worker: str
    since: float
    told_apart: bool

    def __str__(self) -> str:
        listed = ", ".join(text[:_LONGEST_SHOWN] for text in self.differences[:_SHOWN_DIFFERENCES])
        if (more := len(self.differences) - _SHOWN_DIFFERENCES) > 0:
            listed += f", and {more} more {'difference' if more == 1 else 'differences'}"
        return (
            f"{self.tasks} of {self.total} tasks ran with other code than was submitted{': ' if listed else ''}{listed}"
            f"; the first on worker {self.worker[:_LONGEST_SHOWN]}, {shown_time(self.since)}; "
            + ("code_digest in the Dataset tells them apart; " if self.told_apart else "")
            + "to have all from one code, start a new sweep"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A batch whose records were made with other code.

    Attributes
    ----------
    number
        Which one it is of all batches.
    batch, worker
        The batch, and whose it is.
    submitted, found
        The digests of the code that it should be, and that it was.
    """

    number: int
    batch: Batch
    worker: str
    submitted: str
    found: str


def other_code_of(snapshot: Snapshot) -> OtherCode | None:
    """What of a run was made with other code than its submission; None if nothing was, or it isn't known."""
    made = list(_made_with_other_code(snapshot))
    if not made:
        return None
    numbers = _batch_numbers(snapshot)
    is_other = np.zeros(sum(len(shard.batches) for shard in snapshot.shards) + 1, bool)
    is_other[[one.number for one in made]] = True
    tasks = is_other[numbers]
    count = int(np.count_nonzero(tasks))
    if not count:  # they have all run again since
        return None
    succeeded = snapshot.best.outcome == 1
    first = min(made, key=lambda one: float(one.batch.columns["started"].min()))
    code, other = (read_code(snapshot.run, digest) for digest in (first.submitted, first.found))
    return OtherCode(
        tasks=count,
        total=snapshot.total,
        differences=() if code is None or other is None else tuple(code.differences(other)),
        worker=first.worker,
        since=float(first.batch.columns["started"].min()),
        told_apart=bool((tasks & succeeded).any() and (~tasks & succeeded).any()),
    )


def _made_with_other_code(snapshot: Snapshot) -> Iterator[_Made]:
    """The batches of it, in the order in which they were read."""
    submitted: dict[int, str] = {}
    number = -1
    for shard in snapshot.shards:
        submission = submission_of(shard.path) or 0
        for batch in shard.batches:
            number += 1
            found = Origin.from_json(batch.origin).code
            if submission not in submitted:
                submitted[submission] = accepted_code(snapshot.run, snapshot.manifest, submission)
            if found and submitted[submission] not in ("", found):
                yield _Made(
                    number=number,
                    batch=batch,
                    worker=shard.path.stem,
                    submitted=submitted[submission],
                    found=found,
                )


def _batch_numbers(snapshot: Snapshot) -> np.ndarray:
    """For each task the number of the batch, of all batches, that its record is in; -1 if it has none."""
    begins = np.cumsum([0, *(len(shard.batches) for shard in snapshot.shards)])
    best = snapshot.best
    return np.where(best.shard < 0, -1, begins[best.shard] + best.batch)
