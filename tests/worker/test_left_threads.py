"""What tasks leave running doesn't keep a worker that has recorded everything."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import atexit, sys, threading, time
from concurrent.futures import ThreadPoolExecutor
from sweeprun.worker import left_threads
from sweeprun.worker.left_threads import end_soon, note_threads, tell_to

left_threads.END_SECONDS = left_threads.LATE_SECONDS = float(sys.argv[1])
atexit.register(lambda: print("at exit", flush=True))
never = threading.Event()

def start(name):
    threading.Thread(target=never.wait, name=name).start()

note_threads(None)
{body}
tell_to(lambda line: print(line, flush=True))
sys.exit(end_soon(3))
"""


def ended(body: str, seconds: float = 0.1) -> str:
    """What a process says that leaves something behind; it must end with its own exit code."""
    command = [sys.executable, "-c", SCRIPT.format(body=body), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (3, "")
    return done.stdout


def test_nothing_is_said_where_nothing_is_left() -> None:
    assert ended("note_threads(1)", 60) == "at exit\n"


def test_the_task_that_left_a_thread_is_named() -> None:
    left = "note_threads(6); start('upload ü'); note_threads(7); start('a'); start('b')"
    told = " running; everything is recorded, and the worker was ended without waiting for it\n"
    shown = ended(f"{left}; note_threads(8); note_threads(9)")
    assert shown == f"task 7 left the thread upload ü{told}task 8 left 2 threads, such as a,{told}"


@pytest.mark.parametrize(
    "body",
    [
        "threading.Thread(target=never.wait, daemon=True).start()",
        "threading.Thread(target=time.sleep, args=(0.05,)).start()",
        "idle = ThreadPoolExecutor(2); idle.submit(int).result()",
    ],
)
def test_what_ends_by_itself_is_no_matter(body: str) -> None:
    assert ended(f"{body}\nnote_threads(1)", 60) == "at exit\n"


def test_a_pool_that_is_stuck_ends_with_its_processes(tmp_path: Path) -> None:
    body = f"""
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
pool = ProcessPoolExecutor(1, mp_context=get_context("fork"))
pool.submit(exec, "import os, time; open({str(tmp_path / "pid")!r}, 'w').write(str(os.getpid())); time.sleep(1000)")
while not __import__("os").path.exists({str(tmp_path / "pid")!r}): time.sleep(0.01)
note_threads(4)"""
    assert "task 4 left " in ended(body)
    pid = int((tmp_path / "pid").read_text())
    state = Path(f"/proc/{pid}/stat")
    assert not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z"


def test_what_takes_too_long_at_the_end_is_ended() -> None:
    told = ended("atexit.register(never.wait)")
    assert told.startswith("the worker, which has recorded everything, did not end within 0.2 s")


def test_threads_that_have_ended_are_forgotten() -> None:
    body = "for i in range(20):\n t = threading.Thread(target=int); t.start(); note_threads(i); t.join()\n"
    assert ended(f"{body}note_threads(20); assert len(left_threads._tasks) <= 2", 60) == "at exit\n"


def test_the_task_that_left_a_process_is_named() -> None:
    body = """
from multiprocessing import get_context
note_threads(1)
get_context("fork").Process(target=time.sleep, args=(1000,), name="upload").start()
note_threads(2)"""
    assert ended(body).startswith("task 2 left the process upload running; everything is recorded")
