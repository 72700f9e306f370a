"""Where a run came from."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from sweeprun import __version__
from sweeprun.store.provenance import gather_provenance


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a repository of one commit, whatever the machine's own settings are."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:  # a hook that runs the tests sets some
        monkeypatch.delenv(name)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "someone")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "someone@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("1")
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run(["git", *words], check=True)
    return tmp_path


def test_it_is_strict_json() -> None:
    command = ["sweeprun", "-m", "x='ünï\n'"]
    found = gather_provenance(command)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["command"] == command
    assert found["versions"]["sweeprun"] == __version__
    assert found["pid"] == os.getpid()


def test_the_commit_is_told_and_whether_files_differ(repository: Path) -> None:
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, check=True, text=True).stdout.strip()
    assert gather_provenance([])["git"] == {"commit": commit, "changed": False}
    (repository / "untracked").write_text("")
    assert gather_provenance([])["git"] == {"commit": commit, "changed": False}
    (repository / "file").write_text("2")
    assert gather_provenance([])["git"] == {"commit": commit, "changed": True}


def test_outside_a_repository_there_is_no_commit(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(outside.parent))
    monkeypatch.chdir(outside)
    assert gather_provenance([])["git"] is None
    monkeypatch.chdir(repository)
    monkeypatch.setenv("PATH", "")
    assert gather_provenance([])["git"] is None
