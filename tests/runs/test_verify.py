"""Running a sample of tasks again, each in a fresh process."""

from pathlib import Path
from types import ModuleType

import pytest

from sweeprun.errors import UsageError
from sweeprun.launchers.progress import Tally
from sweeprun.runs.observe import observe
from sweeprun.runs.verify import verify_run
from sweeprun.store.directory import RunDirectory
from sweeprun.store.verification import read_verification
from tests.results.runs import count_axis, failure, make_run, write_shard
from tests.runs.observers import Listener
from tests.runs.studies import STUDY
from tests.runs.sweeping import sweep_function


@pytest.fixture
def run(functions: ModuleType) -> RunDirectory:
    return sweep_function(functions.moody, {"seed": range(3)})


def test_each_task_has_a_verdict_and_the_outcome_is_kept(run: RunDirectory, here: Path, observer: Listener) -> None:
    (here / "changed").touch()
    same, fails, dies = verify_run(observe(run), observer=observer).verdicts
    assert (same.task_id, same.coordinates, same.differences, same.cause) == (0, {"seed": 0}, (), "")
    assert [one.what for one in fails.differences] == ["a result before, ValueError: changed now"]
    assert [one.what for one in dies.differences] == ["its process ended before it did"]
    assert fails.cause == "see why with: sweeprun replay 'a rün' 1"
    assert observer.headings == [("running 3 of 3 tasks of 'a rün' again", 3, 0)]
    assert observer.tallies[-1] == Tally(total=3, succeeded=1, failed=2, wrong="different")
    assert (observer.notes, observer.warnings) == ([], [])
    kept = read_verification(run)
    assert kept is not None
    assert (kept.sample, kept.seed, kept.equal, kept.different) == (3, 0, 1, (1, 2))
    assert kept.causes == (fails.cause, dies.cause)


def test_what_differs_after_a_change_of_code_is_drift_and_a_seed_chooses_the_sample(
    run: RunDirectory, here: Path, observer: Listener
) -> None:
    (here / "study.py").write_text(STUDY.replace('{"x": rng.random()}', '{"x": 2 * rng.random()}'))
    with pytest.raises(UsageError, match=r"(?s)differences would say nothing of its results.*study\.py has changed"):
        verify_run(observe(run), observer=observer)
    assert read_verification(run) is None
    (verdict,) = verify_run(observe(run), sample=1, seed=7, allow_drift=True, observer=observer).verdicts
    assert verdict.cause == "drift: it was made with other code or other packages"
    assert [one.variable for one in verdict.differences] == ["x"]
    assert len(observer.warnings) == 1
    assert observer.headings == [("running 1 of 3 tasks of 'a rün' again", 1, 0)]
    assert observer.notes == [f"looking for the cause in task {verdict.task_id} …"]
    kept = read_verification(run)
    assert kept is not None
    assert (kept.sample, kept.seed, kept.different) == (1, 7, (verdict.task_id,))


def test_a_run_where_the_outcome_cannot_be_kept_is_verified_all_the_same(run: RunDirectory, observer: Listener) -> None:
    run.verification.mkdir()
    (verdict,) = verify_run(observe(run), sample=1, observer=observer).verdicts
    assert verdict.differences == ()
    (note,) = observer.notes
    assert note.startswith("the outcome is not kept in the run: ")


def test_without_results_there_is_nothing_to_verify(tmp_path: Path, observer: Listener) -> None:
    run = make_run(tmp_path / "run", count_axis("x", 2))
    write_shard(run, "0.a", [failure(0)])
    with pytest.raises(UsageError, match=r"no task of .*run has a result that could be verified"):
        verify_run(observe(run), observer=observer)
    assert read_verification(run) is None
