"""An element: what is left of it, and how it gets back into the queue, whatever its scheduler can do."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pytest

from sweeprun.design.arrays import Array
from sweeprun.design.policy import Policy
from sweeprun.design.task_ids import TaskIds
from sweeprun.launchers.arrays import element as element_module
from sweeprun.launchers.arrays.commands import SchedulerError
from sweeprun.launchers.arrays.element import ElementRun
from sweeprun.launchers.arrays.element_job import ElementJob
from sweeprun.store.directory import RunDirectory
from sweeprun.store.submissions import Job, Submission, note_job
from sweeprun.store.workers import WARNING_SIGNAL, Exit, Place, append_exit
from tests.results.runs import count_axis, make_run


@dataclass(frozen=True, kw_only=True)
class Inside(ElementJob):
    """A job that answers a request to be queued again with what a test says."""

    job_id: str = "7"
    index: int = 0
    restarts: int = 0
    answers: list[int | SchedulerError | None] = field(default_factory=list)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        raise NotImplementedError

    def end(self) -> None:
        return None

    def requeue(self) -> int | None:
        answer = self.answers.pop(0)
        if isinstance(answer, SchedulerError):
            raise answer
        return answer

    def cancel_queued(self) -> None:
        raise SchedulerError("it can't")


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """What an element does to the signals of its process, which is the tests' here, is undone."""
    numbers = (signal.SIGUSR1, WARNING_SIGNAL)
    handlers = [signal.getsignal(number) for number in numbers]
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    yield
    for number, handler in zip(numbers, handlers, strict=True):
        signal.signal(number, handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "run", count_axis("seed", 4))


def element(run: RunDirectory, job: Inside | None = None, code: int = 0, policy: Policy | None = None) -> ElementRun:
    array = Array(tasks=TaskIds.first(1), tasks_per_job=1)
    options = {"name": "any", "requeues": 3, "warning_seconds": 1, "workers_per_job": 1}
    submission = Submission(number=0, array=array, launcher=options, attempt=1, policy=policy or Policy())
    return ElementRun(run, submission, job or Inside(), lambda _place, _tasks: code)


@pytest.fixture
def four(run: RunDirectory) -> ElementRun:
    array = Array(tasks=TaskIds.first(4), tasks_per_job=4)
    submission = Submission(number=0, array=array, launcher={"name": "any", "requeues": 3}, attempt=1)
    return ElementRun(run, submission, Inside(), lambda _place, _tasks: 0)


def test_a_task_that_is_to_be_retried_is_left(run: RunDirectory, four: ElementRun) -> None:
    for task_id, retried in ((1, False), (2, True)):
        place = Place(submission=0, index=0)
        append_exit(run, "pool", Exit(worker="w", task_id=task_id, code=-9, when=1.0, place=place, retried=retried))
    left, failed = four._left()
    assert list(left) == [0, 2, 3]
    assert failed


def test_it_asks_again_to_be_queued_again(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(element_module, "_REQUEUE_PAUSE_SECONDS", 0.01)
    job = Inside(answers=[SchedulerError("no answer", passing=True), None])
    element(run, job)._queue_again(TaskIds.first(1))
    assert job.answers == []
    assert capfd.readouterr().err.splitlines() == [
        "sweeprun: the time is up; queued again for tasks 0",
        "sweeprun: no answer; once more in 0.01 s",
    ]


@pytest.mark.parametrize(
    ("job", "said"),
    [
        (Inside(answers=[SchedulerError("it is forbidden")]), "it can't be queued again: it is forbidden; tasks 0 are"),
        (Inside(restarts=3), "the time is up after 3 restarts"),
    ],
)
def test_what_is_not_queued_again_is_left_to_the_user(
    run: RunDirectory, capfd: pytest.CaptureFixture[str], job: Inside, said: str
) -> None:
    element(run, job)._queue_again(TaskIds.first(1))
    told = capfd.readouterr().err
    assert said in told
    assert "sweeprun resume" in told


def test_only_one_of_two_threads_queues_it_again(run: RunDirectory) -> None:
    job = Inside(answers=[None])
    own = element(run, job)
    own._queue_again(TaskIds.first(1))
    own._queue_again(TaskIds.first(1))
    assert job.answers == []


@pytest.mark.parametrize(("code", "ends"), [(0, 0), (1, 1)])
def test_its_exit_code_says_whether_all_tasks_succeeded(run: RunDirectory, code: int, ends: int) -> None:
    note_job(run, 0, Job(job_id="7"))
    assert element(run, code=code).run() == ends


def test_it_ends_with_the_code_by_which_its_scheduler_starts_it_again(run: RunDirectory) -> None:
    note_job(run, 0, Job(job_id="7"))
    own = element(run, Inside(answers=[99]))

    def warned(_place: Place, tasks: TaskIds) -> int:
        own._queue_again(tasks)
        return 130

    own._run_here = warned
    assert own.run() == 99


def test_so_it_does_when_its_tasks_are_interrupted_for_it(run: RunDirectory) -> None:
    note_job(run, 0, Job(job_id="7"))
    own = element(run, Inside(answers=[99]))

    def interrupted(_place: Place, tasks: TaskIds) -> int:
        own._queue_again(tasks)
        raise KeyboardInterrupt

    own._run_here = interrupted
    assert own.run() == 99
    other = element(run)
    other._run_here = lambda _place, _tasks: signal.raise_signal(signal.SIGINT) or 0
    with pytest.raises(KeyboardInterrupt):
        other.run()


STUCK = """
import signal, sys, time
from sweeprun.launchers.arrays.element import ElementRun

signal.signal(signal.SIGTERM, lambda number, frame: print("asked", flush=True))
own = object.__new__(ElementRun)
own._stopped = __import__("threading").Event()
__import__("threading").Thread(target=own._stop, args=(99, 0.2)).start()
while True:
    time.sleep(1)
"""


def test_a_task_that_does_not_stop_ends_with_the_process() -> None:
    done = subprocess.run([sys.executable, "-c", STUCK], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (99, "asked\n"), done.stderr


def test_too_many_failures_leave_the_rest_of_the_array_in_the_queue_if_it_must(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    note_job(run, 0, Job(job_id="7"))
    counts = iter((0, 5))
    monkeypatch.setattr(element_module, "count_failures", lambda _run, _attempt: next(counts))
    own = element(run, policy=Policy(max_failures=1))
    monkeypatch.setattr(own, "_run_tasks", lambda _left: 0)
    assert own.run() == 1
