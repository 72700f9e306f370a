"""Launching: submissions are written, and then run to their end or queued."""

import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import RunDirectoryError
from sweeprun.launchers.progress import Tally
from sweeprun.runs.launch import Started, launch, launch_written, seconds_since, write_new
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import TaskState, take_snapshot
from sweeprun.store.submissions import Submission, read_submissions
from tests.results.runs import count_axis, make_run
from tests.runs.observers import Kept, Listener
from tests.runs.queue_launcher import calls
from tests.runs.submitting import LOCAL, QUEUE
from tests.runs.sweeping import sweep_function


@pytest.fixture
def run(here: Path) -> RunDirectory:
    return make_run(here / "a rün", count_axis("x", 10))


def submissions(*parts: str, throttle: int = 2, launcher: Mapping[str, Any] = QUEUE) -> Sequence[Submission]:
    return [
        Submission(number=number, array=Array(tasks=TaskIds.parse(tasks), throttle=throttle), launcher=dict(launcher))
        for number, tasks in enumerate(parts)
    ]


def test_local_workers_run_all_tasks_to_their_end(functions: ModuleType, observer: Listener) -> None:
    run = sweep_function(functions.flaky, {"seed": range(2)}, launch=Kept())
    made = submissions("0-1", throttle=1, launcher=LOCAL)
    ended = launch(run, made, observer)
    assert read_submissions(run) == tuple(made)
    assert ended is not None
    assert not ended.interrupted
    assert ended.seconds is not None
    assert ended.seconds > 0
    counts = ended.snapshot.counts()
    assert (counts[TaskState.SUCCEEDED], counts[TaskState.FAILED]) == (1, 1)
    assert observer.headings == [("2 tasks on 1 worker, recorded in 'a rün'", 2, 0)]
    assert observer.tallies[-1] == Tally(total=2, succeeded=1, failed=1)


def test_what_was_started_are_the_tasks_of_all_submissions(run: RunDirectory) -> None:
    assert str(Started(run=run, submissions=tuple(submissions("0-3"))).tasks) == "0-3"
    assert str(Started(run=run, submissions=tuple(submissions("4-9", "0-1"))).tasks) == "0-1,4-9"
    assert not Started(run=run).tasks


@pytest.mark.usefixtures("queue")
def test_into_a_queue_it_returns_at_once_and_what_the_launcher_notes_is_a_warning(
    run: RunDirectory, observer: Listener
) -> None:
    assert launch(run, submissions("0-3", "4-9"), observer) is None
    assert calls(run) == [["launch", [0, 1]]]
    assert [submission.number for submission in read_submissions(run)] == [0, 1]
    assert observer.warnings == ["the queue is long"]
    assert observer.headings == []


def test_a_number_that_another_process_has_taken_starts_nothing(run: RunDirectory, observer: Listener) -> None:
    first, second = submissions("0-3", "4-9", launcher=LOCAL)
    write_new(run, [second])
    with pytest.raises(RunDirectoryError, match=r"has just resumed 'a rün'; see `sweeprun status 'a rün'`"):
        launch(run, [second], observer)
    assert observer.headings == []
    assert take_snapshot(run).shards == ()
    write_new(run, [first])
    assert read_submissions(run) == (first, second)


@pytest.mark.usefixtures("queue")
@pytest.mark.parametrize(
    ("parts", "throttle", "heading"),
    [
        (["0"], 5, "1 task on 1 worker, recorded in 'a rün'"),
        (["0-3", "4-9"], 3, "10 tasks on 3 workers, recorded in 'a rün'"),
        (["0-3"], 9, "4 tasks on 4 workers, recorded in 'a rün'"),
    ],
)
def test_the_heading_says_how_many_tasks_run_on_how_many_workers(
    run: RunDirectory, observer: Listener, parts: list[str], throttle: int, heading: str
) -> None:
    made = submissions(*parts, throttle=throttle, launcher=QUEUE | {"in_foreground": True})
    ended = launch(run, made, observer)
    assert ended is not None
    assert [told for told, *_ in observer.headings] == [heading]
    assert observer.progress_notes == ["the queue is long"]
    assert observer.tallies == [Tally(total=1)]


@pytest.mark.usefixtures("queue")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_it_and_what_there_is_counts(
    run: RunDirectory, observer: Listener, number: signal.Signals
) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    options = QUEUE | {"in_foreground": True, "signal": int(number)}
    ended = launch(run, submissions("0-9", launcher=options), observer)
    assert ended is not None
    assert ended.interrupted
    assert ended.snapshot.counts()[TaskState.PENDING] == 10
    assert observer.tallies == []


@pytest.mark.usefixtures("queue")
def test_a_signal_that_was_ignored_stays_ignored(run: RunDirectory, observer: Listener) -> None:
    """As ``nohup`` ignores the end of the terminal."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    options = QUEUE | {"in_foreground": True, "signal": int(signal.SIGHUP)}
    ended = launch(run, submissions("0-9", launcher=options), observer)
    assert ended is not None
    assert not ended.interrupted


@pytest.mark.usefixtures("queue")
def test_what_is_written_already_is_launched_as_it_is(run: RunDirectory, observer: Listener) -> None:
    made = submissions("0-9")
    write_new(run, made)
    assert launch_written(run, made, observer) is None
    assert calls(run) == [["launch", [0]]]


def test_a_clock_that_is_set_back_gives_no_time_instead_of_a_wrong_one(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([1000.0, 990.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(times))
    assert seconds_since(5.0) == 995.0
    assert seconds_since(2592996.4) is None
