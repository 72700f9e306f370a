"""Files of a run that arrive piece by piece."""

import errno
import json
import os
from pathlib import Path

import pytest

from sweeprun.errors import FormatError
from sweeprun.store import arrivals as module
from sweeprun.store.arrivals import Arrivals, files_below, shift_due
from sweeprun.store.directory import RunDirectory
from tests.faults import error
from tests.results.runs import count_axis, make_run


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "a rün", count_axis("seed", 3))


def test_what_grows_is_added_where_it_ended(run: RunDirectory) -> None:
    arrivals = Arrivals(run)
    arrivals.take("shards/w.arrow", 0, b"abc")
    arrivals.take("shards/w.arrow", 3, b"de")
    arrivals.sync()
    assert run.shard("w").read_bytes() == b"abcde"
    for offset in (4, 6):
        with pytest.raises(FormatError, match=f"has 5 bytes, and what arrived goes on at {offset}"):
            arrivals.take("shards/w.arrow", offset, b"x")


def test_failures_of_all_workers_are_lines_of_one_file(run: RunDirectory) -> None:
    for arrivals in (Arrivals(run), Arrivals(run)):
        arrivals.take("workers/1.failures", 0, b"3\n")
    assert run.failures(1).read_bytes() == b"3\n3\n"


def test_what_is_made_once_is_that_of_the_first(run: RunDirectory) -> None:
    for content in (b"first", b"second"):
        Arrivals(run).take("code/4f1c.json", None, content)
    assert run.code("4f1c").read_bytes() == b"first"


@pytest.mark.parametrize("name", ["workers/w.beat", "17/notes/a file"])
def test_what_changes_is_what_came_last(run: RunDirectory, name: str) -> None:
    for content in (b"first", b"second"):
        Arrivals(run).take(name, None, content)
    assert (run.path / name).read_bytes() == b"second"
    assert len(list((run.path / name).parent.iterdir())) == 1


@pytest.mark.parametrize(
    "name",
    [
        *("", "manifest.json", "shards", "shards/../manifest.json", "/etc/passwd", "../x/y", "17/../../x"),
        *("submissions/0.json", "shards/a/b", "017/x", "x/y", "17"),
    ],
)
def test_no_other_file_is_written(run: RunDirectory, name: str) -> None:
    before = files_below(run.path)
    with pytest.raises(FormatError, match="none of that name"):
        Arrivals(run).take(name, None, b"x")
    assert files_below(run.path) == before


def test_a_link_in_the_place_of_a_shard_is_not_followed(run: RunDirectory, tmp_path: Path) -> None:
    run.shard("w").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        Arrivals(run).take("shards/w.arrow", 0, b"x")


def test_half_a_piece_is_taken_back(run: RunDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the shard ends where the next piece could begin."""

    def fails(descriptor: int, content: bytes) -> None:
        os.write(descriptor, content[:1])
        raise error(errno.ENOSPC)

    Arrivals(run).take("shards/w.arrow", 0, b"abc")
    monkeypatch.setattr(module, "write_fully", fails)
    with pytest.raises(OSError, match="No space"):
        Arrivals(run).take("shards/w.arrow", 3, b"def")
    assert run.shard("w").read_bytes() == b"abc"


def test_links_are_no_files_to_send(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "file").touch()
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "c").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "d")
    assert files_below(tmp_path) == [tmp_path / "b" / "file"]
    assert files_below(tmp_path / "nowhere") == []


def test_a_time_limit_is_moved_to_another_clock() -> None:
    assert json.loads(shift_due(b'{"task_id": 3, "due": 10.0}  ', 5.0)) == {"task_id": 3, "due": 15.0}
    assert json.loads(shift_due(b'{"task_id": 3, "due": 0}', 5.0))["due"] == 0


@pytest.mark.parametrize("beat", [b"", b"[]", b"{}", b'{"due": "soon"}'])
def test_what_is_no_beat_is_an_error(beat: bytes) -> None:
    with pytest.raises(FormatError, match="no beat"):
        shift_due(beat, 1.0)
