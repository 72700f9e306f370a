"""``sweeprun start``: what runs submissions in the background."""

import io
import sys
from pathlib import Path

import pytest

from sweeprun.cli.main import main
from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.store.directory import RunDirectory
from sweeprun.store.processes import Process
from sweeprun.store.submissions import Submission, write_submission
from tests.cli.sleepers import sleeping
from tests.results.runs import count_axis, make_run


class Input(io.StringIO):
    """Standard input, which runs something before it ends."""

    def __init__(self, before: object = None) -> None:
        super().__init__("")
        self.before = before

    def read(self, size: int | None = -1) -> str:
        if callable(self.before):
            self.before()
        return super().read(size)


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunDirectory:
    monkeypatch.chdir(tmp_path)
    return make_run(tmp_path / "größter Lauf", count_axis("seed", 2))


def submit(run: RunDirectory, submitter: Process, number: int = 0) -> None:
    array = Array(tasks=TaskIds.first(2))
    write_submission(run, Submission(number=number, array=array, launcher={"name": "local"}, submitter=submitter))


def test_submissions_of_another_process_are_left_to_it(
    directory: RunDirectory, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Input())
    submit(directory, Process.current())
    with sleeping() as process:
        submit(directory, Process.of(process.pid), 1)
        assert main(["start", str(directory.path), "0", "1"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("sweeprun: these submissions are another process's to launch")
    assert "`sweeprun resume 'größter Lauf'`" in told
    assert list(directory.shards.iterdir()) == []


def test_submissions_may_be_written_until_standard_input_ends(
    directory: RunDirectory, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Input(lambda: submit(directory, Process(host="elsewhere", pid=1, born=1))))
    assert main(["start", str(directory.path), "0"]) == 2
    assert "another process's" in capsys.readouterr().err


def test_a_submission_that_was_never_written_is_named(
    directory: RunDirectory, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Input())
    assert main(["start", str(directory.path), "3"]) == 2
    assert "the run has no submission 3" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["."], [".", "first"]])
def test_numbers_of_submissions_are_needed(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["start", *words])
    assert ended.value.code == 2
    assert "usage: sweeprun start" in capsys.readouterr().err
