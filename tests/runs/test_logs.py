"""What a task printed, and in which files it is."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from sweeprun.runs.logs import logs_of_task, logs_of_workers, output_of_task
from sweeprun.store.directory import RunDirectory
from sweeprun.store.logs import Log, Signature
from sweeprun.store.processes import Process
from sweeprun.store.snapshot import take_snapshot
from sweeprun.store.workers import BeatWriter, Exit, Place, append_exit
from tests.results.runs import count_axis, make_run, success, write_shard
from tests.runs.submitting import submit


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    """Its first submission ran all tasks, two in an element; the second one tasks 4 and 7 again."""
    run = make_run(tmp_path / "a rün", count_axis("x", 10))
    submit(run, 0, tasks_per_job=2)
    submit(run, 1, "4,7")
    return run


def names(logs: Iterable[Log]) -> list[str]:
    return [log.path.name for log in logs]


def test_logs_of_earlier_submissions_come_first(run: RunDirectory) -> None:
    for name in ("0.2-worker-0", "0.2-worker-1", "0.3-worker-0", "0.worker-0", "1.1-worker-0", "10.worker-0"):
        run.log(name).touch()
    workers = ["0.2.log", "0.2-worker-0.log", "0.2-worker-1.log", "0.worker-0.log"]
    assert names(logs_of_task(run, 4)) == [*workers, "1.0.log"]
    assert names(logs_of_task(run, 5)) == workers


def test_a_task_that_was_not_submitted_has_no_logs(run: RunDirectory) -> None:
    run.log("0.worker-0").touch()
    assert names(logs_of_task(run, 99)) == []
    assert names(logs_of_workers(run, 99)) == []


def exit_of(task_id: int, log: str) -> Exit:
    return Exit(worker="0.a", task_id=task_id, code=-9, when=1.0, log=log)


def test_logs_of_workers_that_died_on_a_task_come_before_those_of_its_elements(run: RunDirectory) -> None:
    append_exit(run, "0", exit_of(4, "0.worker-3.log"))
    append_exit(run, "0", exit_of(4, "0.worker-1.log"))
    append_exit(run, "0", exit_of(5, "0.worker-2.log"))
    assert names(logs_of_workers(run, 4)) == ["0.worker-1.log", "0.worker-3.log", "0.2.log", "1.0.log"]


def test_a_log_is_named_once_if_the_worker_writes_to_that_of_its_element(run: RunDirectory) -> None:
    append_exit(run, "0", exit_of(4, "0.2.log"))
    assert names(logs_of_workers(run, 4)) == ["0.2.log", "1.0.log"]


def test_the_log_of_a_worker_that_is_on_the_task_counts(run: RunDirectory) -> None:
    beat = BeatWriter(run, "0.a", Place())
    beat.start(7, 1.0)
    try:
        written = run.beat("0.a").read_text()
        run.beat("0.a").write_text(written.replace('"log": ""', '"log": "0.worker-5.log"'))
        assert str(Process.current().pid) in written
        assert names(logs_of_workers(run, 7)) == ["0.worker-5.log", "0.3.log", "1.1.log"]
        assert names(logs_of_workers(run, 6)) == ["0.3.log"]
    finally:
        beat.close()


@pytest.mark.parametrize(
    "log", ["../manifest.log", "/etc/passwd.log", "a\0.log", "manifest.json", "0.log/../../a", "", ".log"]
)
def test_what_a_damaged_note_names_is_not_read(run: RunDirectory, log: str) -> None:
    append_exit(run, "0", exit_of(0, log))
    assert list(logs_of_workers(run, 0)) == [Log(path=run.element_log(0, 0))]


def test_logs_of_an_older_submission_have_marks_of_its_time(run: RunDirectory) -> None:
    path = run.submission(0)
    path.write_text(path.read_text().replace('"signed_logs": true', '"other": true'))
    assert [(log.path.name, log.signed) for log in logs_of_task(run, 4)] == [("0.2.log", False), ("1.0.log", True)]
    assert [(log.path.name, log.signed) for log in logs_of_workers(run, 4)] == [("0.2.log", False), ("1.0.log", True)]


def printed(run: RunDirectory, task_id: int, attempt: int, text: bytes) -> None:
    path = run.element_log(attempt - 1, 0 if attempt > 1 else task_id // 2)
    path.write_bytes(text + Signature("").mark(task_id, attempt, 0, len(text)))


def test_what_each_attempt_printed_the_last_one_last(run: RunDirectory) -> None:
    printed(run, 4, 2, b"second\n")
    printed(run, 4, 1, b"first\n")
    found = output_of_task(take_snapshot(run), 4)
    assert [(output.attempt, output.text) for output in found.outputs] == [(1, b"first\n"), (2, b"second\n")]
    assert [path.name for path in found.files] == ["0.2.log", "1.0.log"]
    assert (found.note, found.unmarked) == ("", ())


@pytest.mark.parametrize(("recorded", "what"), [(True, "printed nothing"), (False, "has not ended in order")])
def test_what_nothing_is_marked_for_comes_with_a_note(run: RunDirectory, recorded: bool, what: str) -> None:
    assert output_of_task(take_snapshot(run), 4).note == "task 4 has printed nothing"
    run.element_log(0, 2).write_bytes(b"Segmentation fault\n")
    if recorded:
        write_shard(run, "w", [success(4, 1.0)])
    found = output_of_task(take_snapshot(run), 4)
    assert [output.text for output in found.unmarked] == [b"Segmentation fault\n"]
    assert found.note == f"task 4 {what}; what the logs of its workers hold besides:"
