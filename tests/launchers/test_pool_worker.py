"""A worker as its pool sees it."""

from typing import cast

import pytest

from sweeprun.design.task_ids import TaskIds
from sweeprun.launchers.answers import Answer, Broken, Done, Failed, Note, Ready, Warn
from sweeprun.launchers.link import Link
from sweeprun.launchers.pool_worker import PoolWorker
from sweeprun.launchers.work_queue import Turn
from sweeprun.store.records import Failure

_FAILURE = Failure(type="E", message="", traceback="")


class Asked:
    """Remembers what is asked."""

    def __init__(self) -> None:
        self.requests: list[str] = []

    def ask(self, request: str) -> None:
        self.requests.append(request)


def working(name: str | None = "w") -> PoolWorker:
    """A worker that has done 3 tasks, one of which failed, and was handed 5 to 8."""
    worker = PoolWorker(link=cast("Link", Asked()), slot=0, started=0.0, name=name, succeeded=2, failed=1)
    worker.hand(Turn(tasks=TaskIds.of(range(5, 9)), elements=2), 10.0)
    return worker


@pytest.mark.parametrize(
    "answer",
    [Done(6, 1), Done(2, 5), Failed(5, _FAILURE), Broken(8, "why"), Broken(None, "why"), Note("x"), Warn("x")],
)
def test_what_can_be_true_is_expected(answer: Answer) -> None:
    assert working().expects(answer)


@pytest.mark.parametrize(
    "answer",
    [
        *(Done(5, 1), Done(7, 1), Done(1, 6), Done(7, 0), Done(0, 0)),
        *(Ready("again"), Failed(4, _FAILURE), Broken(9, "why")),
    ],
)
def test_what_can_not_be_true_is_not(answer: Answer) -> None:
    assert not working().expects(answer)


def test_nothing_is_done_before_something_was_asked() -> None:
    worker = PoolWorker(link=cast("Link", Asked()), slot=0, started=0.0)
    assert worker.expects(Ready("w"))
    assert not worker.expects(Done(0, 0))


def test_a_report_ends_its_turn() -> None:
    worker = working()
    assert cast("Asked", worker.link).requests == ["tasks 5-8"]
    worker.take_report(Done(6, 1), 11.0)
    assert (worker.succeeded, worker.failed, len(worker.assigned)) == (6, 1, 0)
    assert worker.pace == 0.5
