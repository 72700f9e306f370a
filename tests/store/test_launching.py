"""Who launches the local workers of a run, as the kernel knows it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sweeprun.store.directory import RunDirectory
from sweeprun.store.launching import is_launched_by
from tests.cli.sleepers import launching_process, sleeping
from tests.results.runs import count_axis, make_run


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "a 'rün'", count_axis("x", 10))


def test_the_holder_of_a_submission_s_lock_launches_it_and_no_other(run: RunDirectory) -> None:
    with launching_process(run, 3) as process:
        assert is_launched_by(run, 3, process.pid)
        assert not is_launched_by(run, 3, os.getpid())
        assert not is_launched_by(run, 0, process.pid)
    assert not is_launched_by(run, 3, process.pid)


def test_where_nothing_was_launched_nobody_launches(run: RunDirectory) -> None:
    with sleeping() as process:
        assert not is_launched_by(run, 0, process.pid)


def test_a_lock_of_another_run_is_none_of_this_one(run: RunDirectory, tmp_path: Path) -> None:
    """Whoever made a run may have put a lock that another process holds into it, under another name."""
    hostile = make_run(tmp_path / "hostile", count_axis("x", 10))
    with launching_process(run) as process:
        hostile.launchers.symlink_to(run.launchers)
        assert not is_launched_by(hostile, 0, process.pid)
        hostile.launchers.unlink()
        hostile.launchers.hardlink_to(run.launchers)
        assert not is_launched_by(hostile, 0, process.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="reads command lines in /proc")
def test_a_process_that_waits_to_launch_is_known_by_its_command_line(run: RunDirectory, tmp_path: Path) -> None:
    words = [
        sys.executable,
        "-c",
        "import sys; print(flush=True); sys.stdin.read()",
        "sweeprun",
        "start",
        str(run.path),
        "1",
        "2",
    ]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()  # only from then on does the kernel surely have its command line
        assert is_launched_by(run, 2, process.pid)
        assert not is_launched_by(run, 0, process.pid)
        assert not is_launched_by(RunDirectory(tmp_path), 2, process.pid)
        process.kill()
