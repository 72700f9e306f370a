"""Too little memory is said in one line."""

import errno
import os
import resource
import subprocess
import sys

import pytest

from sweeprun.memory import address_space_problem, memory_problem

MAPPING = "libarrow.so.2600: failed to map segment from shared object"


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (500 * 2**20, resource.RLIM_INFINITY))
    return 500


def test_what_comes_from_too_little_memory_is_known(limit: int) -> None:
    wrapped = ImportError("IMPORTANT: PLEASE READ THIS")
    wrapped.__cause__ = ImportError(MAPPING)
    for error in (MemoryError(), ImportError(f"read this\n\nOriginal error was: {MAPPING}"), wrapped):
        assert f"limited to {limit} MB (ulimit -v)" in str(memory_problem(error))
    for other in (ImportError("no module named x"), ValueError(MAPPING), OSError(errno.EIO, os.strerror(errno.EIO))):
        assert memory_problem(other) is None


def test_without_a_limit_it_is_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert address_space_problem() is None
    assert memory_problem(MemoryError()) == "the memory of this machine, or of this job, doesn't suffice"


def test_so_little_that_nothing_can_be_loaded_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (100 * 2**20, 100 * 2**20))
    told = str(address_space_problem())
    assert "limited to 100 MB" in told
    assert "at least 256 MB" in told


LOADING = """
import sys
import sweeprun.cli.main
from sweeprun.__main__ import main

sweeprun.cli.main._dispatch = lambda words: __import__("xarray")
sys.exit(main())
"""
"""A command that loads more than there is room for."""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the limit isn't kept to")
@pytest.mark.parametrize(
    ("kilobytes", "command"), [(120_000, ["-m", "sweeprun", "status"]), (290_000, ["-c", LOADING])]
)
def test_a_command_says_it_and_shows_no_traceback(kilobytes: int, command: list[str]) -> None:
    words = ["bash", "-c", f'ulimit -v {kilobytes}; exec "$@"', "bash", sys.executable, *command]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("sweeprun: the address space is limited to "), done.stderr
    assert len(done.stderr.splitlines()) == 1
