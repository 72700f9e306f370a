"""Running again what has no result and is not queued."""

import json
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from sweeprun.config.launching import Words
from sweeprun.design.policy import Policy
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import LaunchError, OverrideError, UsageError
from sweeprun.results.collect import collect_run
from sweeprun.runs.events import Observer
from sweeprun.runs.launch import Launch
from sweeprun.runs.observe import observe
from sweeprun.runs.resume import as_ended, resume_run
from sweeprun.store.directory import RunDirectory
from sweeprun.store.processes import Process
from sweeprun.store.submissions import Submission, read_submissions
from tests.results.runs import count_axis, make_run, success, write_shard
from tests.runs.observers import Kept, Listener, launch_here
from tests.runs.studies import STUDY
from tests.runs.submitting import ALIVE, ELSEWHERE, submit
from tests.runs.sweeping import sweep_function


@pytest.fixture
def half(functions: ModuleType) -> RunDirectory:
    """A run whose odd seeds failed for lack of a file."""
    return sweep_function(functions.flaky, {"seed": range(4)})


def resumed(
    run: RunDirectory,
    observer: Listener,
    *words: str,
    launch: Launch | None = None,
    allow_drift: bool = False,
) -> tuple[Submission, ...]:
    return resume_run(
        observe(run),
        Words(words),
        ["sweeprun", "resume"],
        launch=launch or Kept(),
        allow_drift=allow_drift,
        observer=observer,
    ).submissions


def test_exactly_what_is_missing_runs_again_on_the_same_streams(
    half: RunDirectory, here: Path, observer: Listener
) -> None:
    (here / "mended").touch()
    (submission,) = resumed(half, observer, "hydra.sweeper.retries=1", launch=launch_here)
    assert (submission.number, submission.attempt, str(submission.array.tasks)) == (1, 2, "1,3")
    assert submission.policy == Policy(retries=1)
    expected = [np.random.default_rng(task_id).random() for task_id in range(4)]
    np.testing.assert_array_equal(collect_run(half).dataset["x"], expected)
    assert (observer.notes, observer.warnings) == ([], [])


def test_tasks_of_an_older_run_share_workers_as_they_did(half: RunDirectory, observer: Listener) -> None:
    (path,) = half.submissions.glob("*.json")
    data = json.loads(path.read_text())
    del data["launcher"]["fresh_process"]
    data["launcher"]["tasks_per_job"] = 1  # the default was a number then
    path.write_text(json.dumps(data))
    assert not resumed(half, observer)[0].gives_processes
    assert resumed(half, observer, "hydra.launcher.fresh_process=true")[0].gives_processes


def test_what_the_launch_says_is_heard(half: RunDirectory, observer: Listener) -> None:
    def launch(run: RunDirectory, submissions: Sequence[Submission], observer: Observer) -> None:
        observer.note(f"{len(submissions)} of {run.shown()}")

    resumed(half, observer, launch=launch)
    assert observer.notes == ["1 of 'a rün'"]


def test_if_nothing_is_missing_nothing_starts(half: RunDirectory, here: Path, observer: Listener) -> None:
    (here / "mended").touch()
    resumed(half, observer, launch=launch_here)
    kept = Kept()
    started = resume_run(observe(half), Words(()), ["sweeprun", "resume"], launch=kept, observer=observer)
    assert (started.nothing, started.tasks) == ("nothing to start: 4 succeeded", TaskIds(()))
    assert kept.submissions == []
    assert observer.notes == []


def test_what_waits_or_runs_is_not_started_again(tmp_path: Path, observer: Listener) -> None:
    run = make_run(tmp_path / "run", count_axis("x", 4))
    submit(run, tasks="0-3", submitter=ALIVE)
    started = resume_run(observe(run), Words(()), ["sweeprun", "resume"], launch=Kept(), observer=observer)
    assert (started.submissions, started.nothing) == ((), "nothing to start: 4 pending")


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("hydra.launcher.throtle=7", "local has no option 'throtle'"),
        ("hydra.sweeper.retries=-1", "retries is -1"),
        ("hydra.sweeper.seed_globals=true", "would change what tasks draw; start a new sweep"),
        ("seed=7", "'seed=7' would change what is run"),
    ],
)
@pytest.mark.parametrize("done", [0, 4])
def test_changes_that_make_no_sense_are_refused_even_if_nothing_is_missing(
    tmp_path: Path, observer: Listener, word: str, message: str, done: int
) -> None:
    run = make_run(tmp_path / "run", count_axis("x", 4))
    write_shard(run, "0.a", [success(task_id, 1) for task_id in range(done)])
    with pytest.raises(OverrideError, match=message):
        resumed(run, observer, word)


def test_while_it_is_not_known_what_runs_nothing_starts(tmp_path: Path, observer: Listener) -> None:
    run = make_run(tmp_path / "run", count_axis("x", 4))
    submit(run, tasks="0-3", submitter=ELSEWHERE)
    with pytest.raises(LaunchError, match="nothing was started: process 4711 on another host"):
        resumed(run, observer)


def test_a_run_can_be_taken_as_ended_if_the_user_knows_it(tmp_path: Path, observer: Listener) -> None:
    run = make_run(tmp_path / "run", count_axis("x", 4))
    submit(run, tasks="0-3", submitter=ELSEWHERE)
    kept = Kept()
    resume_run(as_ended(run), Words(), [], launch=kept, observer=observer)
    (submission,) = kept.submissions
    assert (submission.number, str(submission.array.tasks)) == (1, "0-3")
    assert submission.submitter == Process.current()
    assert observer.warnings == [f"what code {run.shown()} was made with is not known"]


def test_other_code_is_refused_and_changes_nothing(half: RunDirectory, here: Path, observer: Listener) -> None:
    (here / "study.py").write_text(STUDY.replace('{"x": x}', '{"x": 2 * x}'))
    before = sorted(half.path.rglob("*"))
    with pytest.raises(UsageError, match=r"(?s)results would be mixed.*study\.py has changed.*--allow-drift"):
        resumed(half, observer)
    assert sorted(half.path.rglob("*")) == before


def test_other_code_is_a_warning_and_recorded_if_it_is_allowed(
    half: RunDirectory, here: Path, observer: Listener
) -> None:
    (here / "study.py").write_text(STUDY.replace('{"x": x}', '{"x": 2 * x}'))
    (submission,) = resumed(half, observer, allow_drift=True)
    (warning,) = observer.warnings
    assert "study.py has changed, and in it the task function study.flaky" in warning
    (first,) = read_submissions(half)
    assert half.code(submission.provenance["code"]).exists()
    assert len(list(half.codes.iterdir())) == 2
    assert first.provenance == {}  # of the first, it is in the manifest


def test_a_run_of_which_nothing_was_returned_runs_again_as_a_whole(
    functions: ModuleType, here: Path, observer: Listener
) -> None:
    run = sweep_function(functions.returns_nothing, {"seed": range(3)})
    (here / "mended").touch()
    started = resume_run(observe(run), Words(()), ["a test"], incomplete=True, launch=launch_here, observer=observer)
    assert str(started.tasks) == "0-2"
    assert collect_run(run).dataset["x"].values.tolist() == [0, 1, 2]
    assert not resume_run(observe(run), Words(()), ["a test"], incomplete=True, launch=Kept(), observer=observer).tasks
