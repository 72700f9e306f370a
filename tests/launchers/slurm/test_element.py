"""An element: what is left of it, and how it gets back into the queue."""

from pathlib import Path

import pytest

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.launchers.slurm import element as element_module
from sweeprun.launchers.slurm.commands import SlurmError
from sweeprun.launchers.slurm.element import ElementRun, SlurmJob
from sweeprun.store.submissions import Submission
from sweeprun.store.workers import Exit, Place, append_exit
from tests.results.runs import count_axis, make_run


@pytest.fixture
def element(tmp_path: Path) -> ElementRun:
    run = make_run(tmp_path / "run", count_axis("seed", 4))
    array = Array(tasks=TaskIds.first(4), tasks_per_job=4)
    submission = Submission(number=0, array=array, launcher={"name": "slurm", "requeues": 3}, attempt=1)
    job = SlurmJob(job_id="7", array_job_id="7", index=0, restarts=0)
    return ElementRun(run, submission, job, lambda _place, _tasks: 0)


def test_a_task_that_is_to_be_retried_is_left(element: ElementRun) -> None:
    for task_id, retried in ((1, False), (2, True)):
        noted = Exit(
            worker="w", task_id=task_id, code=-9, when=1.0, place=Place(submission=0, index=0), retried=retried
        )
        append_exit(element._run, "pool", noted)
    left, failed = element._left()
    assert list(left) == [0, 2, 3]
    assert failed


def test_it_asks_again_to_be_queued_again(
    element: ElementRun, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    asked = []

    def answer(words: list[str]) -> str:
        asked.append(words)
        if len(asked) == 1:
            raise SlurmError("scontrol: no answer", passing=True)
        return ""

    monkeypatch.setattr(element_module, "run_command", answer)
    monkeypatch.setattr(element_module, "_REQUEUE_PAUSE_SECONDS", 0.01)
    element._queue_again(TaskIds.first(1))
    assert asked == [["scontrol", "requeue", "7_0"]] * 2
    assert "can't be queued again" not in capfd.readouterr().err
