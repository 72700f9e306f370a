"""Standard streams that are closed, full, read by nobody, or of an encoding that lacks what is to be said."""

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sweeprun.display.streams import exit_code, output_is_read, standard_streams, verdict_code

Opened = Callable[..., None]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    """Makes a file the interpreter's own standard output or error."""
    streams: list[io.TextIOWrapper] = []

    def opened(path: str | int, *, name: str = "stdout", encoding: str = "utf-8") -> None:
        stream = open(path, "w", encoding=encoding)  # noqa: PTH123, SIM115  # a descriptor, too
        streams.append(stream)
        monkeypatch.setattr(sys, name, stream)
        monkeypatch.setattr(sys, f"__{name}__", stream)

    yield opened
    for stream in streams:
        stream.close()  # nothing waits in it that can't be written


@pytest.fixture
def unread() -> int:
    """A pipe whose reader is gone."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def test_a_reader_that_left_ends_what_only_prints_as_it_would_end(opened: Opened, unread: int) -> None:
    opened(unread)
    with standard_streams():
        assert output_is_read()
        print("much " * 10000)
        assert not output_is_read()
        assert (exit_code(0), exit_code(1)) == (0, 1)


def test_a_verdict_that_nobody_could_read_is_never_a_good_one(opened: Opened, unread: int) -> None:
    opened(unread)
    with standard_streams():
        print("equal to the bit")
        assert (verdict_code(0), verdict_code(1)) == (141, 1)


def test_what_a_full_disk_loses_is_said(opened: Opened, tmp_path: Path) -> None:
    opened("/dev/full")
    opened(str(tmp_path / "errors"), name="stderr")
    with standard_streams():
        print("results")
        assert (exit_code(0), exit_code(1)) == (2, 1)
    line, _ = (tmp_path / "errors").read_text().splitlines()
    assert line == "sweeprun: standard output: No space left on device"


@pytest.mark.parametrize("broken", ["full", "unread"])
def test_progress_that_can_not_be_shown_stops_nothing(broken: str, opened: Opened, unread: int) -> None:
    opened("/dev/full" if broken == "full" else unread, name="stderr")
    with standard_streams():
        for _ in range(3):
            print("progress " * 5000, file=sys.stderr, flush=True)
        assert (exit_code(0), verdict_code(0)) == (0, 0)
    os.close(unread) if broken == "full" else None


def test_what_a_full_disk_drops_is_no_reason_to_drop_the_rest(tmp_path: Path, opened: Opened) -> None:
    opened(str(tmp_path / "log"), name="stderr")
    script = """
import resource, sys
from sweeprun.display.streams import standard_streams
resource.setrlimit(resource.RLIMIT_FSIZE, (10, resource.RLIM_INFINITY))
with standard_streams():
    print("123456789 lost", file=sys.stderr)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print("heard", file=sys.stderr)
"""
    with (tmp_path / "log").open("w") as log:
        subprocess.run([sys.executable, "-c", script], check=True, stderr=log)
    assert (tmp_path / "log").read_text().endswith("heard\n")


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("ascii", "gr\\u00f6\\u00dfe \\u2192 \\ud83d\\ude00"), ("latin-1", "größe \\u2192 \\ud83d\\ude00")],
)
def test_what_an_encoding_lacks_is_written_out(encoding: str, shown: str, tmp_path: Path, opened: Opened) -> None:
    opened(str(tmp_path / "out"), encoding=encoding)
    with standard_streams():
        print("größe → \U0001f600")
    assert (tmp_path / "out").read_text(encoding=encoding) == f"{shown}\n"


def test_other_streams_are_left_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    there = sys.stdout
    with standard_streams():
        assert sys.stdout is there
        print("größe")
    assert capsys.readouterr().out == "größe\n"


def test_the_interpreters_own_streams_come_back(opened: Opened, unread: int) -> None:
    opened(unread)
    there = sys.stdout
    with standard_streams():
        assert sys.stdout is not there
        assert sys.stdout.fileno() == unread
        with standard_streams():
            print("lost")
    assert sys.stdout is there


def test_closed_streams_take_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    with standard_streams():
        print("nowhere")
        sys.stdout.buffer.write(b"nowhere")
        print("nowhere", file=sys.stderr)
        assert sys.stdin.read() == ""
        assert (exit_code(0), verdict_code(0)) == (0, 0)
    assert (sys.stdin, sys.stdout, sys.stderr) == (None, None, None)


def test_a_pipe_that_does_not_block_is_waited_for(opened: Opened) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    opened(writing)
    script = "import sys; print(len(sys.stdin.read()))"
    with subprocess.Popen([sys.executable, "-c", script], stdin=reading, stdout=subprocess.PIPE) as reader:
        os.close(reading)
        with standard_streams():
            print("x" * 1_000_000)
        sys.stdout.close()
        assert reader.communicate()[0] == b"1000001\n"


CLOSED = """
import os, sys
from sweeprun.display.streams import occupy_descriptors
occupy_descriptors()
with open(sys.argv[1], "w") as file:
    assert file.fileno() > 2
    os.system("echo to output; echo to errors >&2; cat")
    os.write(2, b"errors")
"""


def test_no_file_becomes_a_standard_descriptor(tmp_path: Path) -> None:
    path = tmp_path / "manifest"
    shell = 'exec "$@" <&- >&- 2>&-'
    subprocess.run(["sh", "-c", shell, "sh", sys.executable, "-c", CLOSED, path], check=True)
    assert path.read_bytes() == b""


@pytest.mark.parametrize("closing", ["os.closerange(3, 1024)", "[os.dup2(mine, n) for n in range(3, 30) if n != mine]"])
def test_what_a_task_does_with_descriptors_does_not_matter_at_the_end(closing: str, tmp_path: Path) -> None:
    script = f"""
import os, sys
from sweeprun.display.streams import standard_streams
with standard_streams():
    mine = os.open({str(tmp_path / "mine")!r}, os.O_RDWR | os.O_CREAT)
    {closing}
    print("done")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=Path(__file__).parents[2], capture_output=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"done\n", b"")
