"""Whatever happens to the bytes of a shard: a value is right, or missing and reported."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sweeprun.results.collect import collect_run
from sweeprun.store.directory import RunDirectory
from sweeprun.store.shards import read_shard
from tests.results.runs import count_axis, make_run, success, write_shard

TASKS = 6


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / 'a "run" of\nmüller\'s', count_axis("seed", TASKS))


@pytest.fixture
def shard(run: RunDirectory) -> Path:
    records = [success(i, {"x": 1000.5 + i, "y": ("t", [i, i + 1])}) for i in range(TASKS)]
    return write_shard(run, "w", records[:2], records[2:4], records[4:])


def check(run: RunDirectory) -> None:
    collected = collect_run(run)
    done = collected.dataset.state.values == "succeeded"
    if done.any():
        np.testing.assert_array_equal(collected.dataset.x.values[done], 1000.5 + np.flatnonzero(done))
        np.testing.assert_array_equal(collected.dataset.y.values[done, 1], 1 + np.flatnonzero(done))
    assert done.all() or collected.unsound or collected.torn


def test_a_flipped_byte(run: RunDirectory, shard: Path) -> None:
    content = shard.read_bytes()
    for place in range(0, len(content), 11):
        damaged = bytearray(content)
        damaged[place] ^= (0x01, 0x80, 0xFF)[place % 3]
        shard.write_bytes(damaged)
        check(run)


def test_a_stretch_of_zeros(run: RunDirectory, shard: Path) -> None:
    content = shard.read_bytes()
    for place in range(0, len(content), 24):
        shard.write_bytes(content[:place] + bytes(512) + content[place + 512 :])
        check(run)


def test_checksums_of_all_records_at_once_say_the_same_as_one_by_one(shard: Path) -> None:
    content = shard.read_bytes()
    for place in range(len(content) // 2, len(content), 13):
        shard.write_bytes(content[:place] + bytes([content[place] ^ 0x10]) + content[place + 1 :])
        for batch in read_shard(shard).batches:
            assert batch.sound().tolist() == [batch.is_sound(row) for row in range(len(batch))]


@pytest.mark.parametrize(
    ("before", "after"),
    [('"shape": [2]', '"shape": [3]'), ('"<f8"', '"<f4"'), ('"<f8"', '"O"'), ('"dims": ["t"]', '"dims": ["t", "u"]')],
)
def test_a_record_that_no_reader_knows_costs_itself_alone(run: RunDirectory, before: str, after: str) -> None:
    records = [success(i, {"x": 1000.5 + i, "y": ("t", [i, i + 1.0])}) for i in range(TASKS)]
    assert before in records[2].layout
    records[2] = replace(records[2], layout=records[2].layout.replace(before, after))
    write_shard(run, "w", records[:4], records[4:])
    check(run)
    collected = collect_run(run)
    assert collected.unsound == (("w.arrow", 2),)
    assert collected.dataset.state.values.tolist() == ["succeeded"] * 2 + ["pending"] + ["succeeded"] * 3
