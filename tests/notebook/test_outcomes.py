"""What verbs did to a run, and going on from there."""

import copy
import pickle
from pathlib import Path

import pytest

import sweeprun
from sweeprun.design.task_ids import TaskIds
from sweeprun.notebook.outcomes import CancelledTasks, ReachedTarget, StartedTasks, ThrottledRun
from sweeprun.runs.stopping_rule import Reached, Stop, StoppingRule
from tests.results.runs import count_axis, make_run, success, write_shard


@pytest.fixture
def run(tmp_path: Path) -> sweeprun.Run:
    directory = make_run(tmp_path / "run", count_axis("seed", 2))
    write_shard(directory, "w", [success(i, {"x": i}) for i in range(2)])
    return sweeprun.open_run(directory.path)


def test_each_says_what_was_done(run: sweeprun.Run) -> None:
    started = StartedTasks(run=run, tasks=TaskIds.first(3))
    assert repr(started).startswith("started 3 tasks in the background: 0-2; run.progress()")
    assert repr(StartedTasks(run=run, tasks=TaskIds(()), nothing="nothing to start: 2 succeeded")).startswith("nothing")
    assert repr(CancelledTasks(run=run, stopped=1)).startswith("stopped 1 task; ")
    assert repr(CancelledTasks(run=run, stopped=0)) == "nothing waited or ran"
    assert repr(ThrottledRun(run=run, throttle=1)) == "at most 1 element at once from now on"


def test_a_target_says_whether_it_holds(run: sweeprun.Run) -> None:
    rule = StoppingRule.of("sem(x)<0.1")
    reached = Reached(rule=rule, stop=Stop.LIMIT, members=9, added=7, open_points=1, points=2)
    found = ReachedTarget(run=run, reached=reached)
    assert (found.holds, found.members, found.added) == (False, 9, 7)
    assert repr(found) == (
        "sem(x)<0.1 does not hold yet at 1 of 2 points with 9 members, 7 of them added: there are as many members as "
        "there may be"
    )


def test_it_goes_on_as_the_run(run: sweeprun.Run) -> None:
    started = StartedTasks(run=run, tasks=TaskIds(()))
    assert started.wait() is run
    assert started.counts == run.counts
    assert started["x"].values.tolist() == [0, 1]
    assert list(started) == ["x"]
    with pytest.raises(AttributeError, match="colour"):
        _ = started.colour
    assert not hasattr(started, "_repr_html_")  # a notebook shows what was done, and not the run
    for other in (copy.copy(started), pickle.loads(pickle.dumps(started))):
        assert other.run.path == run.path
