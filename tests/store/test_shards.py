"""Shards: any prefix is readable, and nothing wrong is ever taken for right."""

import errno
import os
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.errors import FormatError
from sweeprun.store.payloads import Layout, decode_result
from sweeprun.store.records import Failure, Record
from sweeprun.store.shards import ShardWriter, read_shard
from tests.results.runs import failure, success


def records(count: int) -> list[Record]:
    plain = [
        failure(i, message=f"é {i}") if i % 3 == 2 else success(i, {"x": i / 3, "s": "t" * i}) for i in range(count)
    ]
    return [replace(record, origin='{"code": "é"}') for record in plain]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Record], bytes]:
    """A shard of four batches: its path, its records, its bytes."""
    path = tmp_path_factory.mktemp("shards") / "w.arrow"
    expected = records(10)
    writer = ShardWriter(path)
    for batch in (expected[:1], expected[1:5], [], expected[5:6], expected[6:]):
        writer.append(batch)
    writer.close()
    return path, expected, path.read_bytes()


def test_records_come_back_in_order(written: tuple[Path, list[Record], bytes]) -> None:
    path, expected, _ = written
    contents = read_shard(path)
    assert list(contents.records()) == expected
    assert [len(batch) for batch in contents.batches] == [1, 4, 1, 4]
    assert contents.torn is None


def test_a_shard_of_version_1_is_read() -> None:
    one, two = read_shard(Path(__file__).parent / "data" / "version-1.arrow").records()
    assert (one.task_id, one.attempt, one.origin) == (0, 1, "")
    assert [array.item() for array in decode_result(Layout.from_json(one.layout), one.payload)] == [0.5, 3]
    assert two.failure() == Failure(type="ValueError", message="no", traceback="")


def test_every_prefix_yields_a_prefix_of_the_records(written: tuple[Path, list[Record], bytes], tmp_path: Path) -> None:
    _, expected, content = written
    path = tmp_path / "prefix.arrow"
    counts = set()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        found = list(read_shard(path).records())
        assert found == expected[: len(found)]
        counts.add(len(found))
    assert {0, 1, 5, 6} <= counts


@given(st.data())
def test_damage_is_never_taken_for_a_record(written: tuple[Path, list[Record], bytes], data: st.DataObject) -> None:
    path, expected, content = written
    start = data.draw(st.integers(0, len(content) - 1))
    damage = data.draw(st.binary(min_size=1, max_size=64) | st.integers(1, 512).map(bytes))
    damaged = path.with_name(f"damaged-{os.getpid()}.arrow")
    damaged.write_bytes((content[:start] + damage + content[start + len(damage) :])[: len(content)])
    try:
        found = list(read_shard(damaged).records())
    except FormatError:
        return
    assert all(record in expected for record in found)


def test_every_single_flipped_byte(written: tuple[Path, list[Record], bytes]) -> None:
    path, expected, content = written
    damaged = path.with_name(f"flipped-{os.getpid()}.arrow")
    for place in range(len(content)):
        damaged.write_bytes(content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :])
        try:
            found = list(read_shard(damaged).records())
        except FormatError:
            continue
        assert all(record in expected for record in found)


@pytest.mark.parametrize("length", [64, 512])
def test_every_zeroed_stretch(written: tuple[Path, list[Record], bytes], tmp_path: Path, length: int) -> None:
    _, expected, content = written
    damaged = tmp_path / "zeroed.arrow"
    for place in range(0, len(content) - length, 16):
        damaged.write_bytes(content[:place] + bytes(length) + content[place + length :])
        contents = read_shard(damaged)
        assert all(record in expected for record in contents.records())
        for batch in contents.batches:
            assert batch.sound().tolist() == [batch.is_sound(row) for row in range(len(batch))]


@pytest.mark.parametrize("number", [-1, 1, 2**31 - 1])
def test_a_record_of_no_layout_is_unsound(tmp_path: Path, number: int) -> None:
    writer = ShardWriter(tmp_path / "w.arrow")
    writer.append([success(0, 1.5)])
    writer.close()
    (batch,) = read_shard(tmp_path / "w.arrow").batches
    changed = replace(batch, columns=batch.columns | {"layout": np.array([number], np.int32)})
    assert batch.is_sound(0)
    assert batch.sound().tolist() == [True]
    assert not changed.is_sound(0)
    assert changed.sound().tolist() == [False]


def test_bytes_that_are_no_shard_hold_no_records(tmp_path: Path) -> None:
    path = tmp_path / "w.arrow"
    for content in (b"", b"\0" * 100, b"CDF\x01" * 50, b"\xff\xff\xff\xff\xff\xff\xff\x7f"):
        path.write_bytes(content)
        assert list(read_shard(path).records()) == []


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
    writer = ShardWriter(tmp_path / "w.arrow")
    writer.append([])
    writer.close()
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    script = """
import resource, signal, sys
from pathlib import Path
from sweeprun.store.shards import ShardWriter
from tests.store.test_shards import records
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


@pytest.mark.parametrize("interrupted", ["write", "fsync"])
@pytest.mark.parametrize("before", [0, 3])
def test_an_interrupted_write_is_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interrupted: str, before: int
) -> None:
    path = tmp_path / "w.arrow"
    writer = ShardWriter(path)
    writer.append(records(before))
    with monkeypatch.context() as patch:

        def interrupt(descriptor: int, content: bytes = b"") -> None:
            if content:
                os.pwrite(descriptor, content[: len(content) // 2], os.lseek(descriptor, 0, os.SEEK_CUR))
            raise KeyboardInterrupt

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
from sweeprun.store.payloads import encode_result
from sweeprun.store.records import Outcome, Record
from sweeprun.store.shards import ShardWriter, read_shard
layout, payload = encode_result({"x": 1.0})
record = Record(task_id=0, attempt=1, outcome=Outcome.SUCCEEDED, stream=0, started=0.0, seconds=0.0,
                layout=layout, payload=payload)
writer = ShardWriter(Path(sys.argv[1]))
writer.append([record])
assert list(read_shard(Path(sys.argv[1])).records()) == [record]
sys.exit("pandas" in sys.modules or "xarray" in sys.modules)
"""
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "w.arrow")], check=True, cwd=Path(__file__).parents[2])


def write_stream(path: Path, metadata: dict[str, str] | None) -> None:
    schema = pa.schema([pa.field("task_id", pa.int64())], metadata=metadata)
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, schema):
        pass


def test_unknown_versions_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.arrow"
    write_stream(path, {"format": "sweeprun-shard", "version": "9"})
    with pytest.raises(FormatError, match="version 9"):
        read_shard(path)


@pytest.mark.parametrize("metadata", [{"format": "else", "version": "1"}, None])
def test_of_what_is_no_shard_nothing_is_read(tmp_path: Path, metadata: dict[str, str] | None) -> None:
    path = tmp_path / "w.arrow"
    write_stream(path, metadata)
    assert "its format is" in str(read_shard(path).torn)
