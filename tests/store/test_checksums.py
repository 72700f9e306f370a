"""CRC-32 of many messages at once is zlib's of each."""

from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.store.checksums import continued_checksums, joined_checksums, row_checksums


@given(st.lists(st.binary(max_size=20), max_size=100), st.binary(max_size=50))
def test_sums_of_many_messages_go_on_as_those_of_each(beginnings: list[bytes], end: bytes) -> None:
    sums = np.array([crc32(begin) for begin in beginnings], np.uint32)
    assert continued_checksums(sums, end).tolist() == [crc32(begin + end) for begin in beginnings]


@pytest.mark.parametrize("count", [1, 100, 1999, 2000, 20_000])
@pytest.mark.parametrize("length", [1, 2, 37, 128, 129])
def test_sums_of_rows_are_those_of_each(count: int, length: int) -> None:
    rng = np.random.default_rng(count * length)
    rows = rng.integers(0, 256, (count, length), dtype=np.uint8)
    before = rng.integers(0, 2**32, count, dtype=np.uint32)
    found, joined = row_checksums(rows), joined_checksums(before, rows)
    for place in {0, 1, count // 2, count - 1} & set(range(count)):
        assert found[place] == crc32(rows[place].tobytes())
        assert joined[place] == crc32(rows[place].tobytes(), int(before[place]))
    assert row_checksums(rows[::-1]).tolist() == found[::-1].tolist()
