"""The module that is run as a program."""

import subprocess
import sys
from pathlib import Path

import pytest

INTERRUPTED = """\
import importlib.abc, os, runpy, signal, sys

class Interruption(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "sweeprun.cli.main":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interruption())
sys.argv[1:] = ["--help"]
{beginning}
"""
BEGINNINGS = {
    "as a module": 'runpy.run_module("sweeprun", run_name="__main__")',
    "as a script": f"runpy.run_path({str(Path(sys.executable).with_name('sweeprun'))!r}, run_name='__main__')",
}


def test_ctrl_c_that_a_class_in_the_making_wraps_ends_it_as_quietly() -> None:
    script = """
import sys, sweeprun.cli.main
from sweeprun.__main__ import main

class Interrupting:
    def __set_name__(self, owner, name):
        raise KeyboardInterrupt

def run():
    class Holder:
        member = Interrupting()

sweeprun.cli.main.main = run
sys.exit(main())
"""
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_ctrl_c_while_sweeprun_is_being_loaded_ends_it_quietly(beginning: str) -> None:
    script = INTERRUPTED.format(beginning=BEGINNINGS[beginning])
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
