"""Commands that meet: nothing mixes, nothing is half there, and one line says who came second."""

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import xarray as xr

from sweeprun.store.directory import RunDirectory
from sweeprun.store.finding import find_runs
from sweeprun.store.submissions import read_submissions
from tests.storm.processes import PATIENCE, Command, Processes
from tests.storm.sweeps import SWEEP, assert_part_of, assert_same, collected

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found in /proc")


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    return random.Random(f"{request.config.getoption('--storm-seed')} {request.node.name}")


@pytest.fixture
def going(processes: Processes, tmp_path: Path) -> Iterator[tuple[Command, Path]]:
    """A run that has begun to have results, and its launcher."""
    run = tmp_path / "run"
    launcher = processes.start(*SWEEP, "hydra.launcher.throttle=2", f"hydra.sweep.dir={run}", pace=2.0)
    _await_results(run, launcher)
    yield launcher, run
    processes.end()


def _await_results(run: Path, launcher: Command) -> None:
    deadline = time.monotonic() + PATIENCE
    while not any(path.stat().st_size for path in (run / "shards").glob("*.arrow")):
        assert time.monotonic() < deadline
        assert not launcher.has_ended, launcher.text
        time.sleep(0.003)


def _stop(launcher: Command) -> None:
    with suppress(ProcessLookupError):
        launcher.signal(signal.SIGTERM)
    launcher.wait()


def _last_line(command: Command) -> str:
    return command.text.splitlines()[-1]


def test_of_two_resumptions_at_once_one_starts(
    processes: Processes,
    going: tuple[Command, Path],
    expected: xr.Dataset,
    tmp_path: Path,
    chance: random.Random,
) -> None:
    launcher, run = going
    _stop(launcher)
    for _ in range(5):
        before = len(read_submissions(RunDirectory(run)))
        both = [processes.start("resume", str(run), pace=20.0)]
        time.sleep(chance.random() * 0.02)
        both.append(processes.start("resume", str(run), pace=20.0))
        deadline = time.monotonic() + PATIENCE
        while not any(one.has_ended for one in both):
            assert time.monotonic() < deadline, "both have started"
            time.sleep(0.003)
        second, first = sorted(both, key=lambda one: not one.has_ended)
        assert (second.wait(), len(second.text.splitlines())) in ((0, 1), (2, 1)), second.text
        assert "nothing to start: " in second.text or "another process has just resumed" in second.text
        assert not first.has_ended, first.text
        _stop(first)
        assert len(read_submissions(RunDirectory(run))) == before + 1
    assert processes.run("resume", str(run), pace=0.0).wait() == 0
    assert_same(collected(run, tmp_path / "results.nc")[0], expected)


def test_cancel_beside_resume(
    processes: Processes,
    going: tuple[Command, Path],
    expected: xr.Dataset,
    tmp_path: Path,
    chance: random.Random,
) -> None:
    launcher, run = going
    during = processes.run("resume", str(run))
    assert during.wait() == 0
    assert during.text.startswith("nothing to start: ")
    for _ in range(4):
        cancel = processes.start("cancel", str(run))
        time.sleep(chance.random() * 0.3)
        resume = processes.start("resume", str(run), pace=20.0)
        assert cancel.wait() == 0
        launcher.wait()
        deadline = time.monotonic() + PATIENCE
        while not resume.has_ended and not processes.workers():
            assert time.monotonic() < deadline
            time.sleep(0.003)
        if resume.has_ended:  # it came before the end, was refused, or was cancelled as well
            assert resume.wait() in (0, 2, 130), resume.text
            launcher = processes.start("resume", str(run), pace=20.0)
        else:
            launcher = resume
        while not processes.workers():
            assert time.monotonic() < deadline
            time.sleep(0.003)
    _stop(launcher)
    assert processes.run("resume", str(run), pace=0.0).wait() == 0
    assert_same(collected(run, tmp_path / "results.nc")[0], expected)


def test_collecting_again_and_again_while_it_runs(
    processes: Processes,
    going: tuple[Command, Path],
    expected: xr.Dataset,
    tmp_path: Path,
    chance: random.Random,
) -> None:
    """Two loops of ``collect``, of which some are killed, and so are workers; a reader always finds all of a file."""
    launcher, run = going
    output = tmp_path / "together.nc"
    assert processes.run("collect", str(run), "-o", str(output)).wait() == 0
    collects: list[Command] = []
    reads = 0
    while not launcher.has_ended:
        for one in [one for one in collects if one.has_ended]:
            collects.remove(one)
            assert one.wait() in (0, -9), one.text
        while len(collects) < 2:
            collects.append(processes.start("collect", str(run), "-o", str(output)))
        if chance.random() < 0.1:
            collects[0].signal(signal.SIGKILL)
        if chance.random() < 0.1 and (workers := processes.workers()):
            with suppress(ProcessLookupError):
                os.kill(chance.choice(workers), signal.SIGKILL)
        assert_part_of(_read(output), expected)
        reads += 1
    assert reads  # on a busy machine not many
    for one in collects:
        one.wait()
    launcher.wait()
    assert processes.run("resume", str(run), pace=0.0).wait() == 0
    assert_same(collected(run, output)[0], expected)


def _read(output: Path) -> xr.Dataset:
    with xr.open_dataset(output, auto_complex=True) as dataset:  # type: ignore[call-arg, unused-ignore]
        return dataset.load()


@pytest.mark.parametrize("name", ["results.nc", "results.zarr"])
def test_several_collects_into_one_file(processes: Processes, name: str, tmp_path: Path, expected: xr.Dataset) -> None:
    run = tmp_path / "run"
    assert processes.run(*SWEEP, f"hydra.sweep.dir={run}", pace=0.0).wait() == 0
    output = tmp_path / "out" / name
    output.parent.mkdir()
    for _ in range(2):
        together = [processes.start("collect", str(run), "-o", str(output)) for _ in range(4)]
        assert [one.wait() for one in together] == [0] * 4, "\n".join(one.text for one in together)
        assert {_last_line(one) for one in together} == {f"written to {output}"}
        assert [path.name for path in output.parent.iterdir()] == [name]
    if name.endswith(".nc"):
        assert_same(_read(output), expected)
    else:
        assert int(xr.open_zarr(output)["count"].sum()) == int(expected["count"].sum())


def test_sweeps_that_start_in_one_second(
    processes: Processes, study: Path, tmp_path: Path, expected: xr.Dataset
) -> None:
    together = [processes.start(*SWEEP, "hydra.launcher.throttle=1", pace=0.0) for _ in range(4)]
    assert [one.wait() for one in together] == [0] * 4
    runs = find_runs(study / "multirun")
    assert len(runs) == 4
    for run in runs:
        assert_same(collected(run.path, tmp_path / "results.nc")[0], expected)
