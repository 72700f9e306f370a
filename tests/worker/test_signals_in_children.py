"""What signals do in the processes that a task forks."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

_SCRIPT = """
import os, signal, sys
from sweeprun.worker.signals_in_children import put_back_in_children

def heard(number, frame):
    pass

def end_of_child(do):
    pid = os.fork()
    if pid == 0:
        do()
        os._exit(7)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

def end_oneself():
    os.kill(os.getpid(), signal.SIGTERM)

def at_once():
    if in_hook:
        end_oneself()

in_hook = False
os.register_at_fork(after_in_child=at_once)  # comes before what is tested, as a signal may
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, heard)
put_back_in_children({signal.SIGTERM: heard, signal.SIGINT: heard})
"""


def run_script(*lines: str) -> str:
    """What a process prints in which these lines follow on the script."""
    script = dedent(_SCRIPT) + "\n".join(lines)
    root = Path(__file__).parents[2]
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=root).stdout


def test_a_child_has_the_default_handlers_and_no_signal_blocked() -> None:
    printed = run_script(
        "def look():",
        "    print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL, end=' ')",
        "    print(signal.getsignal(signal.SIGINT) is signal.default_int_handler, end=' ')",
        "    print(signal.pthread_sigmask(signal.SIG_BLOCK, []), flush=True)",
        "assert end_of_child(look) == 7",
        "print(signal.getsignal(signal.SIGTERM) is heard, signal.pthread_sigmask(signal.SIG_BLOCK, []))",
    )
    assert printed == "True True set()\nTrue set()\n"


def test_a_child_ends_by_a_signal_however_early_it_comes() -> None:
    printed = run_script("print(end_of_child(end_oneself))", "in_hook = True", "print(end_of_child(lambda: None))")
    assert printed == "-15\n-15\n"


def test_what_a_task_set_itself_stays() -> None:
    printed = run_script(
        "signal.signal(signal.SIGTERM, lambda number, frame: os._exit(3))", "print(end_of_child(end_oneself))"
    )
    assert printed == "3\n"


def test_what_its_thread_had_blocked_stays_blocked() -> None:
    printed = run_script(
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])", "print(end_of_child(end_oneself))"
    )
    assert printed == "7\n"
