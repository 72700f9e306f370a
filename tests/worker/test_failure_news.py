"""The first failure of each kind among the tasks of a worker."""

from sweeprun.store.records import Failure
from sweeprun.worker.failure_news import FailureNews
from tests.results.runs import failure, success


def test_each_kind_is_news_once() -> None:
    news = FailureNews()
    for task_id, kind in enumerate(["KeyError", "KeyError", "OSError"]):
        news.add(failure(task_id, kind, f"bad\n{task_id}"))
    news.add(success(9, 1.0))
    lines = news.take()
    assert [line.partition(" ")[0] for line in lines] == ["0", "2"]
    assert Failure.decode(lines[0].partition(" ")[2].encode()).message == "bad\n0"
    assert all("\n" not in line and line.isascii() for line in lines)
    assert news.take() == []


def test_there_are_never_many() -> None:
    news = FailureNews()
    for task_id in range(50):
        news.add(failure(task_id, f"E{task_id}"))
    assert len(news.take()) == 6
