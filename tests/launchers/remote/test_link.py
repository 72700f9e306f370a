"""The link to a worker on another machine; a script plays its node."""

import errno
import json
import selectors
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sweeprun._version import __version__
from sweeprun.launchers.remote import link as link_module
from sweeprun.launchers.remote.frames import Frame, Piece, Word
from sweeprun.launchers.remote.link import RemoteLink
from sweeprun.store.arrivals import Arrivals
from sweeprun.store.directory import RunDirectory
from sweeprun.store.workers import read_beat
from tests.faults import error
from tests.results.runs import count_axis, make_run

_PATIENCE = 30.0
_HELLO = Word("hello", __version__)
_BEAT = (
    b'{"worker": "w", "host": "there", "pid": 1, "born": 1, "submission": 0, "index": null, "attempt": 1, "log": "", '
    b'"since": 0, "resumable": 0, "task_id": 1, "due": %s}'
)


class Played:
    """A link, and what its selector says."""

    def __init__(self, run: RunDirectory, script: str) -> None:
        self.link = RemoteLink([sys.executable, "-c", script], run, "node1")
        self.selector = selectors.DefaultSelector()
        self.link.watch(self.selector, None)

    def lines(self) -> list[str]:
        """All that is answered until the end."""
        found: list[str] = []
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            self.selector.select(self.link.patience or _PATIENCE)
            ended = self.link.has_ended()
            lines = self.link.read()
            found += lines
            if ended and not lines:
                return found
        raise AssertionError(f"it has not ended, and answered {found}")


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "a rün", count_axis("seed", 9))


@pytest.fixture
def play(run: RunDirectory) -> Iterator[Callable[..., Played]]:
    """Lets a node say some frames, and then do something."""
    played: list[Played] = []

    def play(*frames: Frame, then: str = "") -> Played:
        content = b"".join(frame.encode() for frame in frames)
        script = f"import sys, time; sys.stdout.buffer.write({content!r}); sys.stdout.flush(); {then}"
        played.append(Played(run, script))
        return played[-1]

    yield play
    for one in played:
        if one.link._popen.returncode is None:
            one.link._popen.kill()
            one.link.end()
        one.selector.close()


def ended(code: int, *, in_order: bool = True) -> Word:
    return Word("ended", json.dumps({"code": code, "in_order": in_order}))


def test_what_was_recorded_is_there_before_the_answer(run: RunDirectory, play: Callable[..., Played]) -> None:
    shard, log = Piece("shards/w.arrow", 0, b"records"), Piece("logs/0.worker-0.log", 0, b"printed\n")
    played = play(_HELLO, shard, Word("answer", "ready w"), log, Word("answer", "done 1 0"), ended(0))
    assert played.lines() == ["ready w", "done 1 0"]
    assert run.shard("w").read_bytes() == b"records"
    assert run.worker_log(0, None, 0).read_text() == "printed\n"
    end = played.link.end()
    assert (end.code, end.lost) == (0, "")


@pytest.mark.parametrize("in_order", [True, False])
def test_its_beat_is_here_by_the_clock_of_here_and_goes_if_it_ended_in_order(
    run: RunDirectory, play: Callable[..., Played], in_order: bool
) -> None:
    played = play(_HELLO, Piece("workers/w.beat", None, _BEAT % b"2.5"), Word("answer", "x"), then="sys.stdin.read()")
    while not played.link.read():
        assert played.selector.select(_PATIENCE)
    beat = read_beat(run.beat("w"))
    assert beat is not None
    assert 0 < beat.due - time.monotonic() <= 2.5
    played = play(_HELLO, Piece("workers/w.beat", None, _BEAT % b"0"), ended(-9, in_order=in_order))
    assert played.lines() == []
    assert played.link.end().code == -signal.SIGKILL
    assert run.beat("w").exists() is not in_order


def test_a_link_that_breaks_says_why(play: Callable[..., Played]) -> None:
    played = play(_HELLO, Word("answer", "ready w"), then="sys.exit('Connection reset by peer')")
    assert played.lines() == ["ready w"]
    assert played.link.end().lost == "the link to its machine node1 broke: Connection reset by peer"


def test_a_machine_that_runs_something_else(play: Callable[..., Played]) -> None:
    assert play(then="print('Welcome!'); sys.exit(3)").link.end().lost.endswith("broke: exit code 3")


def test_another_version_is_refused(play: Callable[..., Played]) -> None:
    played = play(Word("hello", "0.0.1"), Word("answer", "ready w"), then="sys.stdin.readline()")
    assert played.lines() == []
    assert played.link.end().lost.endswith(f"sweeprun 0.0.1 is installed there, and {__version__} here")


def test_what_can_not_be_written_here_is_the_workers_end(
    run: RunDirectory, play: Callable[..., Played], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise error(errno.ENOSPC)

    monkeypatch.setattr(Arrivals, "take", fails)
    done = Word("answer", "done 1 0")
    played = play(_HELLO, Piece("shards/w.arrow", 0, b"records"), done, then="sys.stdin.readline()")
    (line,) = played.lines()
    assert line.startswith("broken - No space left on device")
    assert not run.shard("w").exists()
    played.link.end()


def test_a_shard_that_does_not_go_on_is_no_record(run: RunDirectory, play: Callable[..., Played]) -> None:
    shard, done = Piece("shards/w.arrow", 5, b"records"), Word("answer", "done 1 0")
    played = play(_HELLO, shard, done, then="sys.stdin.readline()")
    assert played.lines() == []
    assert "has 0 bytes, and what arrived goes on at 5" in played.link.end().lost
    assert run.shard("w").read_bytes() == b""


def test_one_that_does_not_listen_holds_nobody_up(play: Callable[..., Played], monkeypatch: pytest.MonkeyPatch) -> None:
    """More is sent than a pipe takes, and it is killed at last."""
    monkeypatch.setattr(link_module, "_KILL_SECONDS", 0.2)
    played = play(_HELLO, then="time.sleep(1000)")
    played.link.send([Piece("17/large", None, bytes(10**7))])
    assert played.link.patience is not None
    assert not played.link.has_ended()
    played.link.kill()
    assert played.lines() == []
    assert "node1 broke" in played.link.end().lost


def test_what_was_not_taken_at_once_is_sent_later(play: Callable[..., Played]) -> None:
    counts = "n = len(sys.stdin.buffer.read(10_000_000)); sys.exit(f'{n} bytes')"
    played = play(_HELLO, then=counts)
    played.link.send([Piece("17/large", None, bytes(10**7))])
    assert played.lines() == []
    assert played.link.end().lost.endswith("10000000 bytes")


def test_what_a_task_left_goes_with_it(run: RunDirectory, play: Callable[..., Played]) -> None:
    for task_id in (3, 4):
        run.task(task_id).mkdir()
        (run.task(task_id) / "half.txt").write_text(f"half of {task_id}")
    played = play(_HELLO, then="sys.exit(repr(sys.stdin.buffer.read(500)))")
    for request in ("tasks 0-3 1", "tasks 5-8"):
        played.link.ask(request)
    played.link.send([Word("padding", " " * 500)])
    assert played.lines() == []
    said = played.link.end().lost
    assert "half of 3" in said
    assert "half of 4" not in said
    assert said.index("half of 3") < said.index("tasks 0-3 1") < said.index("tasks 5-8")
