"""Writing shards: what was appended is there, and what failed leaves no trace."""

import errno
import json
import os
import re
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from sweeprun.store import shard_writer
from sweeprun.store.shard_writer import ShardWriter
from sweeprun.store.shards import read_shard
from tests.faults import fail, is_directory
from tests.results.runs import success
from tests.store.mixed_records import records


def test_what_was_appended_can_be_read_while_the_shard_is_open(tmp_path: Path) -> None:
    path = tmp_path / "a shärd.arrow"
    writer = ShardWriter(path)
    expected = records(6)
    for stop in range(1, 7):
        writer.append(expected[stop - 1 : stop])
        contents = read_shard(path)
        assert list(contents.records()) == expected[:stop]
        assert contents.torn is None
    writer.close()
    assert list(read_shard(path).records()) == expected


def test_arrows_own_reader_reads_a_shard(tmp_path: Path) -> None:
    writer = ShardWriter(tmp_path / "w.arrow")
    writer.append([success(3, {"x": 0.5}), success(2**62, {"x": 1.5}, attempt=2)])
    writer.append([success(5, {"y": 1})])
    writer.close()
    with pa.ipc.open_stream((tmp_path / "w.arrow").read_bytes()) as reader:
        assert reader.schema.metadata == {b"format": b"sweeprun-shard", b"version": b"3"}
        found = reader.read_all()
    assert found["task_id"].to_pylist() == [3, 2**62, 5]
    assert found["attempt"].to_pylist() == [1, 2, 1]
    assert found["payload"].to_pylist()[:2] == [struct.pack("<d", 0.5), struct.pack("<d", 1.5)]


def test_a_batch_names_each_layout_once_in_its_own_metadata(tmp_path: Path) -> None:
    writer = ShardWriter(tmp_path / "w.arrow")
    writer.append([replace(success(i, {"xy"[i % 2]: float(i)}), origin="ü") for i in range(6)])
    writer.append([success(6, {"y": 6.0})])
    writer.close()
    with pa.ipc.open_stream((tmp_path / "w.arrow").read_bytes()) as reader:
        first, second = (reader.read_next_batch_with_custom_metadata() for _ in range(2))
    layouts = json.loads(first.custom_metadata[b"layouts"])
    assert [json.loads(layout)["variables"][0]["name"] for layout in layouts] == ["x", "y"]
    assert first.batch["layout"].to_pylist() == [0, 1, 0, 1, 0, 1]
    assert first.custom_metadata[b"origin"].decode() == "ü"
    assert json.loads(second.custom_metadata[b"layouts"]) == [layouts[1]]


def test_records_of_two_origins_are_not_written_as_one_batch(tmp_path: Path) -> None:
    path = tmp_path / "w.arrow"
    writer = ShardWriter(path)
    with pytest.raises(ValueError, match="too many values"):
        writer.append([replace(success(i, 1.0), origin=str(i)) for i in range(2)])
    writer.append([success(0, 1.0)])
    writer.close()
    assert [record.task_id for record in read_shard(path).records()] == [0]


def test_a_shard_may_be_closed_twice(tmp_path: Path) -> None:
    writer = ShardWriter(tmp_path / "w.arrow")
    writer.append(records(2))
    writer.close()
    writer.close()
    assert list(read_shard(tmp_path / "w.arrow").records()) == records(2)


def test_large_payloads_are_written_from_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in (0, 2**24):
        monkeypatch.setattr(shard_writer, "_LARGEST_COPIED", limit)
        writer = ShardWriter(tmp_path / f"{limit}.arrow")
        writer.append(records(3))
        with monkeypatch.context() as failing:
            failing.setattr(shard_writer.os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.EIO, "no")))
            with pytest.raises(OSError, match="no"):
                writer.append(records(6)[3:])
        writer.append(records(9)[3:])
        writer.close()
    assert (tmp_path / "0.arrow").read_bytes() == (tmp_path / f"{2**24}.arrow").read_bytes()
    assert list(read_shard(tmp_path / "0.arrow").records()) == records(9)


def test_a_shard_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "w.arrow"
    for _ in range(2):
        writer = ShardWriter(path)
        if path.exists():
            with pytest.raises(FileExistsError):
                writer.append(records(1))
        else:
            writer.append(records(1))
        writer.close()


def test_without_records_there_is_no_file(tmp_path: Path) -> None:
    path = tmp_path / "w.arrow"
    writer = ShardWriter(path)
    writer.append([])
    assert not path.exists()
    writer.begin()
    assert path.exists()
    writer.close()
    assert not path.exists()


def test_a_shard_that_has_begun_is_whole_and_the_same_as_any(tmp_path: Path) -> None:
    begun, other = (ShardWriter(tmp_path / name) for name in ("begun.arrow", "other.arrow"))
    begun.begin()
    contents = read_shard(tmp_path / "begun.arrow")
    assert contents.torn is None
    assert contents.batches == ()
    for writer in (begun, other):
        writer.append(records(3))
        writer.close()
    assert (tmp_path / "begun.arrow").read_bytes() == (tmp_path / "other.arrow").read_bytes()


@pytest.mark.parametrize("name", ["open", "fsync", "pwrite"])
@pytest.mark.parametrize("number", [errno.EIO, errno.EDQUOT, errno.EAGAIN, errno.ESTALE])
def test_a_shard_that_can_not_begin_is_not_there_and_begins_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, number: int
) -> None:
    path = tmp_path / "w.arrow"
    writer = ShardWriter(path)
    fail(monkeypatch, name, number, times=1)
    with pytest.raises(OSError, match=re.escape(os.strerror(number))):
        writer.append(records(3))
    assert not path.exists()
    writer.append(records(3))
    writer.close()
    assert list(read_shard(path).records()) == records(3)


