"""What git knows of the code; nothing in the working tree is changed, and secrets stay out."""

import os
import subprocess
from pathlib import Path

import pytest

from sweeprun.provenance.git import PATCH_VARIABLE, GitState, read_git


def git(*words: str, cwd: Path | None = None) -> str:
    return subprocess.run(["git", *words], check=True, capture_output=True, text=True, cwd=cwd).stdout


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a repository of one commit, whatever the machine's own settings are."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:  # a hook that runs the tests sets some
        monkeypatch.delenv(name)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "someone")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "someone@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    folder = tmp_path / "a 'repo' ü"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "study.py").write_text("x = 1\n")
    (folder / ".gitignore").write_text("ignored.py\n")
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    return folder


def state(directory: Path) -> GitState:
    found = read_git(directory)
    assert isinstance(found, GitState)
    return found


def test_a_clean_tree_has_its_commit_and_no_patch(repository: Path) -> None:
    assert state(repository) == GitState(commit=git("rev-parse", "HEAD").strip())


def test_the_patch_makes_the_same_tree_again(repository: Path, tmp_path: Path) -> None:
    (repository / "study.py").write_text("x = 2\n")
    (repository / "sub dir").mkdir()
    (repository / "sub dir" / "-new [a] é.py").write_text("y = 1\n")
    (repository / "staged.py").write_text("z = 1\n")
    git("add", "staged.py")
    (repository / "conf.yaml").write_text("a: 1\n")
    before = git("status", "--porcelain")
    found = state(repository / "sub dir")
    assert git("status", "--porcelain") == before
    assert not found.left_out
    copy = tmp_path / "copy"
    git("clone", "-q", str(repository), str(copy))
    (tmp_path / "patch").write_bytes(found.patch)
    git("apply", str(tmp_path / "patch"), cwd=copy)
    for name in ("study.py", "sub dir/-new [a] é.py", "staged.py", "conf.yaml"):
        assert (copy / name).read_text() == (repository / name).read_text()


def test_what_is_no_source_is_not_in_it(repository: Path) -> None:
    for name in ("data.bin", "ignored.py", "multirun/1/x.py", "elsewhere/config.yaml", "elsewhere/manifest.json"):
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_text("content\n")
    assert state(repository).patch == b""


def test_secrets_are_not_in_it_tracked_or_not(repository: Path) -> None:
    (repository / ".env").write_text("before\n")
    git("add", "-f", ".env")
    git("commit", "-q", "-m", "env")
    (repository / ".env").write_text("hunter2\n")
    (repository / "My_Secrets.yaml").write_text("hunter2\n")
    (repository / "api_token.py").write_text("hunter2\n")
    found = state(repository)
    assert b"hunter2" not in found.patch
    assert sorted(line.partition(":")[0] for line in found.left_out) == [".env", "My_Secrets.yaml", "api_token.py"]
    assert found.changed


_SECRET_PATHS = ("id_ed25519", ".pgpass", ".npmrc", "cert.p12", "secrets/db.yaml", ".aws/config.ini", "api_key.yaml")


@pytest.mark.parametrize("name", [*_SECRET_PATHS, "env.sh", "deep/.Secrets/a b/x.py"])
@pytest.mark.parametrize("how", ["untracked", "changed", "staged", "removed"])
def test_every_part_of_a_path_can_say_that_it_is_secret(repository: Path, name: str, how: str) -> None:
    path = repository / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("hunter2 before\n")
    if how in ("changed", "removed"):
        git("add", "-f", ".")
        git("commit", "-q", "-m", "before")
        path.write_text("hunter2 now\n")
    if how == "removed":
        path.unlink()
    if how == "staged":
        git("add", "-f", ".")
    (repository / "study.py").write_text("x = 2\n")
    found = state(repository)
    assert b"hunter2" not in found.patch
    assert b"+x = 2" in found.patch
    is_source = how != "untracked" or path.suffix in (".yaml", ".ini", ".sh", ".py")
    assert found.left_out == ((f"{name}: its path says that it is secret",) if is_source else ())


def test_data_are_not_in_it_tracked_or_not(repository: Path) -> None:
    for name in ("data.csv", "Makefile"):
        (repository / name).write_text("before\n")
    git("add", ".")
    git("commit", "-q", "-m", "data")
    (repository / "data.csv").write_text("hunter2\n")
    (repository / "Makefile").unlink()
    found = state(repository)
    assert b"hunter2" not in found.patch
    assert b"a/Makefile" in found.patch
    assert found.left_out == ("data.csv: it is no source",)


def test_many_files_that_are_left_out_are_counted(repository: Path) -> None:
    for number in range(60):
        (repository / f"{number:02}.csv").write_text("1")
    git("add", ".")
    found = state(repository)
    assert (found.patch, found.changed, len(found.left_out)) == (b"", True, 51)
    assert found.left_out[-1] == "… and 10 more files"


def test_a_patch_of_more_names_than_a_command_line_takes(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweeprun.provenance.git._MOST_NAMES", 30)
    names = [f"new source {number}.py" for number in range(5)]
    for name in names:
        (repository / name).write_text("y = 1\n")
    (tmp_path / "patch").write_bytes(state(repository).patch)
    git("stash", "-qu")
    git("apply", str(tmp_path / "patch"))
    assert all((repository / name).read_text() == "y = 1\n" for name in names)


@pytest.mark.parametrize(
    ("variable", "setting", "wanted"),
    [
        (None, None, True),
        ("no", None, False),
        ("perhaps", "true", False),
        ("0", "true", False),
        (None, "false", False),
        (None, "true", True),
        ("YES", "false", True),
    ],
)
def test_there_is_a_switch_to_have_none(
    repository: Path, monkeypatch: pytest.MonkeyPatch, variable: str | None, setting: str | None, wanted: bool
) -> None:
    monkeypatch.delenv(PATCH_VARIABLE, raising=False)
    if variable is not None:
        monkeypatch.setenv(PATCH_VARIABLE, variable)
    if setting is not None:
        git("config", "sweeprun.patch", setting)
    (repository / "study.py").write_text("x = 2\n")
    found = state(repository)
    assert (bool(found.patch), found.changed) == (wanted, True)
    assert found.left_out == (
        () if wanted else ("the patch: SWEEPRUN_PATCH, or sweeprun.patch in git's config, says no",)
    )


def test_large_files_and_links_are_left_out_and_told(repository: Path) -> None:
    (repository / "large.py").write_text("#" * 1_000_001)
    (repository / "link.py").symlink_to("/etc/passwd")
    found = state(repository)
    assert found.patch == b""
    assert found.left_out == ("large.py: it has 1000001 bytes", "link.py: it is no plain file")


@pytest.mark.usefixtures("repository")
def test_before_the_first_commit_everything_is_in_the_patch(tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    git("init", "-q", cwd=fresh)
    (fresh / "study.py").write_text("x = 1\n")
    found = state(fresh)
    assert found.commit is None
    assert b"+x = 1" in found.patch


def test_outside_a_repository_or_without_git_nothing_is_known(
    tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_git(tmp_path) is None
    monkeypatch.setenv("PATH", "")
    assert read_git(repository) is None


def test_a_repository_that_git_cannot_read_is_told(repository: Path) -> None:
    (repository / ".git" / "index").write_bytes(b"no index")
    found = read_git(repository)
    assert isinstance(found, str)
    assert "git failed" in found
