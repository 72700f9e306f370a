"""The beginning of a run: checks, directory, submissions."""

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sweeprun.config.launching import Given
from sweeprun.design.policy import Policy
from sweeprun.errors import RunDirectoryError, UsageError
from sweeprun.runs.observe import observe, warnings_of
from sweeprun.runs.prepare_call import Asked, prepare_call
from sweeprun.runs.prepared_run import PreparedRun
from sweeprun.runs.start import start_run
from sweeprun.store.manifest import read_manifest
from sweeprun.store.snapshot import TaskState
from sweeprun.store.submissions import read_submissions
from tests.runs.observers import Kept, Listener, launch_here
from tests.runs.sweeping import prepare_words


def prepared(functions: ModuleType, seeds: range = range(4), changes: Given | None = None, **asked: Any) -> PreparedRun:
    return prepare_call(
        Asked(
            function=functions.flaky,
            axes={"seed": seeds},
            directory="a rün",
            changes=changes or Given(),
            **asked,
        )
    )


def test_what_is_launched_is_planned_by_the_launcher_and_has_the_policy_of_the_run(
    functions: ModuleType, here: Path, observer: Listener
) -> None:
    changes = Given(options={"throttle": 3, "tasks_per_job": 2}, of_policy={"retries": 1})
    kept = Kept()
    started = start_run(prepared(functions, changes=changes), ["a call"], launch=kept, observer=observer)
    assert started.run.path == here / "a rün"
    assert started.ended is None
    assert started.submissions == tuple(kept.submissions)
    (submission,) = started.submissions
    assert (str(submission.array), submission.array.tasks_per_job, submission.number) == ("0-1%3", 2, 0)
    assert submission.policy == Policy(retries=1)
    assert read_manifest(started.run).provenance["command"] == ["a call"]
    assert read_submissions(started.run) == ()  # that is the launch's to write
    assert (observer.notes, observer.warnings) == ([], [])


def test_how_it_ended_is_what_the_launch_says(functions: ModuleType) -> None:
    started = start_run(prepared(functions), [], launch=launch_here)
    assert started.ended is not None
    counts = started.ended.snapshot.counts()
    assert (counts[TaskState.SUCCEEDED], counts[TaskState.FAILED]) == (2, 2)


def test_points_that_are_left_out_are_told_and_not_launched(functions: ModuleType, observer: Listener) -> None:
    kept = Kept()
    start_run(prepared(functions, exclude="seed == 2"), [], launch=kept, observer=observer)
    assert observer.notes == ["1 of 4 points are left out"]
    assert str(kept.submissions[0].array.tasks) == "0-1,3"


def test_members_that_share_their_stream_are_warned_of(functions: ModuleType, observer: Listener) -> None:
    start_run(prepared(functions, members=3, streams=["seed"]), [], observer=observer, launch=Kept())
    assert any("all members of a point have the same random stream" in line for line in observer.warnings)


@pytest.mark.usefixtures("queue")
def test_what_a_launcher_notes_before_it_starts_is_a_warning(functions: ModuleType, observer: Listener) -> None:
    start_run(prepared(functions, changes=Given(name="queue")), [], launch=Kept(), observer=observer)
    assert observer.warnings == ["the queue is slow"]


@pytest.mark.usefixtures("queue")
def test_a_launcher_that_cannot_work_here_is_found_before_anything_is_made(functions: ModuleType, here: Path) -> None:
    broken = Given(name="queue", options={"broken": "there is no queue"})
    with pytest.raises(UsageError, match="there is no queue"):
        start_run(prepared(functions, changes=broken), [], launch=Kept())
    assert not (here / "a rün").exists()


def test_a_sweep_that_is_too_large_is_refused_before_anything_is_made(functions: ModuleType, here: Path) -> None:
    with pytest.raises(UsageError, match="a sweep of 100000001 tasks is too large"):
        start_run(prepared(functions, range(10**8 + 1)), [], launch=Kept())
    assert not (here / "a rün").exists()


def test_a_run_that_is_there_already_is_not_started_again(functions: ModuleType) -> None:
    ready = prepared(functions)
    start_run(ready, [], launch=Kept())
    kept = Kept()
    with pytest.raises(RunDirectoryError, match="'a rün' is there already"):
        start_run(ready, [], launch=kept)
    assert kept.submissions == []


def test_a_launcher_of_another_package_runs_all_tasks_and_makes_no_submissions(here: Path) -> None:
    kept = Kept()
    ready = prepare_words("seed=1,2", "hydra/launcher=basic", "hydra.sweep.dir='a rün'")
    started = start_run(ready, ["sweeprun", "-m"], launch=kept)
    assert started.run.path == here / "a rün"
    assert started.submissions == tuple(kept.submissions) == ()
    assert started.ended is not None
    assert started.ended.snapshot.complete
    assert started.ended.seconds is not None
    assert started.ended.seconds > 0


def test_such_a_launcher_can_leave_no_points_out(here: Path) -> None:
    words = ("seed=1,2", "hydra/launcher=basic", "hydra.sweeper.exclude='seed == 1'", "hydra.sweep.dir='a rün'")
    with pytest.raises(UsageError, match="no points can be left out"):
        start_run(prepare_words(*words), [])
    assert not (here / "a rün").exists()


def test_a_generator_that_draws_what_a_task_does_is_warned_of_and_noted(
    functions: ModuleType, observer: Listener
) -> None:
    asked = Asked(function=functions.has_a_stream, axes={"seed": range(5)}, directory="a rün")
    run = start_run(prepare_call(asked), [], launch=Kept(), observer=observer).run
    (warning,) = observer.warnings
    assert warning.startswith("study.has_a_stream makes np.random.default_rng(4) (study.py, line ")
    assert warnings_of(observe(run), in_full=True) == [warning]
    rooted = Asked(function=functions.has_a_stream, axes={"seed": range(5)}, root_seed=1, directory="another")
    assert prepare_call(rooted).clash is None


@pytest.mark.usefixtures("here")
def test_the_config_of_a_clash_may_say_the_seed(observer: Listener) -> None:
    start_run(prepare_words("task=study.shares_a_stream", "seed=range(3)"), [], launch=Kept(), observer=observer)
    (warning,) = observer.warnings
    assert "makes np.random.default_rng(cfg.seed)" in warning
    assert prepare_words("task=study.shares_a_stream", "lr=0.1,0.2", "seed=2").clash is None
    assert prepare_words("task=study.shares_a_stream", "lr=0.1,0.2", "seed=1").clash is not None
