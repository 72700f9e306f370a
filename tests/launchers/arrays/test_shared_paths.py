"""A run directory that the nodes may not see."""

from pathlib import Path
from socket import gethostname

import pytest

from sweeprun.launchers.arrays import shared_paths
from sweeprun.launchers.arrays.shared_paths import why_not_shared
from tests.launchers.arrays.listing import Listing

HERE = gethostname().partition(".")[0]


def test_a_temporary_directory_is_not_seen_by_other_hosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_paths, "gettempdir", lambda: str(tmp_path.parent))
    told = why_not_shared(tmp_path, Listing(nodes=frozenset({"elsewhere"})))
    assert told.startswith(f"{str(tmp_path)!r} is on a file system of {HERE} alone")


@pytest.mark.parametrize("nodes", [set(), {HERE}, {f"{HERE}.example.org"}])
def test_nothing_is_said_if_this_host_is_the_only_one_or_none_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nodes: set[str]
) -> None:
    monkeypatch.setattr(shared_paths, "gettempdir", lambda: str(tmp_path.parent))
    assert why_not_shared(tmp_path, Listing(nodes=frozenset(nodes))) == ""


def test_other_directories_may_be_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_paths, "_file_system", lambda _path: "nfs4")
    assert why_not_shared(Path("/home/me/run"), Listing(nodes=frozenset({"elsewhere"}))) == ""


def test_a_file_system_in_memory_is_not_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_paths, "_file_system", lambda _path: "tmpfs")
    assert "(tmpfs)" in why_not_shared(Path("/dev/shm/run"), Listing(nodes=frozenset({"elsewhere"})))
