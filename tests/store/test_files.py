"""Files are there whole or not at all."""

import errno
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from sweeprun.errors import FormatError
from sweeprun.store.files import create_file, read_json, temporary_sibling, write_fully


def test_a_file_is_created_once(tmp_path: Path) -> None:
    path = tmp_path / "a ünï\nfile"
    create_file(path, b"1")
    with pytest.raises(FileExistsError):
        create_file(path, b"2")
    assert path.read_bytes() == b"1"
    assert list(tmp_path.iterdir()) == [path]


def test_of_many_who_create_a_file_one_succeeds(tmp_path: Path) -> None:
    barrier = threading.Barrier(8)
    outcomes: list[bytes] = []

    def create(content: bytes) -> None:
        barrier.wait()
        try:
            create_file(tmp_path / "f", content)
            outcomes.append(content)
        except FileExistsError:
            pass

    threads = [threading.Thread(target=create, args=(bytes([i]) * 1000,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
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


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        create_file(tmp_path / "f", b"1")
    assert list(tmp_path.iterdir()) == []


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
