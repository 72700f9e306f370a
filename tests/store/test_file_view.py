"""Large files, read piece by piece."""

import os
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.errors import FormatError
from sweeprun.store import file_view as module
from sweeprun.store.file_view import FileContent, read_content
from sweeprun.store.shards import read_shard
from tests.results.runs import count_axis, failure, make_run, success, write_shard


@given(data=st.data())
def test_slices_are_those_of_the_bytes(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("content") / "file"
    whole = bytes(np.random.default_rng(0).integers(0, 256, 10_000, dtype=np.uint8))
    path.write_bytes(whole)
    found, _ = read_content(path, in_memory=False)
    assert isinstance(found, FileContent)
    for _ in range(5):
        begin, end = sorted(data.draw(st.lists(st.integers(0, 10_100), min_size=2, max_size=2)))
        assert found[begin:end] == whole[begin:end]
        part = found.part(min(begin, 10_000), min(end, 10_000))
        assert (len(part), part[:], part[-5:]) == (len(whole[begin:end]), whole[begin:end], whole[begin:end][-5:])


def test_a_pattern_is_found_across_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SEARCHED_BYTES", 16)
    path = tmp_path / "file"
    for place in range(40):
        path.write_bytes(b"." * place + b"abcd" + b"." * 20)
        found, _ = read_content(path, in_memory=False)
        assert isinstance(found, FileContent)
        assert found.search(re.compile(b"abcd"), 0, len(found), 4) == place
        assert found.search(re.compile(b"abcd"), place + 1, len(found), 4) is None


def test_what_the_system_reads_in_parts_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = np.arange(100_000, dtype="<i4").tobytes()
    (tmp_path / "file").write_bytes(whole)
    found, _ = read_content(tmp_path / "file", in_memory=False)
    read = os.pread
    monkeypatch.setattr(module.os, "pread", lambda descriptor, size, place: read(descriptor, min(size, 5000), place))
    assert found[7:300_001] == whole[7:300_001]
    assert found[390_000:] == whole[390_000:]
    (tmp_path / "file").write_bytes(whole[:350_000])
    with pytest.raises(FormatError, match="has become shorter"):
        found[7:]


def test_a_file_that_gets_shorter_is_told(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(100_000))
    found, _ = read_content(path, in_memory=False)
    path.write_bytes(bytes(10))
    with pytest.raises(FormatError, match="has become shorter"):
        found[50_000:60_000]


def test_a_shard_reads_the_same_from_a_file_and_from_memory(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("a", 9))
    batches = [[success(0, 1.0), failure(1)], [success(2, {"x": ("t", np.arange(5000.0))})], [success(3, "text")]]
    path = write_shard(run, "w", *batches)
    whole = path.read_bytes()
    for damage in (None, 300, 2000, len(whole) - 30):
        if damage is not None:
            path.write_bytes(whole[:damage] + bytes([whole[damage] ^ 1]) + whole[damage + 1 :])
        memory, file = read_shard(path), read_shard(path, in_memory=False)
        assert list(memory.records()) == list(file.records())
        assert (memory.torn, memory.only_tail) == (file.torn, file.only_tail)
