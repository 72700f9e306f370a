"""Run directories."""

import errno
import threading
from pathlib import Path

import pytest

from sweeprun.errors import RunDirectoryError
from sweeprun.store.directory import make_run_directory, open_run_directory
from sweeprun.store.manifest import read_manifest
from tests.faults import fail, is_directory
from tests.results.runs import count_axis, make_run


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


def test_what_is_no_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="has no manifest"):
        open_run_directory(tmp_path)
    with pytest.raises(RunDirectoryError, match="does not exist"):
        open_run_directory(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(RunDirectoryError, match=r"loop' (can't be read|has no manifest|does not exist)"):
        open_run_directory(tmp_path / "loop")


def test_a_race_for_a_chosen_directory_has_one_winner(tmp_path: Path) -> None:
    barrier = threading.Barrier(8)
    outcomes: list[bool] = []

    def make() -> None:
        barrier.wait()
        try:
            make_run_directory(tmp_path / "run", numbered=False)
            outcomes.append(True)
        except RunDirectoryError:
            outcomes.append(False)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False] * 7 + [True]


def test_a_run_has_no_path_twice(tmp_path: Path) -> None:
    run = make_run_directory(tmp_path / "run", numbered=False)
    paths = [run.manifest, run.config, run.frozen_configs, run.hydra_config, run.shard("w"), run.beat("w")]
    paths += [run.exits("w"), run.log("w"), run.task(0), run.task(17)]
    assert len(set(paths)) == len(paths)
    assert all(run.path in path.parents for path in paths)


def test_of_two_that_begin_in_one_directory_one_is_refused(tmp_path: Path) -> None:
    make_run_directory(tmp_path / "fixed", numbered=False, begun=True)
    with pytest.raises(RunDirectoryError, match="there already"):
        make_run_directory(tmp_path / "fixed", numbered=False, begun=True)


def test_a_directory_that_is_not_durable_is_not_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for calls in range(3):  # of the two above it, and its own
        with monkeypatch.context() as failing:
            done: list[int] = []

            def is_next(descriptor: int, done: list[int] = done, calls: int = calls) -> bool:
                done.append(descriptor)
                return is_directory(descriptor) and len(done) > calls

            fail(failing, "fsync", errno.EIO, is_next)
            with pytest.raises(RunDirectoryError, match="can't be made: Input/output error"):
                make_run_directory(tmp_path / "multirun" / "day" / "run", numbered=True)
        assert not (tmp_path / "multirun" / "day" / "run").exists()
        assert (tmp_path / "multirun").exists() == (calls == 2)
    make_run_directory(tmp_path / "multirun" / "day" / "run", numbered=True)


def test_files_of_others_survive_what_can_not_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "run" / "shards").mkdir(parents=True)
    (tmp_path / "run" / "shards" / "mine").touch()
    fail(monkeypatch, "fsync", errno.EIO, is_directory)
    with pytest.raises(RunDirectoryError, match="can't be made"):
        make_run_directory(tmp_path / "run", numbered=False, begun=True)
    assert [path.name for path in (tmp_path / "run").rglob("*")] == ["shards", "mine"]
