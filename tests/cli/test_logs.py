"""``sweeprun logs``: what a task printed, and only that."""

import sys
from pathlib import Path

import pytest

from sweeprun.cli.logs import _write
from sweeprun.cli.main import main
from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.store.directory import RunDirectory
from sweeprun.store.finding import newest_run
from sweeprun.store.logs import Signature
from sweeprun.store.submissions import Submission, write_submission
from tests.command_line import Run
from tests.results.runs import axis, count_axis, make_run, success, write_shard


def test_logs_hold_what_a_task_printed_and_only_that(run: Run, study: Path) -> None:
    run("-m", "task=study.print_much", "seed=range(4)", "hydra.launcher.throttle=2")
    for task_id in range(4):
        printed = run("logs", str(task_id)).stdout
        assert printed.count("noise") == 20001
        assert "---" not in printed
    assert run("logs", "0", "--path").stdout.strip().endswith(".log")
    assert run("logs", "task=study.print_much", "seed=3", code=2).stderr.count("names no task")
    assert run("logs", "seed=3").stdout == run("logs", "3").stdout
    assert "there is no task 4" in run("logs", "4", code=2).stderr
    run("-m", "seed=range(2)")
    assert "has printed nothing" in run("logs", "0").stderr
    assert list(newest_run(study / "multirun").logs.iterdir()) == []


def test_logs_are_printed_as_they_are_but_on_terminals(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _write([b"\x1b]0;ti", b"tle\x07\r50%\n"])
    assert capfd.readouterr().out == "\x1b]0;title\x07\r50%\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    _write([b"\x1b]0;ti", b"tle\x07\r50%\n"])
    assert capfd.readouterr().out == "\\x1b]0;title\\x07\\x0d50%\n"


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunDirectory:
    """A run whose four tasks were started twice, two of them in each element."""
    monkeypatch.chdir(tmp_path)
    run = make_run(tmp_path / "größter Lauf", axis("lr", [0.5, 0.25]), count_axis("seed", 2))
    for number in (0, 1):
        array = Array(tasks=TaskIds.first(4), tasks_per_job=2)
        write_submission(run, Submission(number=number, array=array, attempt=number + 1))
    return run


def printed(task_id: int, attempt: int, text: bytes, begin: int = 0) -> bytes:
    return text + Signature("").mark(task_id, attempt, begin, begin + len(text))


def test_the_last_attempt_is_last_and_each_has_its_file(
    directory: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    directory.worker_log(1, None, 0).write_bytes(printed(1, 2, b"second\n"))
    directory.worker_log(0, None, 0).write_bytes(
        (other := printed(0, 1, b"other\n")) + printed(1, 1, "größte".encode(), len(other))
    )
    assert main(["logs", str(directory.path), "1"]) == 0
    told = capsys.readouterr()
    assert told.out == "größte\nsecond\n"
    first, second = told.err.splitlines()
    assert first.startswith("attempt 1, ")
    assert first.endswith("/0.worker-0.log:")
    assert second.startswith("attempt 2, ")
    assert main(["logs", str(directory.path), "lr=0.5", "seed=1"]) == 0
    assert capsys.readouterr() == told


def test_one_attempt_needs_no_heading(directory: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    directory.element_log(0, 1).write_bytes((two := printed(2, 1, b"two\n")) + printed(3, 1, b"three\n", len(two)))
    assert main(["logs", "3", str(directory.path)]) == 0
    assert capsys.readouterr() == ("three\n", "")


def test_the_files_are_named_instead(directory: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [directory.element_log(0, 0), directory.worker_log(0, 0, 0), directory.worker_log(1, None, 3)]
    for path in [*paths, directory.element_log(0, 1)]:
        path.touch()
    assert main(["logs", str(directory.path), "0", "--path"]) == 0
    assert sorted(capsys.readouterr().out.splitlines()) == sorted(map(str, paths))


@pytest.mark.parametrize(("recorded", "what"), [(True, "printed nothing"), (False, "has not ended in order")])
def test_what_no_task_is_marked_for_is_shown_with_a_remark(
    directory: RunDirectory, capsys: pytest.CaptureFixture[str], recorded: bool, what: str
) -> None:
    directory.element_log(0, 0).write_bytes(printed(1, 1, b"one\n") + b"Segmentation fault\n")
    if recorded:
        write_shard(directory, "w", [success(0, 1.0)])
    assert main(["logs", str(directory.path), "0"]) == 0
    told = capsys.readouterr()
    assert told.out == "Segmentation fault\n"
    assert told.err == f"task 0 {what}; what the logs of its workers hold besides:\n"


def test_a_task_may_have_printed_nothing(directory: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["logs", str(directory.path), "3"]) == 0
    assert capsys.readouterr() == ("", "task 3 has printed nothing\n")
    assert main(["logs", str(directory.path), "3", "--path"]) == 0
    assert capsys.readouterr().out.strip() == ""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["4"], "there is no task 4"),
        (["lr=0.5"], "which task? Give an id below 4, or lr=… seed=…"),
        (["lr=3", "seed=0"], "lr=3: there is no such value; lr has 0.5, 0.25"),
        (["rate=1"], "'rate=1' names no task"),
        (["größter Lauf", "3"], "one run or file at a time, not 2"),
    ],
)
def test_words_that_name_no_task_are_refused(
    directory: RunDirectory, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["logs", str(directory.path), *words]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert message in told.err
