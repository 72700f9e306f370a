"""Files and directories put in the place of others."""

from pathlib import Path

import pytest

from sweeprun.errors import UsageError
from sweeprun.results.formats.in_place import put_in_place, write_in_place


def refuse(path: Path) -> None:
    raise UsageError(f"{path.name} is something else")


def test_what_was_there_stays_until_all_is_written(tmp_path: Path) -> None:
    path = tmp_path / "x.nc"
    path.write_text("before")

    def write(temporary: Path) -> None:
        temporary.write_text("after")
        assert path.read_text() == "before"

    write_in_place(path, write, lambda _: None)
    assert [entry.read_text() for entry in tmp_path.iterdir()] == ["after"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), RuntimeError("NetCDF: HDF error")])
def test_a_failure_leaves_nothing_behind(tmp_path: Path, error: Exception) -> None:
    def write(temporary: Path) -> None:
        temporary.mkdir()
        (temporary / "part").touch()
        raise error

    with pytest.raises(UsageError, match=str(error.args[-1])):
        write_in_place(tmp_path / "x.zarr", write, lambda _: None)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_named_where_a_library_does_not(tmp_path: Path) -> None:
    def write(temporary: Path) -> None:
        temporary.symlink_to("/dev/full")
        raise RuntimeError("NetCDF: HDF error")

    with pytest.raises(UsageError, match=r"can't write '.*x\.nc': No space left on device"):
        write_in_place(tmp_path / "x.nc", write, lambda _: None)
    assert list(tmp_path.iterdir()) == []


def test_what_is_refused_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"x\.nc is something else"):
        write_in_place(tmp_path / "x.nc", Path.touch, refuse)
    assert list(tmp_path.iterdir()) == []


def test_a_directory_takes_the_place_of_one(tmp_path: Path) -> None:
    for name in ("new", "x.zarr"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    put_in_place(tmp_path / "new", tmp_path / "x.zarr")
    assert [entry.name for entry in (tmp_path / "x.zarr").iterdir()] == ["new"]
