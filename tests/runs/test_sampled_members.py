"""A look at a few members when a run has ended."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweeprun.design.axes import Axis
from sweeprun.design.grid import Grid, Joint
from sweeprun.design.streams import Streams
from sweeprun.design.tasks import TaskTable
from sweeprun.runs import sampled_members
from sweeprun.runs.sampled_members import MOST_MEMBERS, equal_at_one_point
from sweeprun.store.snapshot import take_snapshot
from tests.results.runs import axis, count_axis, failure, make_run_of, success, write_shard

FIXED = 0.30000000000000004


def said(path: Path, result: Callable[[int], Any], *axes: Axis, shared_by: tuple[str, ...] | None = None) -> list[str]:
    """Of a run whose tasks returned something; one that returned an error failed."""
    run = make_run_of(path / "run", TaskTable.of(Grid(axes=axes), Streams(shared_by=shared_by)))
    count = int(np.prod([len(one) for one in axes]))
    results = [result(task_id) for task_id in range(count)]
    write_shard(run, "w", [failure(i) if one is ValueError else success(i, one) for i, one in enumerate(results)])
    return equal_at_one_point(take_snapshot(run))


def test_members_that_are_equal_are_reported(tmp_path: Path) -> None:
    (told,) = said(tmp_path, lambda i: {"x": FIXED, "y": i / 7}, axis("lr", [0.5, 0.25]), count_axis("member", 4))
    assert told.startswith("x is equal to the bit in the first 4 members at lr=0.5, although their random streams")


def test_so_are_those_of_a_seed_that_is_not_used(tmp_path: Path) -> None:
    (told,) = said(tmp_path, lambda _: FIXED, count_axis("seed", 3))
    assert told.startswith("result is equal to the bit in the first 3 members, although")


def test_the_members_need_not_be_neighbours(tmp_path: Path) -> None:
    (told,) = said(tmp_path, lambda i: float(i % 3) + FIXED, count_axis("seed", 4), count_axis("n", 3))
    assert "in the first 4 members at n=0," in told
    assert said(tmp_path / "other", lambda i: i // 3 + FIXED, count_axis("seed", 4), count_axis("n", 3)) == []


def test_the_first_point_with_results_is_looked_at(tmp_path: Path) -> None:
    def result(task_id: int) -> Any:
        return ValueError if task_id < 5 or task_id == 6 else FIXED

    (told,) = said(tmp_path, result, axis("lr", [0.5, 0.25]), count_axis("member", 4))
    assert "in the first 2 members at lr=0.25," in told


@pytest.mark.parametrize(
    "result",
    [
        lambda i: {"x": i / 7},
        lambda _: {"ok": True, "none": 0, "one": 1.0, "few": 3, "name": "a"},
        lambda i: {"share": 0.975, "steps": 100_000, "loss": i / 7},
        lambda i: {"curve": [FIXED, i / 7]},
        lambda i: {"curve": np.full(2 + i % 2, FIXED)},
        lambda _: None,
        lambda _: ValueError,
        lambda _: {"seed": FIXED},
        lambda _: {"large": np.full(10_000, FIXED)},
        lambda i: {"x": FIXED} if i == 1 else {"y": 2 * FIXED} if i == 2 else {},
    ],
)
def test_whatever_may_be_equal_is_not(tmp_path: Path, result: Callable[[int], Any]) -> None:
    assert said(tmp_path, result, count_axis("seed", 4)) == []


def test_shares_and_counts_are_if_nothing_differs(tmp_path: Path) -> None:
    (told,) = said(tmp_path, lambda _: {"share": 0.975, "steps": 100_000, "ok": True}, count_axis("seed", 4))
    assert told.startswith("share, steps are equal to the bit in the first 4 members, although")


@pytest.mark.parametrize(("shared_by", "lines"), [(None, 1), (("seed",), 1), (("lr",), 0), ((), 0)])
def test_members_of_one_stream_may_be_equal(tmp_path: Path, shared_by: tuple[str, ...] | None, lines: int) -> None:
    axes = (axis("lr", [0.5, 0.25]), count_axis("seed", 4))
    assert len(said(tmp_path, lambda _: FIXED, *axes, shared_by=shared_by)) == lines


def test_without_members_nothing_is_looked_at(tmp_path: Path) -> None:
    assert said(tmp_path, lambda _: FIXED, count_axis("draw", 4)) == []
    zipped = Joint(name="sample", axes=("seed", "n"))
    table = TaskTable.of(Grid(axes=(count_axis("seed", 2), count_axis("n", 2)), joint=(zipped,)))
    run = make_run_of(tmp_path / "zipped", table)
    write_shard(run, "w", [success(i, FIXED) for i in range(2)])
    assert equal_at_one_point(take_snapshot(run)) == []


def test_few_records_are_read_however_many_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []
    decode = sampled_members.decode_result
    monkeypatch.setattr(sampled_members, "decode_result", lambda *given: read.append(given) or decode(*given))
    (told,) = said(tmp_path, lambda _: FIXED, axis("lr", [0.5, 0.25]), count_axis("member", 1000))
    assert len(read) == MOST_MEMBERS == 16
    assert "in the first 16 members" in told


def test_members_that_repeat_each_other_are_reported(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=2)
    (told,) = said(tmp_path, lambda i: {"x": values[i % 2], "y": i / 7}, count_axis("member", 20), axis("lr", [0.5]))
    assert told.startswith("x has only 2 distinct values in 16 members at lr=0.5, equal to the bit although")
    clipped = np.maximum(np.random.default_rng(0).normal(size=20), FIXED)
    assert said(tmp_path / "clipped", lambda i: {"x": clipped[i]}, count_axis("member", 20)) == []
