"""Records are durable within a moment, whatever the worker does next."""

import threading
from pathlib import Path
from typing import Any

import pytest

from sweeprun.store.shard_writer import ShardWriter
from sweeprun.store.shards import read_shard
from sweeprun.worker.recorder import Recorder
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


def test_what_could_not_be_written_is_raised(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 9))
    run.shards.rmdir()
    recorder = Recorder(run, "w")
    with pytest.raises(FileNotFoundError):
        recorder.add(success(0, 1.0))
    run.shards.mkdir()
    recorder.close()
    assert [record.task_id for record in read_shard(run.shard("w")).records()] == [0]
