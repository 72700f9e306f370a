"""Running one task again, in this process or in one of its own."""

import importlib
import os
import signal
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from sweeprun.errors import RunDirectoryError, UsageError
from sweeprun.provenance.origin import Origin
from sweeprun.results.comparing import Difference
from sweeprun.runs.observe import observe
from sweeprun.runs.replay import (
    Replayed,
    differences_from,
    overruled,
    recorded_in_run,
    replay,
    run_here,
)
from sweeprun.store.directory import RunDirectory
from sweeprun.store.records import Failure
from tests.results.runs import failure, success
from tests.runs.observers import Kept, Listener
from tests.runs.studies import STUDY
from tests.runs.sweeping import sweep_function


@pytest.fixture
def run(functions: ModuleType) -> RunDirectory:
    """Its odd seeds failed."""
    return sweep_function(functions.flaky, {"seed": range(4)})


def test_a_task_is_the_same_again_in_this_process(run: RunDirectory, here: Path, observer: Listener) -> None:
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    before = {path: path.stat().st_mtime_ns for path in run.path.rglob("*")}
    recorded = recorded_in_run(run.path, ["seed=2"], observer=observer)
    assert recorded.task.task_id == 2
    assert recorded.arrays is not None
    assert recorded.arrays["x"] == np.random.default_rng(2).random()
    assert differences_from(recorded, run_here(recorded)) == []
    assert Path.cwd() == here
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers
    assert {path: path.stat().st_mtime_ns for path in run.path.rglob("*")} == before
    assert (observer.notes, observer.warnings) == ([], [])


def test_what_a_task_raises_is_handed_over_where_it_was_raised(run: RunDirectory, here: Path) -> None:
    raised: list[BaseException] = []
    recorded = recorded_in_run(run.path, ["1"])
    assert recorded.arrays is None
    now = run_here(recorded, raised.append)
    assert differences_from(recorded, now) == []  # it failed in the same way before
    (error,) = raised
    assert isinstance(error, ValueError)
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    assert trace is not None
    assert trace.tb_frame.f_locals["seed"] == 1
    (here / "mended").touch()
    (difference,) = differences_from(recorded, run_here(recorded))
    assert difference.what == "ValueError: no 1 before, a result now"


def test_the_newest_run_by_default(run: RunDirectory, here: Path) -> None:
    with pytest.raises(RunDirectoryError, match="there is no run below"):
        recorded_in_run(None, ["0"])
    (here / "multirun").mkdir()
    run.path.rename(here / "multirun" / "today")
    assert recorded_in_run(None, ["3"]).task.coordinates == {"seed": 3}


def test_other_code_is_refused_or_told(run: RunDirectory, here: Path, observer: Listener) -> None:
    (here / "study.py").write_text(STUDY.replace('{"x": x}', '{"x": 2 * x}'))
    with pytest.raises(UsageError, match=r"(?s)it would not be the same run again.*study\.py has changed"):
        recorded_in_run(run.path, ["0"])
    with pytest.raises(UsageError, match=r"study\.py has changed"):
        replay(observe(run), 0, {})
    recorded_in_run(run.path, ["0"], allow_drift=True, observer=observer)
    assert len(observer.warnings) == 1


def test_of_a_variable_that_is_set_here_and_was_something_else_it_is_told_which_wins() -> None:
    origin = Origin(threads=1, pools={"MKL_NUM_THREADS": "7"}).to_json()
    record = replace(success(3, 1), origin=origin)
    assert overruled(record, {"WORD": "w"}, {"OMP_NUM_THREADS": "1", "WORD": "w", "HOME": "/here"}) == []
    assert overruled(record, {}, {"OMP_NUM_THREADS": "4", "MKL_NUM_THREADS": "7", "NPROC": "9"}) == [
        "the record says with which threads task 3 ran, so it does again: OMP_NUM_THREADS=1, not 4, NPROC=1, not 9"
    ]
    (told,) = overruled(None, {"OMP_NUM_THREADS": "3", "TOKEN": "secret"}, {"OMP_NUM_THREADS": "4", "TOKEN": "other"})
    assert told == ("hydra.job.env_set of the run says what is in OMP_NUM_THREADS, TOKEN, not the environment here")
    assert overruled(success(3, 1), {}, {"OMP_NUM_THREADS": "4"}) == []  # it isn't known


