"""Waiting for a run: looks at it, ever more rarely, until everything has ended."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sweeprun.design.grid import Grid
from sweeprun.design.selection import Expression, Selection
from sweeprun.design.tasks import TaskTable
from sweeprun.launchers.progress import Tally
from sweeprun.runs.observe import observe
from sweeprun.runs.wait import looks, tally_of, wait_for
from sweeprun.store.directory import RunDirectory
from sweeprun.store.processes import Process
from sweeprun.store.snapshot import Snapshot
from tests.results.runs import count_axis, failure, make_run, make_run_of, success, write_shard
from tests.runs.observers import Listener
from tests.runs.queue_launcher import set_queue
from tests.runs.submitting import ALIVE, QUEUE, submit


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "a rün", count_axis("x", 4))


def test_a_run_that_has_ended_is_not_waited_for(run: RunDirectory, observer: Listener) -> None:
    submit(run, tasks="0-3")
    write_shard(run, "0.a", [success(0, 1), success(1, 1), failure(3)])
    ended = wait_for(run, observer)
    (heading,) = observer.headings
    assert heading == (f"waiting for 4 tasks of '{run.path}'", 4, 3)
    assert observer.tallies == [Tally(total=4, succeeded=2, failed=1)]
    assert (ended.snapshot.run, ended.seconds, ended.interrupted) == (run, None, False)


def test_of_one_task_the_heading_has_no_plural(tmp_path: Path, observer: Listener) -> None:
    wait_for(make_run(tmp_path / "run"), observer)
    assert observer.headings == [(f"waiting for 1 task of {tmp_path / 'run'}", 1, 0)]


@pytest.mark.usefixtures("queue")
def test_what_is_not_known_is_told_once_and_so_is_that_it_is_known_again(run: RunDirectory, observer: Listener) -> None:
    submit(run, tasks="0-3", launcher=QUEUE)
    set_queue(run, problem="squeue does not answer")
    observer.on_update = lambda _: set_queue(run)  # by the second look nothing is queued any more
    ended = wait_for(run, observer)
    first, second = observer.progress_notes
    assert first == "what waits and runs is not known: squeue does not answer"
    assert "is known again" in second
    assert len(observer.tallies) == 2
    assert ended.snapshot.activity.problem == ""


@pytest.fixture
def submitter() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def test_looks_go_on_until_the_process_that_runs_it_is_gone(
    run: RunDirectory, submitter: "subprocess.Popen[bytes]"
) -> None:
    submit(run, tasks="0-3", submitter=Process.of(submitter.pid))

    def look() -> Snapshot:
        write_shard(run, "0.a", [success(0, 1)])
        submitter.kill()
        submitter.wait()
        return observe(run)

    seen = list(looks(observe(run), look, pause=0))
    assert [tally_of(snapshot).succeeded for snapshot in seen] == [0, 1]


def test_a_run_that_is_complete_has_ended_whatever_its_launcher_says(run: RunDirectory) -> None:
    submit(run, tasks="0-3", submitter=ALIVE)

    def look() -> Snapshot:
        write_shard(run, "0.a", [success(task_id, 1) for task_id in range(4)])
        return observe(run)

    assert [snapshot.complete for snapshot in looks(observe(run), look, pause=0)] == [False, True]


def test_looks_end_at_a_time_even_if_the_run_goes_on(run: RunDirectory) -> None:
    submit(run, tasks="0-3", submitter=ALIVE)
    first = observe(run)
    assert list(looks(first, lambda: first, until=time.monotonic())) == [first]
    clock = time.monotonic()
    seen = list(looks(first, lambda: first, pause=3600, longest=3600, until=clock + 0.05))
    assert len(seen) == 2  # a pause doesn't go beyond the end
    assert time.monotonic() - clock < 60


def test_looks_grow_rarer_up_to_the_longest_pause(run: RunDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    submit(run, tasks="0-3", submitter=ALIVE)
    first = observe(run)
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)
    seen = looks(first, lambda: first, pause=1, longest=2)
    for _ in range(6):
        next(seen)
    assert pauses == pytest.approx([1, 1.3, 1.69, 2, 2])


def test_points_that_are_left_out_are_not_waited_for(tmp_path: Path) -> None:
    selection = Selection(exclude=(Expression(text="x == 2"),))
    run = make_run_of(tmp_path / "run", TaskTable.of(Grid(axes=(count_axis("x", 4),)), selection=selection))
    write_shard(run, "0.a", [success(0, 1), failure(1)])
    assert tally_of(observe(run)) == Tally(total=3, succeeded=1, failed=1)
