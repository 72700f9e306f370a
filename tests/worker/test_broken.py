"""What is the worker's affair, and what the task's."""

import errno
import os
from pathlib import Path

import pytest

from sweeprun.errors import FormatError, UnreadableError
from sweeprun.store.files import read_file
from sweeprun.worker.broken import Broken, reading, writing
from tests.faults import error, fail


def test_what_the_worker_can_not_write_is_its_own_affair() -> None:
    with pytest.raises(Broken) as told, writing():
        raise error(errno.EAGAIN)
    assert told.value.error.errno == errno.EAGAIN
    assert not isinstance(told.value, Exception)  # no task function catches it


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.EMFILE, errno.EDQUOT])
def test_a_file_that_can_not_be_read_now_is_the_workers_affair(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    fail(monkeypatch, "open", number)
    with pytest.raises(Broken) as told, reading():
        read_file(tmp_path / "configs.pickle", 10)
    assert told.value.error.errno == number


def test_a_file_that_is_not_to_be_read_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(monkeypatch, "open", errno.EACCES)
    with pytest.raises(UnreadableError, match="can't be read"), reading():
        read_file(tmp_path / "configs.pickle", 10)


def test_a_file_that_is_wrong_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("elsewhere")
    with pytest.raises(FormatError, match="leads out"), reading():
        read_file(tmp_path / "link", 10)
    with pytest.raises(FileNotFoundError), reading():
        read_file(tmp_path / "nothing", 10)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)), reading():
        raise error(errno.EIO)  # by a module of the user's