def test_a_replay_has_the_threads_of_the_record_and_says_so(
    functions: ModuleType, observer: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    run = sweep_function(functions.surroundings, {"seed": [0]})
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    again = replay(observe(run), 0, {}, observer=observer)
    assert (again.equal, again["threads"]) == (True, "3")
    assert observer.notes == [
        "the record says with which threads task 0 ran, so it does again: OMP_NUM_THREADS=3, not 2"
    ]


def test_nothing_differs_from_what_was_never_recorded(functions: ModuleType) -> None:
    run = sweep_function(functions.flaky, {"seed": range(4)}, launch=Kept())
    recorded = recorded_in_run(run.path, ["0"])
    assert (recorded.record, recorded.arrays) == (None, None)
    assert differences_from(recorded, run_here(recorded)) == []


def test_values_of_a_dataset_are_compared_in_its_form(run: RunDirectory) -> None:
    recorded = replace(recorded_in_run(run.path, ["0"]), record=None)

    def differences(before: dict[str, Any], now: Any) -> list[str]:
        arrays = {name: np.asarray(value) for name, value in before.items()}
        return [one.what for one in differences_from(replace(recorded, arrays=arrays), now)]

    assert differences({"n": 3.0}, success(0, {"n": 3})) == []  # a missing value elsewhere made it a float
    assert differences({"n": [1.0, 2.0, np.nan]}, success(0, {"n": [1.0, 2.0]})) == []  # as long as the longest
    assert differences({"n": 3.0}, success(0, {"n": 4})) == ["differs"]
    assert differences({"n": 3.0}, failure(0, "KeyError")) == ["a result before, KeyError now"]


def test_a_fresh_process_says_whether_it_is_the_same(functions: ModuleType, here: Path) -> None:
    run = sweep_function(functions.moody, {"seed": range(3)})
    snapshot = observe(run)
    same = replay(snapshot, None, {"seed": 0})
    assert (same.task_id, same.equal, same.differences, same.failure) == (0, True, (), None)
    assert same["x"] == np.random.default_rng(0).random()
    (here / "changed").touch()
    failed = replay(snapshot, 1, {})
    assert (failed.equal, failed.result) == (False, {})
    assert failed.failure is not None
    assert failed.failure.message == "changed"
    died = replay(snapshot, 2, {})
    assert (died.equal, died.failure) == (False, None)
    assert [difference.what for difference in died.differences] == ["its process ended before it did"]


def test_without_a_record_there_is_nothing_to_be_equal_to(functions: ModuleType) -> None:
    run = sweep_function(functions.flaky, {"seed": range(4)}, launch=Kept())
    found = replay(observe(run), 2, {})
    assert (found.equal, found["x"]) == (None, np.random.default_rng(2).random())


def replayed(**given: Any) -> Replayed:
    options: dict[str, Any] = {"equal": True, "differences": (), "result": {"x": 1.5}, "failure": None}
    return Replayed(task_id=3, coordinates={"lr": 0.1, "seed": 3}, **options | given)


def test_what_came_out_is_shown_in_words() -> None:
    assert repr(replayed()) == "task 3 lr=0.1 seed=3: equal to the bit\n  x: 1.5"
    assert "nothing was recorded to compare with" in repr(replayed(equal=None))
    differences = (Difference(variable="x", what="differs"), Difference(variable="", what="its process ended"))
    assert "task 3 lr=0.1 seed=3: differs: x: differs; its process ended" in repr(
        replayed(equal=False, differences=differences)
    )


def test_what_a_task_says_of_itself_gives_the_terminal_no_orders() -> None:
    bad = Failure(type="ValueError", message="\x1b[2J", traceback="Traceback\n  \x1b[2J\n")
    shown = repr(replayed(equal=True, result={"x\x1b[2J": "\x1b[2J"}, failure=bad))
    assert "\x1b" not in shown
    assert "Traceback\n  \\x1b[2J" in shown


def test_a_task_that_changes_directory_leaves_this_process_where_it_was(
    here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "wandering.py").write_text("import os\n\n\ndef leave(seed):\n    os.chdir('/')\n    return os.getpid()\n")
    run = sweep_function(importlib.import_module("wandering").leave, {"seed": [0]})
    recorded = recorded_in_run(run.path, ["0"])
    monkeypatch.chdir(tmp_path)
    now = run_here(recorded)
    assert Path.cwd() == tmp_path
    assert differences_from(recorded, now) == []
    assert recorded.arrays is not None
    assert recorded.arrays[next(iter(recorded.arrays))] == os.getpid()
