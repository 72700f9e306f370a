"""The main script of an application: where it is, and the command line that a task has."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from sweeprun.errors import UsageError
from sweeprun.store.job_spec import Script
from sweeprun.worker import main_script
from sweeprun.worker.main_script import arguments_of, main_without_script, place_of_main, script_of


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script that is the main module of this process, as it seems."""
    path = tmp_path / "my app.py"
    path.touch()
    main = ModuleType("__main__")
    main.__file__, main.__spec__ = str(path), None
    monkeypatch.setitem(sys.modules, "__main__", main)
    return path


def test_a_script_is_found_from_where_workers_work(script: Path, tmp_path: Path) -> None:
    assert place_of_main(tmp_path) == Script(file="my app.py")
    assert place_of_main(tmp_path / "elsewhere") == Script(file=str(script))
    script.unlink()
    assert not place_of_main(tmp_path).can_be_imported


@pytest.mark.parametrize(
    ("started", "overrides", "of_task"),
    [
        (["-m", "lr=1,2", "-cn", "big"], ["lr=1,2"], ["-cn", "big", "lr=2"]),
        (
            ["--multirun", "lr=1,2", "seed=3", "hydra.verbose=true"],
            ["lr=1,2", "seed=3"],
            ["hydra.verbose=true", "lr=2"],
        ),
        (["hydra.mode=MULTIRUN"], [], ["lr=2"]),
        (["--own", "option"], ["lr=1,2"], ["--own", "option"]),  # a sweep that the script asks for itself
    ],
)
def test_a_task_has_the_command_line_that_runs_it_alone(
    script: Path, monkeypatch: pytest.MonkeyPatch, started: list[str], overrides: list[str], of_task: list[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["my app.py", *started])
    assert arguments_of(script_of(script.parent, overrides), ["lr=2"]) == ["my app.py", *of_task]


def test_a_script_that_would_start_its_sweep_again_is_imported_by_no_worker(
    script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_module: str) -> None:
        raise UsageError("unguarded")

    monkeypatch.setattr(main_script, "check_guarded", refuse)
    assert not script_of(script.parent, []).can_be_imported


def test_a_main_module_without_a_script_has_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    main_without_script({"answer": 42})
    assert sys.modules["__main__"].answer == 42  # type: ignore[attr-defined]
