"""Values that members repeat of each other."""

import math

import numpy as np
import pytest

from sweeprun.statistics.repeated_values import Repeats, may_repeat, repeats_of, told_repeated

RNG = np.random.default_rng(0)
NORMAL = RNG.normal(size=4000)


def told(values: "np.ndarray | list[float]") -> tuple[int, int] | None:
    sample = np.asarray(values)
    found = repeats_of(sample[:, None] if sample.ndim == 1 else sample)
    return None if found is None else (found.distinct, found.members)


def test_one_value_of_each_worker_is_found() -> None:
    assert told(NORMAL[[0, 1] * 10]) == (2, 20)
    assert told(NORMAL[[0] * 19 + [1]]) == (2, 20)
    assert told(NORMAL[[0, 1, 2, 3] * 5]) == (4, 20)
    assert told(NORMAL[[0, 1] * 10].astype(np.float32)) == (2, 20)


def test_the_same_numbers_in_two_workers_are_found() -> None:
    assert told(NORMAL[[*range(20), *range(10)]]) == (20, 30)
    assert told(np.append(NORMAL[[0, 1] * 4], np.nan)) == (2, 8)


def test_members_that_all_differ_or_are_all_equal_are_not() -> None:
    for values in (NORMAL, NORMAL[[0] * 9], NORMAL[:0], NORMAL[[0, 0, 1]]):
        assert told(values) is None


@pytest.mark.parametrize(
    "values",
    [
        np.round(NORMAL, 2),
        np.round(NORMAL, 6)[[0, 1] * 10],
        np.round(NORMAL.astype(np.float32), 3),
        RNG.poisson(3e7, size=200).astype(float)[[0, 1] * 10],
        RNG.binomial(97, 0.3, size=500) / 97,
        RNG.binomial(30_000, 0.5, size=2000) / 30_000,
        RNG.binomial(2**20, 0.5, size=4000) / 2**20 * math.pi,
        math.exp(-0.05) * (NORMAL > 0),
        np.maximum(NORMAL, -math.pi / 10),
        np.clip(NORMAL, -math.pi / 10, math.e / 10),
        np.where(NORMAL[:50] > 0, math.pi, NORMAL[:50]),
        math.sqrt(0.001) * np.where(NORMAL > 0, 1, -1),
        100.3 * np.exp(math.sqrt(0.03) * RNG.binomial(5, 0.5, size=90) - 0.37),
        np.exp(0.1 * np.where(NORMAL > 0, 1, -1)),
        math.pi + math.e * RNG.binomial(9, 0.5, size=90),
        RNG.random(3000, dtype=np.float32),
        RNG.random(3000, dtype=np.float32).astype(float),
    ],
)
def test_what_may_repeat_by_chance_is_not(values: np.ndarray) -> None:
    assert told(values) is None


def test_a_result_of_several_values_repeats_as_a_whole() -> None:
    curve = np.stack([np.full(20, math.pi), NORMAL[[0, 1] * 10]], axis=1)
    assert told(curve) == (2, 20)
    assert told(np.stack([NORMAL[:20], NORMAL[[0, 1] * 10]], axis=1)) is None
    assert told(np.tile(curve, (1, 9))) is None  # too long


def test_points_are_told_apart_by_a_sort() -> None:
    samples = np.stack([NORMAL[:20], NORMAL[[0, 1] * 10], np.round(NORMAL[:20]), np.full(20, np.nan)])
    assert may_repeat(samples[..., None]).tolist() == [False, True, False, False]


def test_the_sentence_says_how_many_differ() -> None:
    (line,) = told_repeated([("x", Repeats(2, 20), " at lr=0.1"), ("y", Repeats(2, 20), " at lr=0.1")])
    assert line.startswith("x, y have only 2 distinct values in 20 members at lr=0.1, equal to the bit although")
