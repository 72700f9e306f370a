"""How much a crash can undo: nothing that was reported as done, and else what had not been done for a moment."""

import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import RunDirectoryError
from sweeprun.store.directory import RunDirectory, open_run_directory
from sweeprun.store.manifest import read_manifest
from sweeprun.store.shards import read_shards
from sweeprun.store.snapshot import take_snapshot
from sweeprun.store.submissions import Submission, read_submissions, write_submission
from sweeprun.worker.loop import Worker
from sweeprun.worker.recorder import FLUSH_SECONDS
from tests.results.runs import count_axis, make_run
from tests.storm.journal import Journal
from tests.storm.processes import PATIENCE, Processes

TURNS = (range(1), range(1, 4), range(4, 30), range(30, 32))


def test_a_power_cut_undoes_nothing_that_was_reported(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Turns of tasks are run and reported; then the power is cut after any event, and what is left is read."""
    root = tmp_path / "root"
    root.mkdir()
    journal = Journal(root)
    made: dict[str, int] = {}
    reported: list[tuple[int, int]] = []
    with journal.recording():
        run = make_run(root / "multirun" / "day" / "run", count_axis("seed", 32))
        made["manifest"] = journal.now
        write_submission(run, Submission(number=0, array=Array(tasks=TaskIds.first(32))))
        made["submission"] = journal.now
        worker = Worker(run, read_manifest(run))
        for turn in TURNS:
            worker.run_tasks(turn)
            reported.append((journal.now, turn.stop))
        worker.close()
    chance = random.Random(request.config.getoption("--storm-seed"))
    for until in range(journal.now + 1):
        for trial in range(8):
            left = tmp_path / f"{until}-{trial}"
            left.mkdir()
            journal.play_back(until, chance, left)
            path = left / run.path.relative_to(root)
            if until < made["manifest"]:
                with suppress(RunDirectoryError):
                    read_manifest(open_run_directory(path))
                continue
            again = open_run_directory(path)
            assert read_manifest(again) == read_manifest(run)
            submissions = read_submissions(again)
            assert len(submissions) == 1 or until < made["submission"]
            done = max((count for when, count in reported if when <= until), default=0)
            recorded = {record.task_id for shard in read_shards(again.shards) for record in shard.records()}
            assert recorded >= set(range(done))
            take_snapshot(again)


STUDY = """
import os
import time


def stamp(cfg, rng):
    '''Say when this is done; at times take so long that no later task could have brought earlier ones to the disk.'''
    time.sleep(2.0 if cfg.seed % 40 == 39 else 0.03 * rng.random())
    descriptor = os.open("stamps", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, f"{os.getpid()} {cfg.seed} {time.monotonic()}\\n".encode())
    os.close(descriptor)
    return cfg.seed
"""

SLOW_MACHINE = 1.0
"""Seconds within which a thread that is due is run, and one flush is over, also on a machine that has much to do."""


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found in /proc")
def test_kill_undoes_a_moment(study: Path, processes: Processes, tmp_path: Path) -> None:
    (study / "stamps.py").write_text(STUDY)
    run = tmp_path / "run"
    launcher = processes.start(
        "-m", "task=stamps.stamp", "seed=range(2000)", "hydra.launcher.throttle=1", f"hydra.sweep.dir={run}"
    )
    chance = random.Random(0)
    kept = 0
    for _ in range(8):
        stamps = _wait_for_stamps(study / "stamps", kept + 20)
        time.sleep(chance.random() * 2)
        (worker,) = processes.workers() or [0]
        killed = time.monotonic()
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
        while worker in processes.workers():
            time.sleep(0.003)
        stamps = _stamps(study / "stamps")
        safe = {task for _, task, when in stamps if when < killed - FLUSH_SECONDS - SLOW_MACHINE}
        recorded = {record.task_id for shard in read_shards(RunDirectory(run).shards) for record in shard.records()}
        assert safe <= recorded
        kept = len(stamps)
    launcher.signal(signal.SIGTERM)
    launcher.wait()


def _stamps(path: Path) -> list[tuple[int, int, float]]:
    if not path.exists():
        return []
    return [(int(pid), int(task), float(when)) for pid, task, when in map(str.split, path.read_text().splitlines())]


def _wait_for_stamps(path: Path, count: int) -> list[tuple[int, int, float]]:
    deadline = time.monotonic() + PATIENCE
    while len(stamps := _stamps(path)) < count:
        assert time.monotonic() < deadline
        time.sleep(0.003)
    return stamps
