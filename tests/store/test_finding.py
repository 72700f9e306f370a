"""Finding runs: what can't be read is passed over, and said."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sweeprun.errors import RunDirectoryError
from sweeprun.store.finding import find_runs, newest_run
from tests.results.runs import axis, count_axis, make_run


def test_the_newest_run_is_the_last_made(tmp_path: Path) -> None:
    runs = [make_run(tmp_path / "multirun" / day / "10", axis("lr", [0.1])) for day in "cab"]
    for i, run in enumerate(runs):
        os.utime(run.manifest, ns=(i, i))
    assert find_runs(tmp_path) == runs[::-1]
    assert newest_run(tmp_path) == runs[-1]


def test_a_runs_own_content_is_not_searched(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 1))
    make_run(run.path / "7" / "inner", count_axis("seed", 1))
    assert find_runs(tmp_path) == [run]


def test_directories_that_go_or_are_closed_to_us_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path / "day" / "time", count_axis("seed", 1))
    (tmp_path / "gone").mkdir()
    (tmp_path / "closed").mkdir()
    errors = {"gone": FileNotFoundError, "closed": PermissionError}
    scandir = os.scandir

    def scan(path: str | Path) -> Any:
        if error := errors.get(Path(path).name):
            raise error(str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", scan)
    assert find_runs(tmp_path) == [run]


def test_runs_are_not_searched_for_without_end(tmp_path: Path) -> None:
    deep = make_run(tmp_path / "1" / "2" / "3" / "4", count_axis("seed", 1))
    make_run(tmp_path / "1" / "2" / "3" / "x" / "5", count_axis("seed", 1))
    (tmp_path / "1" / "loop").symlink_to(tmp_path)
    assert find_runs(tmp_path) == [deep]


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def garbage(path: Path) -> None:
    path.write_bytes(b"{")


def of_a_newer_version(path: Path) -> None:
    path.write_text('{"format": "sweeprun-run", "version": 99}')


@pytest.mark.parametrize("make", [loop, os.mkfifo, os.mkdir, Path.touch, garbage, of_a_newer_version])
def test_the_newest_run_is_one_that_can_be_read(tmp_path: Path, make: Callable[[Path], None]) -> None:
    run = make_run(tmp_path / "good", count_axis("seed", 1))
    os.utime(run.manifest, ns=(1, 1))
    (tmp_path / "bad").mkdir()
    make(tmp_path / "bad" / "manifest.json")
    said: list[str] = []
    assert newest_run(tmp_path, said.append) == run
    (line,) = said
    assert line.startswith(f"taking {run.shown()}, as a newer run can't be read: {tmp_path}/bad/manifest.json")
    assert find_runs(tmp_path)[0].path == tmp_path / "bad"


def test_of_several_that_cannot_be_read_the_newest_is_told(tmp_path: Path) -> None:
    run = make_run(tmp_path / "good", count_axis("seed", 1))
    for number in range(3):
        (tmp_path / str(number)).mkdir()
        garbage(tmp_path / str(number) / "manifest.json")
        os.utime(tmp_path / str(number) / "manifest.json", (2**33 + number, 2**33 + number))
    said: list[str] = []
    assert newest_run(tmp_path, said.append) == run
    assert "3 newer runs can't be read, the newest because: " in said[0]
    assert "/2/manifest.json" in said[0]
    run.manifest.unlink()
    with pytest.raises(RunDirectoryError, match=r"no run below .* can be read: .*/2/manifest.json"):
        newest_run(tmp_path)


def test_an_older_run_that_cannot_be_read_is_no_matter(tmp_path: Path) -> None:
    run = make_run(tmp_path / "good", count_axis("seed", 1))
    (tmp_path / "bad").mkdir()
    garbage(tmp_path / "bad" / "manifest.json")
    os.utime(tmp_path / "bad" / "manifest.json", (1, 1))
    said: list[str] = []
    assert newest_run(tmp_path, said.append) == run
    assert said == []


def test_a_directory_of_a_broken_file_system_may_hold_the_newest_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path / "good", count_axis("seed", 1))
    (tmp_path / "stale").mkdir()
    scandir, open_ = os.scandir, os.open

    def refuse(path: Any) -> None:
        if "stale" in str(path):
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE), str(path))

    def scan(path: Any) -> Any:
        refuse(path)
        return scandir(path)

    def open_at(path: Any, *arguments: Any, **options: Any) -> int:
        refuse(path)
        return open_(path, *arguments, **options)

    monkeypatch.setattr(os, "scandir", scan)
    monkeypatch.setattr(os, "open", open_at)
    said: list[str] = []
    assert newest_run(tmp_path, said.append) == run
    assert "Stale file handle" in said[0]


def test_what_is_no_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="no run below"):
        newest_run(tmp_path / "nowhere")