def test_a_shard_whose_name_is_not_durable_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was once taken for durable at the second flush."""
    writer = ShardWriter(tmp_path / "w.arrow")
    synced = fail(monkeypatch, "fsync", errno.EIO, is_directory, times=2)
    for times in (1, 2):
        with pytest.raises(OSError, match="Input/output error"):
            writer.append(records(1))
        assert len(synced) == times
        assert not list(tmp_path.iterdir())
    writer.append(records(1))
    writer.close()
    assert list(read_shard(tmp_path / "w.arrow").records()) == records(1)


def test_records_never_go_into_a_file_of_a_task(tmp_path: Path) -> None:
    """A task closes all descriptors, and opens files of its own, which get the same numbers."""
    path = tmp_path / "w.arrow"
    writer = ShardWriter(path)
    writer.append(records(3))
    number = writer._file._own.number  # type: ignore[union-attr]
    with (tmp_path / "a file of the user").open("w+b") as file:
        os.dup2(file.fileno(), number)
        writer.append(records(6)[3:])
        os.close(number)
        writer.append(records(9)[6:])
        writer.close()
        assert file.read() == b""
    contents = read_shard(path)
    assert contents.torn is None
    assert list(contents.records()) == records(9)


def test_a_shard_that_is_gone_is_not_made_again(tmp_path: Path) -> None:
    path = tmp_path / "w.arrow"
    writer = ShardWriter(path)
    writer.append(records(3))
    os.close(writer._file._own.number)  # type: ignore[union-attr]
    path.rename(tmp_path / "elsewhere")
    with pytest.raises(FileNotFoundError):
        writer.append(records(6)[3:])
    path.touch()
    with pytest.raises(OSError, match=r"another file has taken its place|could not be undone"):
        writer.append(records(6)[3:])
    writer.close()
    assert path.read_bytes() == b""


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    script = """
import resource, signal, sys
from pathlib import Path
from sweeprun.store.shard_writer import ShardWriter
from tests.store.mixed_records import records
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
writer = ShardWriter(Path(sys.argv[1]))
writer.append(records(3))
size = Path(sys.argv[1]).stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, resource.RLIM_INFINITY))
try:
    writer.append(records(9)[3:])
except OSError:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    writer.append(records(9)[3:])
    writer.close()
    sys.exit(0)
sys.exit(3)
"""
    path = tmp_path / "w.arrow"
    subprocess.run([sys.executable, "-c", script, str(path)], check=True, cwd=Path(__file__).parents[2])
    contents = read_shard(path)
    assert contents.torn is None
    assert list(contents.records()) == records(9)


@pytest.mark.parametrize("interrupted", ["pwrite", "fsync"])
@pytest.mark.parametrize("before", [0, 3])
def test_an_interrupted_write_is_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interrupted: str, before: int
) -> None:
    path = tmp_path / "w.arrow"
    writer = ShardWriter(path)
    writer.append(records(before))
    with monkeypatch.context() as patch:

        def interrupt(descriptor: int, content: bytes = b"", offset: int = 0) -> None:
            if content:
                pwrite(descriptor, content[: len(content) // 2], offset)
            raise KeyboardInterrupt

        pwrite = os.pwrite

        patch.setattr(os, interrupted, interrupt)
        with pytest.raises(KeyboardInterrupt):
            writer.append(records(9)[before:])
    writer.append(records(9)[before:])
    writer.close()
    contents = read_shard(path)
    assert contents.torn is None
    assert list(contents.records()) == records(9)


def test_records_that_do_not_fit_the_format_leave_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "w.arrow"
    writer = ShardWriter(path)
    for good, bad in ((records(1), success(2**63, 1.0)), (records(2)[1:], success(1, 1.0, attempt=2**31))):
        with pytest.raises((OverflowError, struct.error)):
            writer.append([bad])
        writer.append(good)
    writer.close()
    assert list(read_shard(path).records()) == records(2)


def test_after_a_write_that_could_not_be_undone_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w.arrow"
    writer = ShardWriter(path)
    writer.append(records(3))

    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        patch.setattr(os, "ftruncate", fail)
        with pytest.raises(OSError, match="Input/output error"):
            writer.append(records(5)[3:])
    with pytest.raises(OSError, match="could not be undone"):
        writer.append(records(5)[3:])
    writer.close()
    assert list(read_shard(path).records())[:3] == records(3)


def test_writing_imports_no_pandas(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from sweeprun.store.arrow_messages import read_message
from sweeprun.store.payloads import encode_result
from sweeprun.store.records import Outcome, Record
from sweeprun.store.shard_writer import ShardWriter
from sweeprun.store.shards import read_shard
layout, payload = encode_result({"x": 1.0})
record = Record(task_id=0, attempt=1, outcome=Outcome.SUCCEEDED, stream=0, started=0.0, seconds=0.0,
                layout=layout, payload=payload)
writer = ShardWriter(Path(sys.argv[1]))
writer.append([record])
assert list(read_shard(Path(sys.argv[1])).records()) == [record]
sys.exit("pandas" in sys.modules or "xarray" in sys.modules)
"""
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "w.arrow")], check=True, cwd=Path(__file__).parents[2])
