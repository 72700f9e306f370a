"""``sweeprun throttle``: how many elements may run at once, while a run goes on."""

from pathlib import Path

import pytest

from sweeprun.cli.main import main
from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.store.processes import Process
from sweeprun.store.submissions import Submission, write_submission
from tests.cli.sleepers import sleeping
from tests.results.runs import count_axis, make_run


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return make_run(tmp_path / "größter Lauf", count_axis("seed", 4)).path


@pytest.mark.parametrize("number", ["0", "-3"])
def test_the_limit_is_at_least_1(run: Path, capsys: pytest.CaptureFixture[str], number: str) -> None:
    assert main(["throttle", number, str(run)]) == 2
    assert capsys.readouterr().err.startswith(
        f"sweeprun: the throttle must be a whole number of at least 1, not {number}"
    )


def test_a_limit_that_is_no_number_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["throttle", "many"])
    assert ended.value.code == 2
    assert "'many'" in capsys.readouterr().err


def test_a_run_that_no_launcher_of_ours_ran_has_no_throttle(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["throttle", "3", str(run)]) == 2
    assert capsys.readouterr().err.startswith("sweeprun: 'größter Lauf' was not run by a launcher that has a throttle")


def test_local_workers_can_only_be_stopped_and_started_again(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory = make_run(run.parent / "one", count_axis("seed", 4))
    with sleeping() as process:
        submission = Submission(
            number=0,
            array=Array(tasks=TaskIds.first(4)),
            launcher={"name": "local"},
            submitter=Process.of(process.pid),
        )
        write_submission(directory, submission)
        assert main(["throttle", "3", "one"]) == 2
    told = capsys.readouterr().err
    assert "can't be changed while they run" in told
    assert "hydra.launcher.throttle=3" in told
