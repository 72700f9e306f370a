"""Other threads: whether results of a run were made with different numbers of threads, and with how many it began.

Over more threads, sums are added in another order, so linear algebra gives other last digits, and what is trained with
it may be something else in the end. Each record says to how many threads its worker was kept; here that is found again.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sweeprun.design.axes import THREADS_COORDINATE
from sweeprun.provenance.origin import Origin
from sweeprun.store.snapshot import Snapshot, submission_of
from sweeprun.wording import launcher


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherThreads:
    """That results were made with different numbers of threads.

    Attributes
    ----------
    tasks
        Number of threads -> how many results were made with it; at least two numbers.
    first
        The number that the run began with.
    """

    tasks: Mapping[int, int]
    first: int

    def __str__(self) -> str:
        (threads, count), *others = sorted(self.tasks.items())
        ran = (
            f"{count} {'task' if count == 1 else 'tasks'} ran with {threads} {'thread' if threads == 1 else 'threads'}"
        )
        *listed, last = [ran, *(f"{count} with {threads}" for threads, count in others)]
        return (
            f"{', '.join(listed)} and {last}: results of threaded linear algebra may differ in the last digits, and "
            f"more after training, others not; {THREADS_COORDINATE} in the Dataset tells them apart; to have all from "
            f"one number, start a new sweep with {launcher('cpus_per_task').to(self.first)}"
        )


def other_threads_of(snapshot: Snapshot) -> OtherThreads | None:
    """What of a run was made with other numbers of threads than the rest; None if nothing was, or it isn't known."""
    tasks = threads_of_results(snapshot)
    return OtherThreads(tasks=tasks, first=first_threads(snapshot) or min(tasks)) if len(tasks) > 1 else None


def threads_of_results(snapshot: Snapshot) -> dict[int, int]:
    """Number of threads -> how many of the results that count were made with it; unknown numbers are left out."""
    succeeded = snapshot.best.outcome == 1
    by_batch = [Origin.from_json(batch.origin).threads for shard in snapshot.shards for batch in shard.batches]
    if len(set(by_batch)) == 1:  # as in most runs, of however many tasks
        counts = {by_batch[0]: int(np.count_nonzero(succeeded))}
    else:
        begins = np.cumsum([0, *(len(shard.batches) for shard in snapshot.shards)])
        results = np.bincount(
            begins[snapshot.best.shard[succeeded]] + snapshot.best.batch[succeeded], minlength=len(by_batch)
        )
        counts = dict.fromkeys(by_batch, 0)
        for threads, count in zip(by_batch, results.tolist(), strict=True):
            counts[threads] += count
    return {threads: count for threads, count in counts.items() if threads and count}


def first_threads(snapshot: Snapshot) -> int:
    """With how many threads the first submission ran of which there are records; 0 if that isn't known."""
    found = [
        (submission, threads)
        for shard in snapshot.shards
        if (submission := submission_of(shard.path)) is not None
        for batch in shard.batches
        if (threads := Origin.from_json(batch.origin).threads)
    ]
    return min(found)[1] if found else 0
