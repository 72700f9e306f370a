"""What runs where a remote worker does; a shell script plays the worker, and the test the pool."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from sweeprun._version import __version__
from sweeprun.launchers.remote.frames import Frame, FrameReader, Piece, Word
from sweeprun.launchers.remote.node import Node
from sweeprun.store.directory import RunDirectory

_BEAT = """
RUN=$4
beat() {
    printf '{"worker": "w", "host": "here", "pid": 1, "born": 1, "submission": 0, "index": null, "attempt": 1,'
    printf '"log": "", "since": 0, "resumable": 0, "due": 0, "task_id": %s}' "$1"
} >"$RUN/workers/w.beat"
"""


class Served:
    """A node in a thread, and the stream to it."""

    def __init__(self, folder: Path) -> None:
        self.run = RunDirectory(folder / "run")
        requests, self._requests = os.pipe()
        self._answers, answers = os.pipe()
        self.node = Node(self.run, requests, answers)
        self._thread = Thread(target=self._serve, args=(requests, answers))
        self._thread.start()
        self._reader = FrameReader(greeted=True)
        self._frames: list[Frame] = []

    def _serve(self, *descriptors: int) -> None:
        self.node.serve()
        for descriptor in descriptors:
            os.close(descriptor)

    def send(self, *frames: Frame) -> None:
        os.write(self._requests, b"".join(frame.encode() for frame in frames))

    def start(self, *, log: str = "0.worker-0.log", offset: int = 0, **environment: str) -> None:
        place = {"submission": 0, "index": None, "attempt": 1}
        start = {"place": place, "log": log, "offset": offset, "environment": environment}
        self.send(Word("start", json.dumps(start)))

    def until(self, last: Callable[[Frame], bool]) -> list[Frame]:
        """All frames up to one."""
        found: list[Frame] = []
        while True:
            while self._frames:
                found.append(self._frames.pop(0))
                if last(found[-1]):
                    return found
            content = os.read(self._answers, 2**16)
            assert content, f"it ended after {found}"
            self._frames += self._reader.feed(content)

    def until_word(self, verb: str) -> list[Frame]:
        return self.until(lambda frame: isinstance(frame, Word) and frame.verb == verb)

    def leave(self) -> None:
        """Nobody asks any more."""
        if self._requests >= 0:
            os.close(self._requests)
            self._requests = -1
        self._thread.join()
        os.close(self._answers)


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Served]]:
    """Starts a node whose worker is a shell script."""
    served: list[Served] = []

    def serve(script: str) -> Served:
        path = tmp_path / "played"
        path.write_text(f"#!/bin/sh\n{_BEAT}{script}")
        path.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(path))
        served.append(Served(tmp_path / "scratch"))
        assert served[-1].until_word("hello") == [Word("hello", __version__)]
        return served[-1]

    yield serve
    for one in served:
        one.leave()


def ended(code: int, *, in_order: bool) -> Word:
    return Word("ended", json.dumps({"code": code, "in_order": in_order}))


def test_what_was_written_is_sent_before_the_answer(serve: Callable[[str], Served]) -> None:
    served = serve(
        """
printf head >"$RUN/shards/w.arrow"
echo "ready w"
while read verb ids; do
    echo "task $ids prints" >&2
    printf ' and %s' "$ids" >>"$RUN/shards/w.arrow"
    mkdir -p "$RUN/$ids"; cat "$RUN/manifest.json" >"$RUN/$ids/copy"
    echo "done 1 0"
done
exit 1
"""
    )
    served.send(Piece("manifest.json", None, b"{}"))
    served.start(offset=100)
    assert served.until_word("answer") == [Piece("shards/w.arrow", 0, b"head"), Word("answer", "ready w")]
    served.send(Word("ask", "tasks 3"))
    frames = served.until_word("answer")
    assert frames[-1] == Word("answer", "done 1 0")
    assert set(frames[:-1]) == {
        Piece("logs/0.worker-0.log", 100, b"task 3 prints\n"),
        Piece("shards/w.arrow", 4, b" and 3"),
        Piece("3/copy", None, b"{}"),
    }
    served.send(Word("let_end"))
    assert served.until_word("ended") == [ended(1, in_order=True)]


def test_what_a_task_left_comes_and_goes_with_it(serve: Callable[[str], Served]) -> None:
    served = serve(
        """
echo "ready w"
read go; echo more >>"$RUN/3/half"; echo "done 1 0"
read go; ls "$RUN" >&2; echo "done 2 0"
"""
    )
    served.start()
    served.until_word("answer")
    served.send(Piece("3/half", None, b"half\n"), Word("ask", "tasks 3 1"))
    assert served.until_word("answer") == [Piece("3/half", None, b"half\nmore\n"), Word("answer", "done 1 0")]
    served.send(Word("ask", "tasks 4"))
    log, done = served.until_word("answer")
    assert isinstance(log, Piece)
    assert log.content.split() == [b"logs", b"shards", b"submissions", b"workers"]
    assert done == Word("answer", "done 2 0")


def test_the_beat_is_sent_while_it_works_and_when_it_died(serve: Callable[[str], Served]) -> None:
    served = serve('beat 1; echo "ready w"; read go; beat 2; kill -9 $$')
    served.start()

    def is_beat(frame: Frame) -> bool:
        return isinstance(frame, Piece) and frame.name == "workers/w.beat"

    *_, first = served.until(is_beat)
    assert isinstance(first, Piece)
    assert json.loads(first.content)["task_id"] == 1
    served.send(Word("ask", "tasks 2"))
    *_, last, end = served.until_word("ended")
    assert isinstance(last, Piece)
    assert json.loads(last.content)["task_id"] == 2
    assert end == ended(-signal.SIGKILL, in_order=False)


@pytest.mark.parametrize(
    ("verb", "code"), [("warn", -signal.SIGUSR2), ("stop", -signal.SIGUSR2), ("kill", -signal.SIGKILL)]
)
def test_signals_are_passed_on(serve: Callable[[str], Served], verb: str, code: int) -> None:
    served = serve('echo "ready w"; exec sleep 1000')
    served.start()
    served.until_word("answer")
    served.send(Word(verb))
    assert served.until_word("ended") == [ended(code, in_order=True)]


def test_that_it_is_stopped_is_said(serve: Callable[[str], Served]) -> None:
    served = serve('echo "ready w"; kill -STOP $$; exec sleep 1000')
    served.start()
    assert served.until_word("stopped")[-1] == Word("stopped", "yes")
    served.send(Word("kill"))
    served.until_word("ended")


def test_the_worker_and_what_it_started_end_with_the_stream(serve: Callable[[str], Served], tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    reader = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    served = serve(f"exec 2>'{alive}'; sleep 1000 & echo \"ready $MINE\"; wait")
    served.start(MINE="w2")
    assert served.until_word("answer")[-1] == Word("answer", "ready w2")
    os.set_blocking(reader, True)
    os.close(served._requests)
    served._requests = -1
    assert os.read(reader, 1) == b""
    os.close(reader)
