"""A run from Python goes on with its function as it was, or with one that was mended."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import sweeprun
from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import TaskFunctionError, UsageError
from sweeprun.notebook import new_function
from sweeprun.notebook.new_function import how_to_start
from sweeprun.runs.background import launch_in_background
from sweeprun.runs.events import SILENT
from sweeprun.runs.prepare_call import Asked, prepare_call
from sweeprun.runs.start import start_run
from sweeprun.store.directory import RunDirectory
from sweeprun.store.manifest import read_manifest
from sweeprun.store.submissions import Submission, read_submissions
from tests.notebook.cells import FAILING, MENDED, defined_in_a_cell
from tests.results.runs import count_axis, make_run


@pytest.fixture(autouse=True)
def _in_a_directory_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "mein Ordner"
    here.mkdir()
    monkeypatch.chdir(here)


def command_line(*words: str, code: int = 0) -> str:
    done = subprocess.run([sys.executable, "-m", "sweeprun", *words], capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout


def test_a_run_goes_on_with_a_mended_function(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = sweeprun.sweep(defined_in_a_cell("invert", FAILING), {"x": [0, 1, 2]}, constants={"shift": 0}).wait()
    assert run.counts["failed"] == 1
    before = run["draw"].values.tolist()
    run.resume().wait()
    assert "invert has changed" not in capsys.readouterr().err
    mended = defined_in_a_cell("invert", MENDED)
    monkeypatch.setattr(sys.modules["__main__"], "invert", mended, raising=False)
    run.resume().wait()
    assert run.counts["failed"] == 1
    assert "invert has changed since" in (told := capsys.readouterr().err)
    assert "run.resume(…, function=invert, allow_drift=True)" in told
    with pytest.raises(UsageError, match=r"the function invert has changed\n.* or add allow_drift=True"):
        run.resume(function=mended)
    assert run.resume(function=mended, allow_drift=True).wait().complete
    assert "the function invert has changed" in capsys.readouterr().err
    assert run["y"].values.tolist() == [0.0, 1.0, 0.5]
    assert run["draw"].values.tolist()[1:] == before[1:]
    assert [run.replay(x=x).equal for x in range(3)] == [True, True, True]
    assert len(set(run["code_digest"].values.tolist())) == 2
    last = read_submissions(run._directory)[-1]
    assert last.provenance["command"] == ["run.resume(function=invert)"]
    assert run._directory.given_function_source(last.function).read_text().rstrip() == MENDED.rstrip()
    run.extend(x=[3]).wait()  # with the mended one, which has not changed since
    assert "invert has changed since" not in capsys.readouterr().err
    assert run["y"].sel(x=3) == 1 / 3
    assert command_line("verify", str(run.path), code=0) == "4/4 equal to the bit\n"
    assert run.extend(x=[4], function=defined_in_a_cell("invert", FAILING), allow_drift=True).wait().complete
    assert run.replay(x=0).equal
    for _ in range(2):
        command_line("replay", str(run.path), "x=4")


def test_a_mended_function_takes_the_same_arguments() -> None:
    run = sweeprun.sweep(defined_in_a_cell("invert", FAILING), {"x": [0]}, constants={"shift": 0}).wait()
    for wrong, match in (
        (lambda x: x, "does not take 'shift'"),
        (lambda x, shift, more: x + shift + more, "parameters more, which nothing fills"),
        (3, "can't be called"),
    ):
        with pytest.raises(TaskFunctionError, match=match):
            run.resume(function=wrong, allow_drift=True)  # type: ignore[arg-type]
    assert not run._directory.functions.exists()
    assert run.counts["failed"] == 1


def made(source: str) -> RunDirectory:
    """A run of the function of a cell, of which nothing was started."""
    asked = Asked(function=defined_in_a_cell("invert", source), axes={"x": [0, 1]}, constants={"shift": 0})
    return start_run(prepare_call(asked), ["sweeprun.sweep(…)"], launch=lambda *_: None).run


def test_a_function_that_was_defined_anew_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = made(FAILING)
    manifest = read_manifest(run)
    for source, told in ((FAILING, ""), (MENDED, f"sweeprun: invert has changed since, and {run.shown()} goes on")):
        monkeypatch.setattr(sys.modules["__main__"], "invert", defined_in_a_cell("invert", source), raising=False)
        assert how_to_start(run, manifest, "run.extend", None) == ([], launch_in_background, None)
        shown = capsys.readouterr().err
        assert shown.startswith(told)
        assert ("run.extend(…, function=invert, allow_drift=True)" in shown) is bool(told)
    monkeypatch.setattr(sys.modules["__main__"], "invert", 3, raising=False)
    how_to_start(run, manifest, "run.extend", None)
    assert capsys.readouterr().err == ""


def test_a_mended_function_is_kept_in_the_run_before_anything_is_launched(monkeypatch: pytest.MonkeyPatch) -> None:
    run = made(FAILING)
    launched: list[Submission] = []

    def launch(_run: RunDirectory, submissions: Sequence[Submission], _observer: object) -> None:
        for submission in submissions:
            assert run.given_function(submission.function).is_file()
        launched.extend(submissions)

    monkeypatch.setattr(new_function, "launch_in_background", launch)
    told, start, code = how_to_start(run, read_manifest(run), "run.resume", defined_in_a_cell("invert", MENDED))
    assert told == ["function=invert"]
    assert code is not None
    start(run, [Submission(number=1, array=Array(tasks=TaskIds.first(2)))], SILENT)
    (submission,) = launched
    assert run.given_function_source(submission.function).read_text().rstrip() == MENDED.rstrip()


def test_a_run_of_configs_has_its_function_elsewhere() -> None:
    run = make_run(Path.cwd() / "größter Lauf", count_axis("x", 2))
    with pytest.raises(UsageError, match=r"^'größter Lauf' has its task function from a config or an application"):
        how_to_start(run, read_manifest(run), "run.resume", len)
    assert how_to_start(run, read_manifest(run), "run.resume", None)[0] == []
