"""Whether files are still what they were when they were sealed."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.results.formats.fingerprints import files_below, make_durable, seal_of

NAMES = ["a ü", "new\nline", "sub/deeper/x", "sub/y"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "a störe"
    for name in NAMES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        os.utime(path, ns=(10**18, 10**18))
    return folder


def paths(root: Path) -> list[Path]:
    return [root / name for name in NAMES]


def test_a_seal_is_the_same_in_any_order_and_fits_a_signed_integer(root: Path) -> None:
    seal = seal_of(root, paths(root))
    assert seal == seal_of(root, reversed(paths(root)))
    assert 0 <= seal < 2**63
    assert seal_of(root, []) >= 0


@pytest.mark.parametrize("change", ["longer", "time", "gone", "a file less", "parent gone"])
def test_a_seal_is_broken_by(root: Path, change: str) -> None:
    seal = seal_of(root, paths(root))
    files = paths(root)
    match change:
        case "longer":
            files[0].write_text("longer than before")
            os.utime(files[0], ns=(10**18, 10**18))
        case "time":
            os.utime(files[0], ns=(10**18, 10**18 + 1))
        case "gone":
            files[0].unlink()
        case "a file less":
            files.pop()
        case "parent gone":
            shutil.rmtree(root / "sub")
    assert seal_of(root, files) != seal


def test_a_seal_goes_with_its_directory(root: Path) -> None:
    seal = seal_of(root, paths(root))
    moved = root.rename(root.with_name("elsewhere"))
    assert seal_of(moved, paths(moved)) == seal


def test_files_that_are_missing_are_part_of_the_seal(root: Path) -> None:
    absent = root / "absent"
    seal = seal_of(root, [*paths(root), absent])
    assert seal != seal_of(root, paths(root))
    assert seal_of(root, [*paths(root), absent]) == seal
    assert seal_of(root, [root / "a ü" / "below a file"]) >= 0
    absent.touch()
    assert seal_of(root, [*paths(root), absent]) != seal


@given(name=st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=20))
def test_whatever_a_file_is_called(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.getbasetemp()
    assert seal_of(root, [root / name, root / "\udcff"]) != seal_of(root, [root / f"{name}x", root / "\udcff"])


def test_files_and_all_directories_above_them_survive_a_power_cut(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by_number = {path.stat().st_ino: path for path in [root, *root.rglob("*")]}
    synced: list[Path] = []
    sync = os.fsync

    def noted(descriptor: int) -> None:
        synced.append(by_number[os.fstat(descriptor).st_ino])
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    make_durable(root, [*paths(root), root / "absent", root / "no folder" / "absent"])
    assert sorted(synced) == sorted([*paths(root), root / "sub" / "deeper", root / "sub", root])
    assert synced.index(root / "sub" / "deeper") < synced.index(root / "sub") < synced.index(root)
    assert not (root / "absent").exists()


def test_files_below_a_directory_are_files_alone(root: Path) -> None:
    assert sorted(files_below(root)) == sorted(paths(root))
    assert list(files_below(root / "absent")) == []
