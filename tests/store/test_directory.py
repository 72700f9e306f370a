"""Run directories."""

import threading
from pathlib import Path

import pytest

from sweeprun.errors import FormatError, RunDirectoryError
from sweeprun.store.directory import find_runs, make_run_directory, newest_run, open_run_directory
from sweeprun.store.files import create_file, replace_file
from sweeprun.store.manifest import read_manifest
from tests.results.runs import axis, count_axis, make_run


def test_two_sweeps_at_once_never_share(tmp_path: Path) -> None:
    made: list[Path] = []
    barrier = threading.Barrier(8)

    def make() -> None:
        barrier.wait()
        made.append(make_run_directory(tmp_path / "day" / "time", numbered=True).path)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8
    assert {path.name for path in made} == {"time", *(f"time-{i}" for i in range(1, 8))}


def test_a_chosen_directory_must_be_new_or_empty(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    make_run_directory(tmp_path / "empty", numbered=False)
    with pytest.raises(RunDirectoryError, match="there already and not empty"):
        make_run_directory(tmp_path / "empty", numbered=False)
    (tmp_path / "file").write_text("")
    with pytest.raises(RunDirectoryError):
        make_run_directory(tmp_path / "file", numbered=False)
    with pytest.raises(RunDirectoryError, match="can't be made"):
        make_run_directory(tmp_path / "file" / "below", numbered=False)


@pytest.mark.parametrize("name", ["a b", "it's", 'q"q', "line\nbreak", "ünï", "$(x)"])
def test_any_path_will_do(tmp_path: Path, name: str) -> None:
    run = make_run(tmp_path / name, count_axis("seed", 2))
    assert read_manifest(open_run_directory(tmp_path / name)) == read_manifest(run)
    assert find_runs(tmp_path) == [run]


def test_the_newest_run_is_the_last_made(tmp_path: Path) -> None:
    import os

    runs = [make_run(tmp_path / "multirun" / day / "10", axis("lr", [0.1])) for day in "cab"]
    for i, run in enumerate(runs):
        os.utime(run.manifest, ns=(i, i))
    assert find_runs(tmp_path) == runs[::-1]
    assert newest_run(tmp_path) == runs[-1]


def test_a_runs_own_content_is_not_searched(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 1))
    make_run(run.path / "7" / "inner", count_axis("seed", 1))
    assert find_runs(tmp_path) == [run]


def test_what_is_no_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="no run below"):
        newest_run(tmp_path / "nowhere")
    with pytest.raises(RunDirectoryError, match="has no manifest"):
        open_run_directory(tmp_path)
    with pytest.raises(RunDirectoryError, match="does not exist"):
        open_run_directory(tmp_path / "nowhere")


def test_files_are_replaced_or_made_whole(tmp_path: Path) -> None:
    path = tmp_path / "f"
    create_file(path, b"1")
    with pytest.raises(FileExistsError):
        create_file(path, b"2")
    assert path.read_bytes() == b"1"
    replace_file(path, b"3")
    assert path.read_bytes() == b"3"
    assert [child.name for child in tmp_path.iterdir()] == ["f"]


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("{", "not valid JSON"),
        ("[]", "should hold a JSON object"),
        ("{}", "no manifest"),
        ('{"format": "sweeprun-run", "version": 99}', "version 99"),
        ('{"format": "sweeprun-run", "version": 1}', "malformed"),
    ],
)
def test_a_bad_manifest_is_told(tmp_path: Path, content: str, match: str) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 1))
    run.manifest.write_text(content)
    with pytest.raises(FormatError, match=match):
        read_manifest(run)
