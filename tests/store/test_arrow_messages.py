"""Messages of Arrow streams: found in sound bytes, in damaged ones, and in those that were made to do harm."""

import struct
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import ipc

from sweeprun.store.arrow_messages import Message, MessageKind, find_messages, is_end, read_message
from sweeprun.store.file_view import read_content
from sweeprun.store.shard_writer import ShardWriter
from tests.store.mixed_records import records

SIZES = (1, 7, 3)


@pytest.fixture(scope="module")
def shard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shard of three batches."""
    path = tmp_path_factory.mktemp("messages") / "w.arrow"
    writer = ShardWriter(path)
    rest = records(sum(SIZES))
    for size in SIZES:
        writer.append(rest[:size])
        del rest[:size]
    writer.close()
    return path


@pytest.fixture(scope="module")
def content(shard: Path) -> bytes:
    return shard.read_bytes()


def all_of(content: bytes) -> list[tuple[int, int]]:
    return [(0, len(content))]


def found_in(content: bytes, *, is_sound: bool = True) -> list[Message]:
    return list(find_messages(content, all_of(content), lambda _: is_sound))


def stream(batch: pa.RecordBatch, **options: object) -> bytes:
    sink = pa.BufferOutputStream()
    with ipc.new_stream(sink, batch.schema, options=ipc.IpcWriteOptions(**options)) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())


def test_a_stream_is_read_from_its_schema_to_its_last_batch(content: bytes) -> None:
    schema, *batches = found_in(content)
    assert (schema.kind, schema.start, schema.rows) == (MessageKind.SCHEMA, 0, 0)
    assert schema.fields[0] == b"task_id"
    assert schema.metadata[b"format"] == b"sweeprun-shard"
    assert [(batch.kind, batch.rows) for batch in batches] == [(MessageKind.BATCH, size) for size in SIZES]
    assert all(set(batch.metadata) == {b"layouts", b"origin"} for batch in batches)
    ends = [message.stop for message in (schema, *batches)]
    assert [batch.start for batch in batches] == ends[:-1]
    assert ends[-1] == len(content)
    for batch in batches:
        assert len(batch.buffers) == 2 * len(schema.fields) + 1  # validity and values, and offsets of the payloads
        assert all(batch.start < begin <= end <= batch.stop for begin, end in batch.buffers)


def test_a_file_that_is_read_piece_by_piece_has_the_same_messages(shard: Path, content: bytes) -> None:
    view, parts = read_content(shard, in_memory=False)
    assert list(find_messages(view, parts, lambda _: True)) == found_in(content)
    damaged = shard.with_name("damaged ü.arrow")
    damaged.write_bytes(b"\xff" * 9 + content[9:])
    view, parts = read_content(damaged, in_memory=False)
    assert list(find_messages(view, parts, lambda _: True)) == found_in(content)[1:]


def test_a_message_that_nothing_follows_is_asked_for_its_soundness(content: bytes) -> None:
    asked: list[int] = []

    def refuse(message: Message) -> bool:
        asked.append(message.rows)
        return False

    torn = content + b"half a message"
    assert [message.rows for message in find_messages(torn, all_of(torn), refuse)] == [0, *SIZES[:-1]]
    assert asked == [SIZES[-1]]
    assert [message.rows for message in found_in(content, is_sound=False)] == [0, *SIZES]


def test_nothing_is_looked_for_where_a_file_has_holes(content: bytes) -> None:
    shifted = bytes(4096) + content
    assert list(find_messages(shifted, [(0, 4096)], lambda _: True)) == []
    found = list(find_messages(shifted, [(4096, len(shifted))], lambda _: True))
    assert [message.start - 4096 for message in found] == [message.start for message in found_in(content)]


def test_a_stream_ends_with_its_bytes_or_with_arrows_mark(content: bytes) -> None:
    mark = b"\xff\xff\xff\xff\0\0\0\0"
    assert is_end(content, len(content))
    assert not is_end(content, len(content) - 8)
    ended = content + mark
    assert is_end(ended, len(content))
    assert not is_end(ended + b"\0", len(content))
    assert found_in(ended) == found_in(content)


@given(st.data())
def test_whatever_the_bytes_are_messages_lie_within_them_in_order(content: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(content) - 1))
    damage = data.draw(st.binary(min_size=1, max_size=16))
    kept = data.draw(st.integers(0, len(content)))
    damaged = (content[:start] + damage + content[start + len(damage) :])[:kept]
    end = 0
    for message in found_in(damaged):
        assert end <= message.start < message.stop <= len(damaged)
        assert all(message.start <= begin <= stop <= message.stop for begin, stop in message.buffers)
        end = message.stop


@given(st.binary(max_size=60), st.integers(0, 70))
def test_bytes_at_random_are_no_message(content: bytes, start: int) -> None:
    assert read_message(b"\xff\xff\xff\xff\x20\0\0\0" + content, start) is None


def test_a_batch_whose_lengths_disagree_is_no_message(content: bytes) -> None:
    _, _, batch, _ = found_in(content)
    head = content[batch.start : batch.buffers[0][0]]
    length = struct.pack("<q", batch.rows)
    places = [place for place in range(len(head)) if head[place : place + 8] == length]
    refused = 0
    for place in places:
        changed = bytearray(content[batch.start : batch.stop])
        changed[place : place + 8] = struct.pack("<q", batch.rows + 1)
        refused += read_message(bytes(changed), 0) is None
    assert refused == 10  # its own, and that of each column; a column of bytes has a buffer of that size, too


def test_compressed_batches_are_refused() -> None:
    batch = pa.record_batch({"a": list(range(1000))})
    assert [message.rows for message in found_in(stream(batch))] == [0, 1000]
    compressed = stream(batch, compression="zstd")
    assert [message.kind for message in found_in(compressed)] == [MessageKind.SCHEMA]


def test_a_schema_of_more_fields_than_any_shard_has_is_no_message() -> None:
    def schema(count: int) -> bytes:
        return bytes(pa.schema([pa.field(f"f{i}", pa.int8()) for i in range(count)]).serialize())

    few = read_message(schema(1000), 0)
    assert few is not None
    assert len(few.fields) == 1000
    assert read_message(schema(1001), 0) is None
