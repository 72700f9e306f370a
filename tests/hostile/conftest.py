"""A run directory with something of everything in it, and all commands that look at one."""

import json
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from types import FrameType

import pytest

from sweeprun.cli.main import main
from sweeprun.design.arrays import Array
from sweeprun.design.axes import Axis
from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.policy import Policy
from sweeprun.design.ranges import DecimalRange
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import SweeprunError
from sweeprun.notebook.run import open_run
from sweeprun.store.directory import RunDirectory
from sweeprun.store.logs import Signature
from sweeprun.store.notices import (
    CopiedGenerators,
    GlobalRandomness,
    StreamClash,
    UnseededGenerators,
    note_copied_generators,
    note_failure,
    note_global_randomness,
    note_stream_clash,
    note_unseeded_generators,
)
from sweeprun.store.processes import Process
from sweeprun.store.submissions import Job, Submission, note_job, write_submission
from sweeprun.store.workers import Exit, Place, append_exit
from tests.results.runs import axis, count_axis, failure, make_run, success, write_shard

TASKS = 12
LONGEST_SECONDS = 60.0
MOST_KILOBYTES = 1_000_000
"""More than there was before somebody looked: other tests of the same process may have imported a lot."""

CLEAR_REFS = Path("/proc/self/clear_refs")
GONE = Process(host="elsewhere.invalid", pid=4711, born=12)

Look = Callable[[RunDirectory], dict[str, tuple[int, str]]]


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_rich_run(tmp_path / "multirun" / "a run")


def make_rich_run(path: Path) -> RunDirectory:
    lengths = DecimalRange(start="0.1", stop="0.3", step="0.1")
    run = make_run(
        path, count_axis("seed", 3), axis("what", ["é", "b"]), Axis(name="x", values=lengths, kind=LabelKind.FLOAT)
    )
    submission = Submission(
        number=0,
        array=Array(tasks=TaskIds.first(TASKS)),
        launcher={"name": "local"},
        submitter=Process.current(),
        policy=Policy(max_failures=1),
    )
    ended = asdict(submission.submitter) | {"born": 1}
    data = submission.to_dict() | {"submitter": ended}
    run.submission(0).write_text(json.dumps(data))
    write_submission(
        run,
        Submission(
            number=1, array=Array(tasks=TaskIds.first(2)), launcher={"name": "local"}, submitter=Process(**ended)
        ),
    )
    note_job(run, 1, Job(job_id="4711"))
    write_shard(
        run,
        "0.worker-0",
        [success(i, {"x": i / 3, "s": "t" * i, "v": ("t", [1.0, i]), "d": [1, 2]}) for i in range(4)],
        [failure(4), failure(5, "KeyError", "'a'\n<second line>")],
        [success(6, {"x": 0.5})],
    )
    write_shard(run, "0.worker-1", [success(i, {"x": i / 3}) for i in range(7, 9)])
    append_exit(run, "0", Exit(worker="0.worker-0", task_id=9, code=-9, when=1.0, place=Place(), log="0.worker-0.log"))
    beat = {
        "worker": "0.worker-1",
        **asdict(GONE),
        **asdict(Place()),
        "log": "",
        "task_id": 10,
        "since": 1.0,
        "resumable": 0,
    }
    run.beat("0.worker-1").write_text(json.dumps(beat))
    note_global_randomness(run, GlobalRandomness(function="f", tasks="0", generators="random"))
    note_copied_generators(run, CopiedGenerators(function="f", tasks="0", generators="rng"))
    note_unseeded_generators(run, UnseededGenerators(function="f", tasks="0", generators="default_rng()"))
    note_stream_clash(run, StreamClash(function="f", place="f.py", call="default_rng(0)", tasks="0", instead="that"))
    note_failure(run, 1, 4)
    (run.logs / "0.worker-0.log").write_bytes(b"printed by 0" + Signature("").mark(0, 1, 0, 12) + b"by nobody")
    return run


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"longer than {seconds} s")

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def forget_peak() -> int:
    """From now on the peak is that of what follows; how much there is already."""
    if CLEAR_REFS.exists():  # only Linux tells the peak of a while
        CLEAR_REFS.write_text("5")
    return peak_kilobytes()


def peak_kilobytes() -> int:
    if not CLEAR_REFS.exists():
        return 0
    return int(re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())[1])  # type: ignore[index]


def look_as_in_a_notebook(run: RunDirectory) -> None:
    opened = open_run(run.path)
    texts = repr(opened), opened._repr_html_()
    assert not any("\x1b" in text or "<script" in text for text in texts)
    assert len(opened.failures) <= sum(opened.counts.values())


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Look:
    """Run every command that looks at a run: exit codes, and what was said. Only a `SweeprunError` may happen."""

    def look_at(run: RunDirectory) -> dict[str, tuple[int, str]]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr("sweeprun.runs.wait._FIRST_PAUSE_SECONDS", 0.01)
        path = str(run.path)
        said = {}
        before = forget_peak()
        for words in (
            ["status", path],
            ["status", path, "--json"],
            ["show", path],
            ["show", path, "--json"],
            ["show", path, "0"],
            ["show", path, "4", "--json"],
            ["logs", path, "0"],
            ["logs", path, "9"],
            ["list", str(tmp_path / "multirun")],
            ["collect", path, "-o", "out.nc"],
            ["collect", path, "-o", "out.zarr", "--json"],
            ["collect", path, "-o", "out.parquet", "--json"],
            ["report", path, "-o", "out.html"],
        ):
            with at_most(LONGEST_SECONDS):
                code = main(words)
            captured = capfd.readouterr()
            assert code in (0, 1, 2), words
            assert "Traceback (most recent call last)" not in captured.err
            assert code != 2 or captured.err.count("sweeprun: ") == 1, captured.err
            assert words[0] == "logs" or "\x1b" not in captured.out + captured.err, words
            said[" ".join([words[0], *words[2:]])] = code, captured.out + captured.err
        with at_most(LONGEST_SECONDS), suppress(SweeprunError):
            look_as_in_a_notebook(run)
        assert not list(tmp_path.rglob("pwned"))
        if (page := tmp_path / "out.html").exists():
            assert page.stat().st_size < 5_000_000
            assert b"\x1b" not in page.read_bytes()
        assert peak_kilobytes() - before < MOST_KILOBYTES
        return said

    return look_at
