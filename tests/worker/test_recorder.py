"""Records are durable within a moment, whatever the worker does next."""

import errno
import threading
from pathlib import Path
from typing import Any

import pytest

from sweeprun.store.shard_writer import ShardWriter
from sweeprun.store.shards import read_shard
from sweeprun.worker.recorder import Recorder
from tests.faults import fail, is_file
from tests.results.runs import count_axis, make_run, success


def test_the_first_record_is_written_at_once_and_the_rest_without_being_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 9))
    written: list[int] = []
    both = threading.Event()
    append = ShardWriter.append

    def watched(self: ShardWriter, records: Any) -> None:
        append(self, records)
        written.extend(record.task_id for record in records)
        if len(written) == 3:
            both.set()

    monkeypatch.setattr(ShardWriter, "append", watched)
    recorder = Recorder(run, "w")
    recorder.add(success(0, 1.0))
    assert written == [0]
    recorder.add(success(1, 1.0))
    recorder.add(success(2, 1.0))
    assert both.wait(30)
    assert [record.task_id for record in read_shard(run.shard("w")).records()] == [0, 1, 2]
    recorder.close()


def test_close_writes_what_waits(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 9))
    recorder = Recorder(run, "w")
    for i in range(9):
        recorder.add(success(i, 1.0))
    recorder.close()
    assert [record.task_id for record in read_shard(run.shard("w")).records()] == list(range(9))


def test_what_could_not_be_written_is_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 9))
    recorder = Recorder(run, "w")
    with monkeypatch.context() as failing:
        fail(failing, "fsync", errno.EIO)
        with pytest.raises(OSError, match="Input/output error"):
            recorder.add(success(0, 1.0))
    recorder.close()
    assert [record.task_id for record in read_shard(run.shard("w")).records()] == [0]


def test_the_shard_is_there_before_the_first_record(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 9))
    recorder = Recorder(run, "w")
    assert run.shard("w").exists()
    recorder.close()
    assert not run.shard("w").exists()
    run.shards.rmdir()
    with pytest.raises(FileNotFoundError):
        Recorder(run, "w")


@pytest.mark.parametrize("times", [1, 3])
def test_at_the_end_writing_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """What a thread could not write is kept, and written if that goes by then."""
    monkeypatch.setattr("sweeprun.worker.recorder._PAUSES", (0.0, 0.0, 0.0))
    run = make_run(tmp_path / "run", count_axis("seed", 9))
    recorder = Recorder(run, "w")
    recorder.add(success(0, 1.0))
    failed = fail(monkeypatch, "fsync", errno.EDQUOT, is_file, times=times)
    recorder.add(success(1, 1.0))
    recorder.add(success(2, 1.0))
    with pytest.raises(OSError, match="quota"):
        recorder.flush()
    assert failed
    recorder.close()
    assert [record.task_id for record in read_shard(run.shard("w")).records()] == [0, 1, 2]


def test_what_can_not_be_written_in_the_end_is_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sweeprun.worker.recorder._PAUSES", (0.0, 0.0))
    run = make_run(tmp_path / "run", count_axis("seed", 9))
    recorder = Recorder(run, "w")
    recorder.add(success(0, 1.0))
    recorder.add(success(1, 1.0))
    fail(monkeypatch, "pwrite", errno.ENOSPC)
    with pytest.raises(OSError, match="No space"):
        recorder.close()
    assert [record.task_id for record in read_shard(run.shard("w")).records()] == [0]


def test_where_there_may_be_no_threads_everything_is_written_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refused)
    run = make_run(tmp_path / "run", count_axis("seed", 9))
    recorder = Recorder(run, "w")
    for i in range(4):
        recorder.add(success(i, 1.0))
        assert [record.task_id for record in read_shard(run.shard("w")).records()] == list(range(i + 1))
    recorder.close()
