"""Where a run stands, as JSON has it."""

import json
import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from sweeprun.runs.observe import observe
from sweeprun.runs.status import ActiveSubmission, status_of
from sweeprun.store.activity import Activity, Element, ElementState
from sweeprun.store.directory import RunDirectory
from sweeprun.store.notices import GlobalRandomness, note_global_randomness
from sweeprun.store.records import Failure
from sweeprun.store.snapshot import take_snapshot
from sweeprun.store.submissions import read_submissions
from sweeprun.store.workers import BeatWriter, Place
from sweeprun.wording import Command
from tests.results.runs import count_axis, failure, make_run, success, write_shard
from tests.runs.submitting import ALIVE, ELSEWHERE, submit


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "a rün", count_axis("x", 10))


def test_a_run_that_was_never_started(run: RunDirectory) -> None:
    status = status_of(observe(run)).to_dict()
    assert status == {
        "run": str(run.path),
        "tasks": 10,
        "states": {"pending": 10, "running": 0, "succeeded": 0, "failed": 0, "lost": 0, "excluded": 0},
        "incomplete": 0,
        "returned_nothing": 0,
        "submissions": [],
        "running": [],
        "pace": {"done": 0, "rate": 0.0, "left": None},
        "not_queued": "0-9",
        "not_queued_count": 10,
        "ended": {},
        "left_no_trace": False,
        "problem": "",
        "warnings": [],
        "failures": [],
        "in_common": None,
        "next": [f"10 tasks have no result and are in no queue; go on with: {Command('resume', run.shown())}"],
    }


def test_failures_by_coordinates_and_line(run: RunDirectory) -> None:
    text = "Traceback (most recent call last):\n  File \"/x/post.py\", line 5, in load\n    …\nKeyError: 'a'\n"
    failed = replace(failure(3), payload=Failure(type="KeyError", message="'a'", traceback=text).encode())
    write_shard(run, "0.a", [success(0, 1), failed])
    status = json.loads(json.dumps(status_of(observe(run)).to_dict()))
    (told,) = status["failures"]
    assert (told["where"], told["file"], told["line"], told["function"]) == ("post.py:5", "/x/post.py", 5, "load")
    assert (told["what"], told["kind"], told["count"]) == ("KeyError: 'a'", "KeyError", 1)
    assert told["tasks"] == [{"task_id": 3, "coordinates": {"x": 3}}]
    assert [step.partition(": ")[0] for step in status["next"]] == [
        "see one with its traceback",
        "debug it",
        "when that is mended, run the 9 tasks that are left",
        "collect what succeeded",
    ]


def test_a_run_that_goes_on(run: RunDirectory) -> None:
    submit(run, tasks="0-7", submitter=ALIVE, throttle=2)
    write_shard(run, "0.a", [success(0, 1), failure(1)])
    note_global_randomness(run, GlobalRandomness(function="study.g", tasks="1", generators="numpy.random"))
    beat, idle = BeatWriter(run, "0.b", Place()), BeatWriter(run, "0.c", Place())
    beat.start(2, 12.5)
    try:
        status = json.loads(json.dumps(status_of(observe(run)).to_dict()))
    finally:
        beat.close()
        idle.close()
    assert status["running"] == [{"task": 2, "host": socket.gethostname(), "pid": os.getpid(), "since": 12.5}]
    assert status["states"]["running"] == 1
    assert status["pace"]["done"] == 2
    assert (status["not_queued"], status["not_queued_count"]) == ("8-9", 2)
    (submission,) = status["submissions"]
    assert (submission["array"], submission["launcher"], submission["running"]) == ("0-7%2", "local", 1)
    (warning,) = status["warnings"]
    assert warning.startswith("study.g draws from numpy.random")


def test_what_is_not_known_is_a_problem_and_nothing_is_taken_for_missing(run: RunDirectory) -> None:
    submit(run, submitter=ELSEWHERE)
    status = status_of(observe(run)).to_dict()
    assert "process 4711 on another host" in status["problem"]
    assert (status["not_queued"], status["not_queued_count"], status["submissions"]) == ("", 0, [])


def test_a_submission_is_described_by_what_is_left_of_it(run: RunDirectory) -> None:
    submit(run, 0)
    submit(run, 1, tasks_per_job=3, throttle=2, launcher={"name": "slurm"})
    elements = {
        (0, 1): Element(state=ElementState.ENDED),
        (1, 0): Element(state=ElementState.ENDED),
        (1, 1): Element(state=ElementState.RUNNING, job_id="12", host="node1"),
        (1, 2): Element(state=ElementState.QUEUED, job_id="12", reason="Priority"),
        (1, 3): Element(state=ElementState.QUEUED, job_id="13", reason="Priority"),
    }
    activity = Activity(submissions=read_submissions(run), elements=elements, asked=frozenset((0, 1)))
    assert status_of(take_snapshot(run, activity)).submissions == (
        ActiveSubmission(
            number=1,
            launcher="slurm",
            array="0-3%2",
            tasks_per_job=3,
            jobs=("12", "13"),
            called="job 12, 13",
            as_a_whole=False,
            running=1,
            queued=2,
            reasons={"Priority": 2},
            hosts={"node1": 1},
        ),
    )
