"""Where a Zarr store lies: a directory. What is written there is tested in test_zarr_store.py and test_remote.py."""

from pathlib import Path

import pytest

from sweeprun.errors import UsageError
from sweeprun.results.formats.zarr_places import Directory


def make(place: Directory, error: Exception | None = None) -> None:
    with place.anew({}) as new:
        assert isinstance(new, Directory)
        (new.path / "x").mkdir(parents=True)
        (new.path / "x" / "zarr.json").touch()
        if error is not None:
            raise error


def test_what_is_made_anew_is_there_only_when_it_is_whole(tmp_path: Path) -> None:
    place = Directory(tmp_path / "ä x.zarr")
    assert not place.is_there()
    with pytest.raises(OSError, match="full"):
        make(place, OSError("full"))
    assert list(tmp_path.iterdir()) == []
    make(place)
    assert place.is_there()
    assert list(place.below("x")) == ["x/zarr.json"]


def test_a_seal_tells_files_and_their_absence(tmp_path: Path) -> None:
    place = Directory(tmp_path)
    missing = place.seal(["a", "b"])
    (tmp_path / "a").write_text("1")
    there = place.seal(["a", "b"])
    assert there not in (missing, place.seal(["a"]))
    place.settle(["a", "b"])
    place.remove(["a", "b"])
    assert place.seal(["b", "a"]) == missing


def test_what_the_system_refuses_is_said(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match=r"^can't write '.*x.zarr': No space left"),
        Directory(tmp_path / "x.zarr").alone(),
    ):
        raise OSError(28, "No space left on device")
