"""Shards: any prefix is readable, and nothing wrong is ever taken for right."""

import os
import re
import resource
import struct
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.store import shards
from sweeprun.store.arrow_messages import read_message
from sweeprun.store.payloads import Layout, decode_result
from sweeprun.store.records import Failure, Record
from sweeprun.store.shard_writer import ShardWriter
from sweeprun.store.shards import read_outcomes, read_shard
from tests.results.runs import success
from tests.store.mixed_records import records


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


def test_a_shard_of_version_2_is_read() -> None:
    one, two = read_shard(Path(__file__).parent / "data" / "version-2.arrow").records()
    layout = Layout.from_json(one.layout)
    assert (one.task_id, one.origin, layout.left_out, layout.missing) == (0, '{"code": "é"}', {}, ())
    assert [array.item() for array in decode_result(layout, one.payload)] == [0.5, 3, "é"]
    assert two.failure() == Failure(type="ValueError", message="no", traceback="Traceback …")


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
    found = list(read_shard(damaged).records())
    assert all(record in expected for record in found)


def test_every_single_flipped_byte_costs_the_records_of_one_batch_and_is_reported(
    written: tuple[Path, list[Record], bytes],
) -> None:
    path, expected, content = written
    damaged = path.with_name(f"flipped-{os.getpid()}.arrow")
    for place in range(len(content)):
        damaged.write_bytes(content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :])
        contents = read_shard(damaged)
        found = list(contents.records())
        assert all(record in expected for record in found)
        if "of version" in str(contents.torn) or "its format is" in str(contents.torn):
            continue
        assert len(expected) - len(found) <= 4, place
        unsound = sum(int(np.count_nonzero(~batch.sound())) for batch in contents.batches)
        assert found == expected or contents.torn or unsound, place


def test_checksums_of_large_payloads_are_those_of_small_ones(
    written: tuple[Path, list[Record], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _, content = written
    monkeypatch.setattr(shards, "_LARGE_PAYLOAD", 0)
    whole = [batch.sound().tolist() for batch in read_shard(path).batches]
    damaged = tmp_path / "w.arrow"
    for piece in (1, 7, 2**20):
        monkeypatch.setattr(shards, "_PIECE_BYTES", piece)
        for in_memory in (True, False):
            assert [batch.sound().tolist() for batch in read_shard(path, in_memory=in_memory).batches] == whole
    for place in range(len(content) - 20, len(content), 3):
        damaged.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        found = []
        for piece in (7, 2**20):
            monkeypatch.setattr(shards, "_PIECE_BYTES", piece)
            found.append(list(read_shard(damaged).records()))
        assert found[0] == found[1]


def test_outcomes_are_those_of_the_records(
    written: tuple[Path, list[Record], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, expected, content = written
    assert read_outcomes(path) == [(record.task_id, record.failure() is None) for record in expected]
    monkeypatch.setattr(shards, "_MOST_IN_MEMORY", 0)
    (tmp_path / "w.arrow").write_bytes(content[:-1])
    found = read_outcomes(tmp_path / "w.arrow")
    assert found == [(record.task_id, record.failure() is None) for record in expected[: len(found)]]
    assert len(found) < len(expected)


def sound_after(path: Path, content: bytes) -> tuple[list[int], str]:
    path.write_bytes(content)
    contents = read_shard(path)
    return [record.task_id for record in contents.records()], str(contents.torn)


def test_what_comes_after_damage_is_found_again(written: tuple[Path, list[Record], bytes], tmp_path: Path) -> None:
    _, _, content = written
    begins = [found.start() for found in re.finditer(re.escape(b"\xff\xff\xff\xff"), content)]
    schema, *batches = begins[0], *(place for place in begins[1:] if read_message(content, place))
    assert (schema, len(batches)) == (0, 4)
    damaged = tmp_path / "w.arrow"
    zeros = bytes(batches[2] - batches[1])
    assert sound_after(damaged, content[: batches[1]] + zeros + content[batches[2] :]) == (
        [0, 5, 6, 7, 8, 9],
        f"bytes {batches[1]}-{batches[2] - 1} of its {len(content)} can't be read",
    )
    assert sound_after(damaged, content[: batches[1]] + b"12345" + content[batches[1] :])[0] == list(range(10))
    assert sound_after(damaged, content[batches[0] :]) == (list(range(10)), "None")
    assert sound_after(damaged, bytes(batches[0]) + content[batches[0] :])[0] == list(range(10))
    assert sound_after(damaged, content[batches[0] + 8 :])[0] == list(range(1, 10))
    longer = struct.pack("<q", len(content) - batches[1])
    lengths = [i for i in range(batches[0], batches[1]) if content[i : i + 8] == struct.pack("<q", batches[1] - i)]
    for place in lengths:  # a batch that claims more than it is swallows none of the next ones
        assert set(range(1, 10)) <= set(sound_after(damaged, content[:place] + longer + content[place + 8 :])[0])


@pytest.mark.parametrize("pattern", [b"\xff", b"\xff\xff\xff\xff\x08\0\0\0", b"\xff\xff\xff\xff\x10\0\0\0" + bytes(16)])
def test_bytes_that_look_like_many_messages_take_no_long_time(
    written: tuple[Path, list[Record], bytes], tmp_path: Path, pattern: bytes
) -> None:
    _, expected, content = written
    path = tmp_path / "w.arrow"
    path.write_bytes(content + pattern * (2**23 // len(pattern)))
    began = time.process_time()
    contents = read_shard(path)
    assert time.process_time() - began < 20
    assert list(contents.records()) == expected
    assert contents.only_tail


def test_a_sparse_shard_takes_no_memory_for_its_holes(
    written: tuple[Path, list[Record], bytes], tmp_path: Path
) -> None:
    _, expected, content = written
    path = tmp_path / "w.arrow"
    path.write_bytes(content)
    os.truncate(path, 2**34)
    with path.open("r+b") as file:
        file.seek(2**33)
        file.write(content)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert list(read_shard(path).records()) == expected * 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


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


def write_stream(path: Path, metadata: dict[str, str] | None) -> None:
    schema = pa.schema([pa.field("task_id", pa.int64())], metadata=metadata)
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, schema):
        pass


def test_of_an_unknown_version_nothing_is_read(tmp_path: Path) -> None:
    path = tmp_path / "w.arrow"
    write_stream(path, {"format": "sweeprun-shard", "version": "9"})
    assert read_shard(path).torn == "of version 9: damaged, or made by a newer sweeprun"


@pytest.mark.parametrize("metadata", [{"format": "else", "version": "1"}, None])
def test_of_what_is_no_shard_nothing_is_read(tmp_path: Path, metadata: dict[str, str] | None) -> None:
    path = tmp_path / "w.arrow"
    write_stream(path, metadata)
    assert "its format is" in str(read_shard(path).torn)
