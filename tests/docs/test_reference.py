"""What the reference has from texts that are written by hand leaves nothing out."""

from pathlib import Path

from sweeprun.store import directory
from sweeprun.store.activity import ElementState
from sweeprun.store.directory import RunDirectory
from sweeprun.store.records import Outcome
from sweeprun.store.snapshot import TaskState
from tests.docs.conftest import ROOT


def read(name: str) -> str:
    return (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")


def test_every_state_is_explained() -> None:
    page = read("states.md")
    assert [state.value for state in TaskState if f"| `{state.value}` |" not in page] == []
    assert [state.value for state in ElementState if f"| {state.value} |" not in page] == []
    assert [outcome.name for outcome in Outcome if f"`{outcome.name.lower()}`" not in page] == []


def test_everything_in_a_run_directory_is_explained() -> None:
    explained = str(directory.__doc__)
    run = RunDirectory(Path())
    paths = [value for name in vars(RunDirectory) if isinstance(value := getattr(run, name), Path) and name != "path"]
    assert len(paths) > 10
    assert [path.as_posix() for path in paths if f" {path.as_posix()}" not in explained] == []
