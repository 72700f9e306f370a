"""Files are there whole or not at all."""

import errno
import os
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sweeprun.errors import FormatError
from sweeprun.store.files import (
    create_file,
    list_files,
    make_directory,
    read_file,
    read_json,
    read_large_file,
    read_tail,
    sync_directory,
    temporary_sibling,
    write_fully,
)
from tests.faults import fail, is_directory


def test_a_private_file_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        create_file(tmp_path / "private", b"1", private=True)
        create_file(tmp_path / "other", b"1")
    finally:
        os.umask(before)
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("private", "other")] == [0o600, 0o666]


def test_a_file_is_created_once(tmp_path: Path) -> None:
    path = tmp_path / "a ünï\nfile"
    create_file(path, b"1")
    with pytest.raises(FileExistsError):
        create_file(path, b"2")
    assert path.read_bytes() == b"1"
    assert list(tmp_path.iterdir()) == [path]


def created_at_once(path: Path, contents: list[bytes]) -> list[bytes]:
    """What was written by those who made a file, of several threads that try to at once."""
    barrier = threading.Barrier(len(contents))
    outcomes: list[bytes] = []

    def create(content: bytes) -> None:
        barrier.wait()
        try:
            create_file(path, content)
            outcomes.append(content)
        except FileExistsError:
            pass

    threads = [threading.Thread(target=create, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_of_many_who_create_a_file_one_succeeds(tmp_path: Path) -> None:
    outcomes = created_at_once(tmp_path / "f", [bytes([i]) * 1000 for i in range(8)])
    assert [(tmp_path / "f").read_bytes()] == outcomes
    assert len(list(tmp_path.iterdir())) == 1


def test_file_systems_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    create_file(tmp_path / "f", b"1")
    with pytest.raises(FileExistsError):
        create_file(tmp_path / "f", b"2")
    assert (tmp_path / "f").read_bytes() == b"1"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("renames", [True, False])
def test_without_hard_links_one_of_many_succeeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renames: bool
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(os, "link", refuse)
    if not renames:  # an old system, or a file system that can't promise not to replace
        monkeypatch.setattr("ctypes.CDLL", lambda *_, **__: object())
    outcomes = created_at_once(tmp_path / "f", [b"%d" % i for i in range(4)])
    assert (tmp_path / "f").read_bytes() in outcomes
    assert len(outcomes) == 1 or not renames
    assert len(list(tmp_path.iterdir())) == 1


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        create_file(tmp_path / "f", b"1")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("make", [lambda path: create_file(path, b"1"), make_directory])
def test_a_name_that_can_not_be_made_durable_is_not_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None]
) -> None:
    """Whoever comes next would take it for durable."""
    with monkeypatch.context() as failing:
        fail(failing, "fsync", errno.EIO, is_directory)
        with pytest.raises(OSError, match="Input/output error") as told:
            make(tmp_path / "new")
    assert told.value.filename is not None
    assert list(tmp_path.iterdir()) == []
    make(tmp_path / "new")
    assert (tmp_path / "new").exists()


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS])
def test_file_systems_that_sync_files_only_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    failed = fail(monkeypatch, "fsync", number, is_directory)
    create_file(tmp_path / "f", b"1")
    make_directory(tmp_path / "d")
    assert len(failed) == 2


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.ESTALE])
@pytest.mark.parametrize("name", ["fsync", "open"])
def test_a_directory_that_can_not_be_synced_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, number: int
) -> None:
    fail(monkeypatch, name, number)
    with pytest.raises(OSError, match=re.escape(os.strerror(number))):
        sync_directory(tmp_path)


def test_of_a_directory_that_may_not_be_listed_all_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    fail(monkeypatch, "open", errno.EACCES)
    monkeypatch.setattr(os, "sync", lambda: synced.append("all"))
    sync_directory(tmp_path)
    assert synced == ["all"]


def test_a_temporary_sibling_is_removed_if_it_is_still_there(tmp_path: Path) -> None:
    with temporary_sibling(tmp_path / "f") as first, temporary_sibling(tmp_path / "f") as second:
        assert first != second
        assert first.parent == tmp_path
        first.write_text("")
    assert list(tmp_path.iterdir()) == []


def test_short_writes_are_continued(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []

    def write_three(_: int, content: memoryview) -> int:
        written.append(bytes(content[:3]))
        return len(written[-1])

    monkeypatch.setattr(os, "write", write_three)
    write_fully(99, b"12345678")
    assert written == [b"123", b"456", b"78"]


@pytest.mark.parametrize(
    ("content", "match"),
    [(b"", "not valid JSON"), (b"{", "not valid JSON"), (b"\xff", "not valid JSON"), (b"[1]", "not a list")],
)
def test_what_is_no_json_object_is_told(tmp_path: Path, content: bytes, match: str) -> None:
    (tmp_path / "f").write_bytes(content)
    with pytest.raises(FormatError, match=match):
        read_json(tmp_path / "f")


def test_reading_never_leaves_the_run(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "f").write_text("secret")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "link").symlink_to(tmp_path / "elsewhere" / "f")
    (tmp_path / "run" / "directory").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(tmp_path / "run" / "fifo")
    for path in ("run/link", "run/directory/f", "run/fifo", "run/directory", "run"):
        with pytest.raises(FormatError, match=r"symbolic link|regular file"):
            read_file(tmp_path / path, 100)
    with pytest.raises(FormatError, match="symbolic link"):
        list_files(tmp_path / "run" / "directory", "")
    with pytest.raises(FileNotFoundError):
        read_file(tmp_path / "run" / "no" / "such", 100)
    assert list_files(tmp_path / "no", "") == []


def test_a_file_has_a_most(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"12345")
    assert read_file(tmp_path / "f", 5) == b"12345"
    with pytest.raises(FormatError, match="5 bytes, and such a file has 4 at most"):
        read_file(tmp_path / "f", 4)


def test_a_sparse_file_is_read_with_its_holes(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"begin")
    os.truncate(path, 2**24)
    with path.open("ab") as file:
        file.write(b"end")
    content, parts = read_large_file(path)
    assert bytes(content) == path.read_bytes()
    assert parts[0][0] == 0
    assert parts[-1][1] == 2**24 + 3


@pytest.mark.parametrize("depth", [101, 900, 10**6])
def test_json_has_a_depth(tmp_path: Path, depth: int) -> None:
    (tmp_path / "f").write_text('{"a": ' * depth + "1" + "}" * depth)
    with pytest.raises(FormatError, match="nested deeper than 100"):
        read_json(tmp_path / "f")
    (tmp_path / "f").write_text('{"a": ' * 100 + "1" + "}" * 100)
    assert read_json(tmp_path / "f")


def test_the_end_of_a_file_is_read_alone(tmp_path: Path) -> None:
    path = tmp_path / "0.log"
    path.write_bytes(b"a" * 100 + b"the end")
    assert read_tail(path, 7) == b"the end"
    assert read_tail(path, 1000) == path.read_bytes()
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(FormatError, match="regular file"):
        read_tail(path, 7)
