"""States are derived from what lies on disk, beats of dead workers included."""

import subprocess
import sys
from pathlib import Path

from sweeprun.store.directory import RunDirectory
from sweeprun.store.shards import read_shards
from sweeprun.store.states import STATE_ORDER, choose_records, task_states
from sweeprun.store.workers import BeatWriter, Exit, append_exit, describe_exit, read_beats, read_exits
from tests.results.runs import count_axis, failure, make_run, success, write_shard

WORKER = """
import os, signal, sys
from pathlib import Path
from sweeprun.store.directory import RunDirectory
from sweeprun.store.workers import BeatWriter
beat = BeatWriter(RunDirectory(Path(sys.argv[1])), "w%d")
beat.start(%d, 1.5)
if sys.argv[2] == "die":
    os.kill(os.getpid(), signal.SIGKILL)
beat.close()
"""


def states(run: RunDirectory, tasks: int) -> list[str]:
    return [STATE_ORDER[i].value for i in task_states(run, choose_records(list(read_shards(run.shards)), tasks))]


def run_worker(run: RunDirectory, task_id: int, how: str) -> None:
    script = WORKER % (task_id, task_id)
    subprocess.run([sys.executable, "-c", script, str(run.path), how], check=False, cwd=Path(__file__).parents[2])


def test_every_state(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 8))
    write_shard(run, "w", [success(0, 1.0), failure(1), success(5, 1.0)])
    append_exit(run, "launcher", Exit(worker="w", task_id=2, code=-9, when=0.0))
    append_exit(run, "launcher", Exit(worker="w", task_id=5, code=-9, when=0.0))
    append_exit(run, "launcher", Exit(worker="w", task_id=None, code=1, when=0.0))
    run_worker(run, 3, "die")
    run_worker(run, 4, "end")
    mine = BeatWriter(run, "me % {}")
    mine.start(6, 2.5)
    assert states(run, 8) == ["succeeded", "failed", "lost", "lost", "pending", "succeeded", "running", "pending"]
    dead, alive = sorted(read_beats(run), key=lambda beat: beat.task_id or 0)
    assert (dead.is_alive(), alive.is_alive()) == (False, True)
    assert (dead.task_id, dead.since) == (3, 1.5)
    mine.idle()
    assert states(run, 8)[6] == "pending"
    mine.close()
    assert len(list(read_beats(run))) == 1


def test_looking_changes_nothing(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    run_worker(run, 1, "die")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    states(run, 2)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_malformed_notes_are_passed_over(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    run.exits("launcher").write_text('nonsense\n{"worker": "w"}\n')
    run.beat("w").write_text("")
    noted = Exit(worker="w", task_id=1, code=-11, when=0.0)
    append_exit(run, "launcher", noted)
    assert list(read_exits(run)) == [noted]
    assert list(read_beats(run)) == []
    assert states(run, 2) == ["pending", "lost"]


def test_records_of_tasks_that_are_not_there_are_counted(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    write_shard(run, "w", [success(7, 1.0), success(1, 1.0)])
    best = choose_records(list(read_shards(run.shards)), 2)
    assert best.foreign == 1
    assert best.outcome.tolist() == [-1, 1]


def test_exit_codes_in_words() -> None:
    assert [describe_exit(code) for code in (0, 3, -9, -11, -250)] == [
        "exit code 0",
        "exit code 3",
        "signal SIGKILL",
        "signal SIGSEGV",
        "signal 250",
    ]
