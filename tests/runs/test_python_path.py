"""What of ``sys.path`` workers are given."""

import site
import sys
import sysconfig
from pathlib import Path

import pytest

from sweeprun.runs.python_path import python_path


def test_the_working_directory_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, library = tmp_path / "here ü", tmp_path / "my lib"
    for folder in (here, library):
        folder.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(sys, "path", [str(library), str(here), "", *sys.path])
    assert python_path()[:2] == (str(here), str(library))


def test_what_is_added_after_the_import_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert str(tmp_path) not in python_path()
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    assert python_path()[-1] == str(tmp_path)


def test_relative_and_repeated_entries_are_one_absolute_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lib").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["lib", str(tmp_path / "lib"), *sys.path])
    assert python_path().count(str(tmp_path / "lib")) == 1


def test_what_any_interpreter_has_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    own = [sysconfig.get_path(name) for name in ("stdlib", "purelib", "scripts")]
    own += [*site.getsitepackages(), str(Path(sysconfig.get_path("stdlib")) / "lib-dynload")]
    monkeypatch.setattr(sys, "path", [*own, *sys.path])
    assert not {str(Path(place).resolve()) for place in own} & set(python_path())


def test_what_path_files_name_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packages, editable, other = (tmp_path / name for name in ("site", "editable ü", "other"))
    for folder in (packages, editable, other):
        folder.mkdir()
    (packages / "mine.pth").write_text(f"# a comment\nimport sys\n{editable}\n\n", encoding="utf-8")
    (packages / "unreadable.pth").write_bytes(b"\xff\xfe")
    monkeypatch.setattr(site, "getsitepackages", lambda: [str(packages)])
    monkeypatch.setattr(sys, "path", [str(packages), str(editable), str(other)])
    assert str(other) in python_path()
    assert not {str(packages), str(editable)} & set(python_path())


def test_files_and_missing_directories_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = tmp_path / "python311.zip"
    archive.touch()
    monkeypatch.setattr(sys, "path", [str(archive), str(tmp_path / "gone"), *sys.path])
    assert not [place for place in python_path() if place.endswith(("zip", "gone"))]


def test_what_is_below_a_directory_of_a_path_file_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packages, project = tmp_path / "site", tmp_path / "project"
    for folder in (packages, project / "lib"):
        folder.mkdir(parents=True)
    (packages / "editable.pth").write_text(f"{project}  \n")
    monkeypatch.setattr(site, "getsitepackages", lambda: [str(packages)])
    monkeypatch.setattr(sys, "path", [str(project), str(project / "lib")])
    assert str(project) not in python_path()
    assert str(project / "lib") in python_path()


@pytest.mark.parametrize("enabled", [True, False])
def test_the_users_own_packages_are_known_only_where_python_looks_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, enabled: bool
) -> None:
    monkeypatch.setattr(site, "ENABLE_USER_SITE", enabled)
    monkeypatch.setattr(site, "getusersitepackages", lambda: str(tmp_path))
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert (str(tmp_path) in python_path()) is not enabled
