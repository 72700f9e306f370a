"""Files and pipes that stay a worker's own, whatever tasks do with descriptors."""

import os
import resource
from pathlib import Path

import pytest

from sweeprun.store.own_files import OwnDescriptor, OwnFile


def test_its_number_is_high_and_below_the_limit() -> None:
    reading, writing = os.pipe()
    own = OwnDescriptor(writing)
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert own.number >= min(soft, 1024) - 32
    os.write(own.number, b"here")
    assert os.read(reading, 10) == b"here"
    assert not os.get_inheritable(own.number)
    own.close()
    assert os.read(reading, 10) == b""  # the former number was closed
    os.close(reading)


@pytest.mark.parametrize("soft", [8, 40, 64, 4096])
def test_any_limit_will_do(tmp_path: Path, soft: int) -> None:
    child = os.fork()
    if child == 0:
        try:
            os.closerange(3, 200)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, soft))
            own = OwnFile(tmp_path / "f")
            os.write(own.descriptor(), b"1")
            os._exit(0)
        finally:  # what forked this process must not go on in it
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    assert (tmp_path / "f").read_bytes() == b"1"


def test_a_descriptor_that_a_task_uses_again_is_not_ours(tmp_path: Path) -> None:
    with (tmp_path / "task").open("wb") as file:
        own = OwnDescriptor(os.open(os.devnull, os.O_WRONLY))
        assert own.is_ours()
        os.dup2(file.fileno(), own.number)
        assert not own.is_ours()
        own.close()
        os.write(own.number, b"still open")
        os.close(own.number)
        assert not own.is_ours()
        own.close()
    assert (tmp_path / "task").read_bytes() == b"still open"


def test_a_file_is_opened_again_and_never_another(tmp_path: Path) -> None:
    path = tmp_path / "a fíle"
    own = OwnFile(path)
    os.write(own.descriptor(), b"1")
    os.close(own.descriptor())
    os.pwrite(own.descriptor(), b"2", 1)
    assert path.read_bytes() == b"12"
    os.close(own.descriptor())
    path.rename(tmp_path / "elsewhere")
    with pytest.raises(FileNotFoundError):
        own.descriptor()
    path.write_bytes(b"of somebody else")
    with pytest.raises(OSError, match="another file has taken its place"):
        own.descriptor()
    own.close()
    assert path.read_bytes() == b"of somebody else"


def test_a_file_is_made_once_and_removed_once(tmp_path: Path) -> None:
    own = OwnFile(tmp_path / "f")
    with pytest.raises(FileExistsError):
        OwnFile(tmp_path / "f")
    own.remove()
    own.remove()
    assert list(tmp_path.iterdir()) == []
