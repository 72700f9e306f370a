"""What can be said of a run from its files and its launchers."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sweeprun.design.arrays import Array
from sweeprun.design.grid import Grid
from sweeprun.design.policy import Policy
from sweeprun.design.selection import Expression, Selection
from sweeprun.design.task_ids import TaskIds
from sweeprun.design.tasks import TaskTable
from sweeprun.errors import UsageError
from sweeprun.provenance.origin import Origin
from sweeprun.runs.observe import (
    counts_text,
    ended_reasons,
    is_active,
    lacked_by_all,
    left_no_trace,
    missing_tasks,
    observe,
    state_counts,
    warnings_of,
)
from sweeprun.store.activity import Activity, Element, ElementState
from sweeprun.store.directory import RunDirectory
from sweeprun.store.notices import (
    CopiedGenerators,
    GlobalRandomness,
    StreamClash,
    UnseededGenerators,
    note_copied_generators,
    note_failure,
    note_global_randomness,
    note_stream_clash,
    note_unseeded_generators,
)
from sweeprun.store.payloads import encode_result
from sweeprun.store.result_names import ResultNames
from sweeprun.store.snapshot import Snapshot, take_snapshot
from sweeprun.store.submissions import Submission, read_submissions
from sweeprun.store.workers import BeatWriter, Place
from tests.results.runs import count_axis, failure, make_run, make_run_of, success, write_shard
from tests.runs.submitting import ALIVE, submit


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "a rün", count_axis("x", 10))


def snapshot_of(run: RunDirectory, elements: dict[tuple[int, int | None], Element]) -> Snapshot:
    """A snapshot, with what launchers say of elements."""
    submissions = read_submissions(run)
    asked = frozenset(submission.number for submission in submissions)
    return take_snapshot(run, Activity(submissions=submissions, elements=elements, asked=asked))


def ended(reason: str, host: str = "node1") -> Element:
    return Element(state=ElementState.ENDED, job_id="7", reason=reason, host=host)


def test_launchers_are_asked_only_of_a_run_that_is_not_complete(run: RunDirectory) -> None:
    submit(run, launcher={"name": "of a package that is gone"})
    write_shard(run, "0.a", [success(task_id, 1) for task_id in range(9)])
    with pytest.raises(UsageError, match="of a package that is gone"):
        observe(run)
    write_shard(run, "0.b", [success(9, 1)])
    assert observe(run).complete
    assert observe(run).activity == Activity()


def test_shards_are_read_by_what_the_caller_gives(run: RunDirectory) -> None:
    write_shard(run, "0.a", [success(0, 1)])
    assert state_counts(observe(run))["succeeded"] == 1
    assert state_counts(observe(run, lambda _: []))["succeeded"] == 0


def test_what_failed_or_was_never_begun_is_missing(run: RunDirectory) -> None:
    write_shard(run, "0.a", [success(0, 1), failure(1), success(5, 1)])
    assert str(missing_tasks(observe(run))) == "1-4,6-9"


def test_what_runs_waits_or_is_left_out_is_not_missing(tmp_path: Path) -> None:
    selection = Selection(exclude=(Expression(text="x == 7"),))
    run = make_run_of(tmp_path / "run", TaskTable.of(Grid(axes=(count_axis("x", 10),)), selection=selection))
    submit(run, tasks="0-5", tasks_per_job=2)
    write_shard(run, "0.a", [failure(0), success(6, 1)])
    beat = BeatWriter(run, "0.b", Place())
    beat.start(8, 1.0)
    waits = Element(state=ElementState.QUEUED)
    try:
        assert str(missing_tasks(snapshot_of(run, {(0, 1): waits}))) == "0-1,4-5,9"
        assert str(missing_tasks(snapshot_of(run, {(0, None): waits}))) == "9"
    finally:
        beat.close()


def test_counts_name_the_states_that_there_are(run: RunDirectory) -> None:
    write_shard(run, "0.a", [success(0, 1), failure(1)])
    snapshot = observe(run)
    assert counts_text(snapshot) == "8 pending, 1 succeeded, 1 failed"
    assert state_counts(snapshot) == {
        "pending": 8,
        "running": 0,
        "succeeded": 1,
        "failed": 1,
        "lost": 0,
        "excluded": 0,
    }


def test_a_run_is_active_while_anything_waits_or_runs_or_may_do_so(run: RunDirectory) -> None:
    assert not is_active(observe(run))
    submit(run, tasks="0-3")
    assert not is_active(observe(run))
    submit(run, 1, tasks="0-3", submitter=ALIVE)
    assert is_active(observe(run))
    write_shard(run, "1.a", [success(task_id, 1) for task_id in range(10)])
    assert not is_active(snapshot_of(run, {(1, None): Element(state=ElementState.RUNNING)}))


def test_a_run_without_anything_to_know_has_no_warnings(run: RunDirectory) -> None:
    assert warnings_of(observe(run)) == []


def test_what_workers_noted_is_a_warning(run: RunDirectory) -> None:
    note_copied_generators(run, CopiedGenerators(function="study.f", tasks="0", generators="study.rng"))
    note_global_randomness(run, GlobalRandomness(function="study.g", tasks="1", generators="numpy.random"))
    note_unseeded_generators(run, UnseededGenerators(function="study.h", tasks="1", generators="default_rng()"))
    clash = {"place": "study.py, line 5", "call": "default_rng(0)", "instead": "default_rng([0, 1])"}
    note_stream_clash(run, StreamClash(function="study.i", tasks="0", **clash))
    first, second, third, fourth = warnings_of(observe(run))
    assert first.startswith("study.g draws from numpy.random")
    assert second.startswith("study.f draws from study.rng")
    assert third.startswith("study.h makes default_rng() without a seed")
    assert fourth == "study.i makes default_rng(0) (study.py, line 5), which draws the same numbers as rng in task 0"
    *_, in_full = warnings_of(observe(run), in_full=True)
    assert in_full.startswith(f"{fourth}; write default_rng([0, 1]), which no task has")


def test_a_run_that_stopped_after_too_many_failures_says_how_to_go_on(run: RunDirectory) -> None:
    submit(run, policy=Policy(max_failures=2))
    write_shard(run, "0.a", [failure(0), failure(1), success(2, 1)])
    note_failure(run, 1, 0)
    assert warnings_of(observe(run)) == []
    note_failure(run, 1, 1)
    (warning,) = warnings_of(observe(run))
    assert warning == (
        "stopped after 2 failures (hydra.sweeper.max_failures=2), 7 tasks were not run; "
        f"go on with: sweeprun resume {run.shown()}"
    )


def test_failures_of_an_earlier_attempt_do_not_count(run: RunDirectory) -> None:
    submit(run, 0, policy=Policy(max_failures=1))
    note_failure(run, 1, 0)
    assert len(warnings_of(observe(run))) == 1
    submit(run, 1, attempt=2, policy=Policy(max_failures=1))
    assert warnings_of(observe(run)) == []


def test_reasons_are_those_of_elements_that_left_something_undone(run: RunDirectory) -> None:
    submit(run, tasks_per_job=2)
    write_shard(run, "0.a", [success(0, 1), failure(1), success(2, 1)])
    elements: dict[tuple[int, int | None], Element] = {
        (0, 0): ended("COMPLETED"),  # a failure is a result of it, too
        (0, 1): ended("TIMEOUT"),
        (0, 2): ended("TIMEOUT"),
        (0, 3): ended("OUT_OF_MEMORY"),
        (0, 4): Element(state=ElementState.RUNNING, reason="none yet"),
        (0, 9): ended("of an element that is not there"),
    }
    assert ended_reasons(snapshot_of(run, elements)) == {"TIMEOUT": 2, "OUT_OF_MEMORY": 1}


@pytest.mark.parametrize(
    ("element", "traces", "expected"),
    [
        (ended("FAILED"), [], True),
        (ended("FAILED"), ["logs/0.3.log"], False),
        (ended("FAILED"), ["logs/0.3-worker-1.log"], False),
        (ended("FAILED"), ["shards/0.3-a.arrow"], False),
        (ended("FAILED"), ["logs/0.30.log", "shards/0.30-a.arrow"], True),
        (ended("FAILED", host=""), [], False),
        (ended("CANCELLED by 1000"), [], False),
        (Element(state=ElementState.RUNNING, host="node1"), [], False),
    ],
)
def test_an_element_that_started_and_left_not_even_a_log_saw_no_run(
    run: RunDirectory, element: Element, traces: list[str], expected: bool
) -> None:
    submit(run)
    snapshot = snapshot_of(run, {(0, 3): element})
    for trace in traces:
        (run.path / trace).touch()
    assert left_no_trace(snapshot) is expected


def test_looking_changes_nothing(run: RunDirectory) -> None:
    submit(run)
    write_shard(run, "0.a", [success(0, np.arange(3))])
    before = {path: path.stat().st_mtime_ns for path in run.path.rglob("*")}
    snapshot = observe(run)
    warnings_of(snapshot)
    missing_tasks(snapshot)
    assert {path: path.stat().st_mtime_ns for path in run.path.rglob("*")} == before


@pytest.fixture
def four(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "a rün", count_axis("seed", 4))


@pytest.mark.parametrize(("name", "said"), [("x", []), ("xx", ["did you mean 'x'?"])])
def test_names_of_what_no_task_returned_are_warned_of(four: RunDirectory, name: str, said: list[str]) -> None:
    write_shard(four, "w", [success(i, {"x": [1, 2]}) for i in range(4)])
    snapshot = observe(four)
    manifest = replace(snapshot.manifest, job=replace(snapshot.manifest.job, dims={name: ("a",)}))
    warned = warnings_of(replace(snapshot, manifest=manifest))
    assert [text.rpartition("; ")[2] for text in warned] == said


def test_names_that_do_not_fit_are_warned_of_and_never_run_again(four: RunDirectory) -> None:
    names = ResultNames(dims={"x": ("path", "time")})
    layout, payload = encode_result({"x": [1, 2]}, names)
    write_shard(four, "w", [replace(success(i, 0.5), layout=layout, payload=payload) for i in range(4)])
    snapshot = observe(four)
    (text,) = warnings_of(snapshot)
    assert text.startswith("dims.x names 2 dimensions (path, time), but x has 1;")
    assert "resume" not in text
    assert not missing_tasks(snapshot, incomplete=True)
    assert counts_text(snapshot) == "4 succeeded"


def test_incomplete_results_are_warned_of_and_can_be_run_again(four: RunDirectory) -> None:
    write_shard(four, "w", [success(0, {"x": 1.0, "m": object()}), success(1, {"x": 1.0}), failure(2)])
    snapshot = observe(four)
    assert counts_text(snapshot) == "1 pending, 2 succeeded (1 incomplete), 1 failed"
    assert warnings_of(snapshot) == [
        "task 0 lacks 'm', which can't be stored: it is a value of type object",
        "1 of 4 tasks succeeded and are incomplete; when they return what can be stored, run them again with: "
        f"sweeprun resume {four.shown()} --incomplete",
    ]
    assert str(missing_tasks(snapshot)) == "2-3"
    assert str(missing_tasks(snapshot, incomplete=True)) == "0,2-3"


def test_tasks_that_returned_nothing_beside_others_are_warned_of_and_can_be_run_again(four: RunDirectory) -> None:
    write_shard(four, "w", [success(0, None), success(1, {}), success(2, {"x": None}), success(3, None)])
    assert (observe(four).empty, str(missing_tasks(observe(four), incomplete=True))) == (3, "0-1,3")
    write_shard(four, "v", [success(0, {"x": 1.0, "m": object()}, attempt=2), success(2, None, attempt=2)])
    snapshot = observe(four)
    assert counts_text(snapshot) == "4 succeeded (1 incomplete, 2 returned nothing)"
    assert warnings_of(snapshot)[2:] == [
        "2 tasks (1, 3) returned nothing, unlike others; when they return something, run them again with: "
        f"sweeprun resume {four.shown()} --incomplete"
    ]
    assert not missing_tasks(snapshot)
    assert str(missing_tasks(snapshot, incomplete=True)) == "0-1,3"


def test_a_run_in_which_all_return_nothing_is_not_incomplete(four: RunDirectory) -> None:
    write_shard(four, "w", [success(0, None), failure(1), success(2, None)])
    assert counts_text(observe(four)) == "1 pending, 2 succeeded, 1 failed"
    assert str(missing_tasks(observe(four))) == "1,3"
    assert str(missing_tasks(observe(four), incomplete=True)) == "0-3"  # who asks for it has mended the function


def test_of_many_reasons_the_first_are_shown(four: RunDirectory) -> None:
    write_shard(four, "w", [success(0, {"x": 1.0, **{f"m{i}": object() for i in range(9)}})])
    warnings = warnings_of(observe(four))
    assert (len(warnings), warnings[5]) == (7, "… and 4 more such values")


@pytest.mark.parametrize(
    ("result", "match"),
    [(None, "no task returned anything"), ({"x": 1, "sd": None}, "no task gave a value for 'sd'")],
)
def test_what_is_nowhere_is_warned_of(four: RunDirectory, result: object, match: str) -> None:
    write_shard(four, "w", [success(i, result) for i in range(4)])
    (warning,) = warnings_of(observe(four))
    assert match in warning


def test_what_all_tasks_lack_is_said_while_the_run_goes_on(four: RunDirectory) -> None:
    write_shard(four, "w", [success(i, {"x": 1.0, "m": object(), **({"n": {1}} if i else {})}) for i in range(2)])
    assert lacked_by_all(observe(four)) == ""
    snapshot = take_snapshot(four, goes_on())
    assert is_active(snapshot)
    assert lacked_by_all(snapshot) == (
        "every task so far lacks what can't be stored: 'm' (it is a value of type object)"
    )
    write_shard(four, "v", [success(2, {"x": 1.0})])
    assert lacked_by_all(take_snapshot(four, goes_on())) == ""


def goes_on() -> Activity:
    """A launcher that still runs something."""
    submission = Submission(number=0, array=Array(tasks=TaskIds.first(4)))
    return Activity(submissions=(submission,), elements={(0, None): Element(state=ElementState.RUNNING)})


def test_results_of_different_numbers_of_threads_are_a_warning(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    for threads in (1, 2):
        record = replace(success(threads - 1, 1.0), origin=Origin(threads=threads).to_json())
        write_shard(run, f"0.{threads}", [record])
    (told,) = warnings_of(observe(run))
    assert told.startswith("1 task ran with 1 thread and 1 with 2: ")
