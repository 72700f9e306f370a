"""Runs that are not below ``multirun``, which a list in the directory of their start leads to."""

from pathlib import Path

import pytest

from sweeprun.store.elsewhere import LISTED, list_run, listed_runs
from sweeprun.store.finding import find_runs, newest_run
from tests.results.runs import count_axis, make_run


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def test_a_listed_run_is_found_beside_those_below_multirun(tmp_path: Path) -> None:
    usual = make_run(Path.cwd() / "multirun" / "day" / "time", count_axis("seed", 1))
    own = make_run(Path.cwd() / "exp" / "a" / "b", count_axis("seed", 1))
    far = make_run(tmp_path / "scratch" / "run", count_axis("seed", 1))
    assert find_runs() == [usual]
    for run in (usual, own, far, own):
        list_run(run)
    assert list(listed_runs()) == [Path("exp/a/b"), tmp_path / "scratch" / "run"]
    assert set(find_runs()) == {usual, own, far}
    assert find_runs()[0] == newest_run() == far
    assert find_runs(Path("exp")) == [own]


def test_a_deep_one_is_listed_too() -> None:
    deep = make_run(Path.cwd() / "multirun" / "1" / "2" / "3" / "4" / "5", count_axis("seed", 1))
    assert find_runs() == []
    list_run(deep)
    assert find_runs() == [deep]


def test_what_is_gone_or_no_list_is_passed_over(tmp_path: Path) -> None:
    Path(LISTED).write_text("gone\nexp\n")
    assert find_runs() == []
    Path(LISTED).unlink()
    Path(LISTED).symlink_to(tmp_path)
    assert find_runs() == []


def test_where_nothing_can_be_written_nothing_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run(Path.cwd() / "exp", count_axis("seed", 1))

    def denied(*_: object, **__: object) -> None:
        raise PermissionError("denied")

    monkeypatch.setattr(Path, "open", denied)
    list_run(run)
    assert list(listed_runs()) == []
