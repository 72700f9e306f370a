"""What a task function may know of the task that it runs."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from sweeprun.design.streams import Streams
from sweeprun.errors import UsageError
from sweeprun.worker.task_handle import RunningTask


def test_the_directory_is_made_when_it_is_first_asked_for(tmp_path: Path) -> None:
    def make() -> Path:
        (tmp_path / "3 ü").mkdir(exist_ok=True)
        return tmp_path / "3 ü"

    task = RunningTask(id=3, attempt=2, stream=1, coordinates={"lr": 0.1}, _make_directory=make)
    assert (task.id, task.attempt, task.stream, task.coordinates) == (3, 2, 1, {"lr": 0.1})
    assert list(tmp_path.iterdir()) == []
    assert task.directory == tmp_path / "3 ü"
    assert task.directory.is_dir()


def test_a_request_to_stop_is_seen_as_soon_as_it_is_made(tmp_path: Path) -> None:
    requests: list[str] = []
    task = RunningTask(
        id=0,
        attempt=1,
        stream=0,
        coordinates={},
        _make_directory=lambda: tmp_path,
        _stopping=lambda: bool(requests),
    )
    assert task.stop_requested is False
    requests.append("stop")
    assert task.stop_requested is True


def test_a_task_that_asks_for_either_can_go_on_later(tmp_path: Path) -> None:
    noted: list[str] = []
    task = RunningTask(
        id=0,
        attempt=1,
        stream=0,
        coordinates={},
        _make_directory=lambda: tmp_path,
        _can_resume=lambda: noted.append("can resume"),
    )
    assert (task.id, task.coordinates, noted) == (0, {}, [])
    assert not task.stop_requested
    assert len(noted) == 1
    assert task.directory == tmp_path
    assert len(noted) == 2


def test_what_is_printed_of_it_is_what_its_user_knows(tmp_path: Path) -> None:
    task = RunningTask(id=3, attempt=1, stream=3, coordinates={"a": "ü"}, _make_directory=lambda: tmp_path)
    assert repr(task) == "RunningTask(id=3, attempt=1, stream=3, coordinates={'a': 'ü'})"
    with pytest.raises(FrozenInstanceError):
        task.id = 4  # type: ignore[misc]


def test_seeds_for_other_generators_are_the_streams(tmp_path: Path) -> None:
    streams = Streams(root_seed=5)
    task = RunningTask(id=3, attempt=1, stream=2, coordinates={}, _make_directory=lambda: tmp_path, _streams=streams)
    assert task.seed() == task.seed(32) == streams.seed(2)
    assert task.seed(31) == streams.seed(2, 31) < 2**31
    with pytest.raises(UsageError, match="a seed of 8 bits: they are from 16 to 64"):
        task.seed(8)
