"""Workers whose task did not end at its time limit."""

import time
from pathlib import Path
from typing import cast

import pytest

from sweeprun.launchers.link import Link
from sweeprun.launchers.overdue import OVERDUE_SECONDS, is_overdue
from sweeprun.launchers.pool_worker import PoolWorker
from sweeprun.store.directory import RunDirectory
from sweeprun.store.workers import BeatWriter, Place
from tests.results.runs import count_axis, make_run


class StoppedLink:
    """One that a signal may hold up."""

    def __init__(self, *, stopped: bool) -> None:
        self._stopped = stopped

    def is_stopped(self) -> bool:
        return self._stopped


@pytest.mark.parametrize("stopped", [False, True])
@pytest.mark.parametrize(
    ("given", "due", "overdue"),
    [(0.0, None, False), (100.0, None, None), (100.0, -OVERDUE_SECONDS - 1, True), (100.0, 1.0, False)],
)
def test_by_its_beat_or_because_it_is_stopped(
    tmp_path: Path, given: float, due: float | None, overdue: bool | None, stopped: bool
) -> None:
    """``given`` seconds ago it got its turn, and ``due`` from now it should be done; without a beat, None."""
    run: RunDirectory = make_run(tmp_path / "run", count_axis("seed", 3))
    link = cast("Link", StoppedLink(stopped=stopped))
    worker = PoolWorker(link=link, slot=0, started=0.0, given=time.monotonic() - given, name="w")
    if due is not None:
        beat = BeatWriter(run, "w", Place())
        beat.start(1, 0.0)
        beat.limit(due)
    assert is_overdue(run, worker, 1.0) == (stopped if overdue is None else overdue)
