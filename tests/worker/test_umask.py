"""Modes of new files: the run's are as the worker began, those of tasks as tasks like."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sweeprun.worker.umask import TaskUmask


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


def mode_of_new(path: Path) -> int:
    path.touch()
    return path.stat().st_mode & 0o777


def test_what_tasks_set_holds_for_tasks_alone(tmp_path: Path) -> None:
    umask = TaskUmask()
    with umask:
        assert mode_of_new(tmp_path / "1") == 0o640
        os.umask(0)
    assert mode_of_new(tmp_path / "2") == 0o640
    with umask:
        assert mode_of_new(tmp_path / "3") == 0o666
        with umask.own():
            assert mode_of_new(tmp_path / "4") == 0o640
        assert mode_of_new(tmp_path / "5") == 0o666
    assert mode_of_new(tmp_path / "6") == 0o640


def test_a_task_that_fails_changes_nothing_either(tmp_path: Path) -> None:
    def fails() -> None:
        os.umask(0o777)
        raise ValueError("no")

    umask = TaskUmask()
    with pytest.raises(ValueError, match="no"), umask:
        fails()
    assert mode_of_new(tmp_path / "1") == 0o640
