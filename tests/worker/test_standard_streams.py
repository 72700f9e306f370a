"""Standard streams are there for each task, whatever earlier ones did. In children: pytest has streams of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

BEGIN = """
import os, sys
from sweeprun.worker.standard_streams import StandardStreams
streams = StandardStreams()
"""


def run(script: str, log: Path) -> bytes:
    """What a script left in a log that is its output and error."""
    with log.open("ab") as output:
        subprocess.run(
            [sys.executable, "-c", BEGIN + script], cwd=ROOT, stdout=output, stderr=output, check=True, timeout=60
        )
    return log.read_bytes()


@pytest.mark.parametrize(
    "closing",
    [
        "os.close(1)",
        "os.close(2)",
        "os.closerange(0, 3)",
        "os.closerange(0, 60)",
        "sys.stdout.close()",
        "sys.stderr.close()",
        "sys.stdout.close(); sys.stderr.close(); os.closerange(0, 900)",
    ],
)
def test_what_a_task_closes_is_open_for_the_next(tmp_path: Path, closing: str) -> None:
    script = f"""
{closing}
streams.restore()
print("out ü", flush=True)
print("err", file=sys.stderr, flush=True)
os.write(1, b"1\\n")
os.write(2, b"2\\n")
sys.exit(os.open({str(tmp_path / "next")!r}, os.O_WRONLY | os.O_CREAT) < 3)
"""
    assert run(script, tmp_path / "log").splitlines() == ["out ü".encode(), b"err", b"1", b"2"]
    assert (tmp_path / "next").read_bytes() == b""


def test_what_a_task_redirects_stays_so(tmp_path: Path) -> None:
    script = f"""
file = os.open({str(tmp_path / "elsewhere")!r}, os.O_WRONLY | os.O_CREAT)
os.dup2(file, 1)
sys.stdout = None
streams.restore()
os.write(1, b"there")
assert sys.stdout is None
streams.close()
"""
    assert run(script, tmp_path / "log") == b""
    assert (tmp_path / "elsewhere").read_bytes() == b"there"


def test_copies_that_a_task_uses_for_something_else_are_left_alone(tmp_path: Path) -> None:
    script = f"""
file = os.open({str(tmp_path / "mine")!r}, os.O_WRONLY | os.O_CREAT)
for copy in streams._copies.values():
    os.dup2(file, copy.number)
os.close(2)
streams.restore()
streams.close()
assert all(os.fstat(copy.number) for copy in streams._copies.values())
sys.exit(os.open("/dev/null", os.O_RDONLY) != 2)
"""
    assert run(script, tmp_path / "log") == b""


def test_what_was_closed_at_the_start_stays_so(tmp_path: Path) -> None:
    script = """
os.close(0)
streams = StandardStreams()
streams.restore()
try:
    os.fstat(0)
except OSError:
    sys.exit(0)
sys.exit(1)
"""
    assert run(script, tmp_path / "log") == b""
