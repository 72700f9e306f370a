"""What launchers know, and what follows from it for tasks and workers of other hosts."""

import json
from pathlib import Path

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.store.activity import Activity, Element, ElementState
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import STATE_ORDER, live_beats, take_snapshot
from sweeprun.store.submissions import Submission
from sweeprun.store.workers import BeatWriter, Exit, Place, append_exit
from tests.results.runs import count_axis, failure, make_run, write_shard

RUNNING, QUEUED, ENDED = ElementState.RUNNING, ElementState.QUEUED, ElementState.ENDED


def submission(number: int, *task_ids: int, tasks_per_job: int = 1) -> Submission:
    return Submission(number=number, array=Array(tasks=TaskIds.of(task_ids), tasks_per_job=tasks_per_job))


def activity(*submissions: Submission, asked: bool = True, **elements: ElementState) -> Activity:
    """Elements by ``s0_1=RUNNING``: of submission 0, index 1."""
    found: dict[tuple[int, int | None], Element] = {}
    for name, state in elements.items():
        number, _, index = name.removeprefix("s").partition("_")
        found[int(number), int(index) if index else None] = Element(state=state, reason="because")
    numbers = frozenset(one.number for one in submissions) if asked else frozenset()
    return Activity(submissions=submissions, elements=found, asked=numbers)


def elsewhere(run: RunDirectory, task_id: int, place: Place, worker: str = "") -> None:
    """A beat of a worker of another host."""
    worker = worker or f"w{task_id}"
    writer = BeatWriter(run, worker, place)
    writer.start(task_id, 1.0)
    content = json.loads(run.beat(worker).read_bytes()) | {"host": "elsewhere"}
    run.beat(worker).write_text(json.dumps(content))


def states(run: RunDirectory, known: Activity) -> list[str]:
    return [STATE_ORDER[state].value for state in take_snapshot(run, known).states]


def test_a_worker_of_another_host_runs_if_its_element_does(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 3))
    for index in range(3):
        elsewhere(run, index, Place(submission=0, index=index))
    one = submission(0, 0, 1, 2)
    assert states(run, Activity()) == ["running"] * 3
    assert states(run, activity(one, asked=False)) == ["running"] * 3
    assert states(run, activity(one, s0_0=RUNNING, s0_1=QUEUED)) == ["running", "pending", "lost"]


def test_of_an_element_that_was_queued_again_only_the_last_worker_counts(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 3))
    elsewhere(run, 0, Place(index=0, attempt=1))
    elsewhere(run, 1, Place(index=0, attempt=2))
    known = activity(submission(0, 0, 1, 2, tasks_per_job=3), s0_0=RUNNING)
    assert [beat.task_id for beat in live_beats(run, known)] == [1]
    assert states(run, known) == ["pending", "running", "pending"]


def test_a_lost_task_that_a_later_submission_runs_again_is_pending(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 3))
    for task_id in range(3):
        append_exit(run, "l", Exit(worker="w", task_id=task_id, code=-9, when=0.0, place=Place(index=task_id)))
    first, second = submission(0, 0, 1, 2), submission(1, 1, 2)
    known = activity(first, second, s0_0=RUNNING, s1_0=QUEUED)
    assert states(run, known) == ["lost", "pending", "lost"]


def test_a_failed_task_that_runs_again_is_running(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 1))
    write_shard(run, "w", [failure(0)])
    writer = BeatWriter(run, "again", Place(attempt=2))
    assert states(run, Activity()) == ["failed"]
    writer.start(0, 1.0)
    assert states(run, Activity()) == ["running"]
    writer.close()


def test_active_tasks_are_those_of_elements_that_have_not_ended() -> None:
    first, second = submission(0, *range(6), tasks_per_job=2), submission(1, 8, 9)
    known = activity(first, second, s0_0=RUNNING, s0_1=ENDED, s1_1=QUEUED)
    assert [str(tasks) for tasks in known.active_tasks()] == ["0-1", "9"]
    assert [str(tasks) for tasks in activity(first, second, asked=False).active_tasks()] == ["0-5", "8-9"]
    assert [str(tasks) for tasks in activity(first, s0_=RUNNING).active_tasks()] == ["0-5"]
    assert list(activity(first).active_tasks()) == []
