"""Seeds: a permutation for any number of bits, whose neighbours have nothing to do with each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.seeds import ROUNDS, permuted
from sweeprun.design.streams import Streams

_KEYS = st.lists(st.integers(0, 2**32 - 1), min_size=ROUNDS, max_size=ROUNDS)


@given(st.integers(1, 10), _KEYS)
def test_all_numbers_of_some_bits_are_permuted(bits: int, keys: list[int]) -> None:
    assert sorted(permuted(number, bits, keys) for number in range(2**bits)) == list(range(2**bits))


@given(st.integers(1, 64), st.data(), _KEYS)
def test_different_numbers_have_different_images(bits: int, data: st.DataObject, keys: list[int]) -> None:
    first, second = (data.draw(st.integers(0, 2**bits - 1)) for _ in range(2))
    images = permuted(first, bits, keys), permuted(second, bits, keys)
    assert all(0 <= image < 2**bits for image in images)
    assert (images[0] == images[1]) is (first == second)


@pytest.fixture(scope="module")
def seeds() -> np.ndarray:
    """The seeds of 30,000 neighbouring tasks, as bits; shape ``(tasks, 32)``."""
    streams = Streams()
    numbers = np.array([streams.seed(stream) for stream in range(30_000)], np.uint32)
    return np.unpackbits(numbers.astype(">u4").view(np.uint8)).reshape(-1, 32)


def test_each_bit_is_one_in_half_of_the_seeds(seeds: np.ndarray) -> None:
    assert np.abs(seeds.mean(axis=0) - 0.5).max() < 5 * 0.5 / np.sqrt(len(seeds))


@pytest.mark.parametrize("distance", [1, 2, 3, 16, 100, 1024])
def test_seeds_of_neighbours_differ_in_half_of_their_bits_whichever_these_are(seeds: np.ndarray, distance: int) -> None:
    differ = seeds[distance:] ^ seeds[:-distance]
    error = 0.5 / np.sqrt(len(differ))
    assert np.abs(differ.mean(axis=0) - 0.5).max() < 5 * error
    pairs = np.abs(np.corrcoef(seeds[distance:].T, seeds[:-distance].T)[:32, 32:])
    assert pairs.max() < 6 / np.sqrt(len(differ))


def test_seeds_are_spread_evenly_and_neighbours_are_not_correlated(seeds: np.ndarray) -> None:
    numbers = np.packbits(seeds, axis=1).view(">u4").ravel() / 2**32
    counts, _ = np.histogram(numbers, bins=100, range=(0, 1))
    assert ((counts - len(numbers) / 100) ** 2).sum() / (len(numbers) / 100) < 99 + 5 * np.sqrt(2 * 99)  # chi-squared
    assert abs(np.corrcoef(numbers[1:], numbers[:-1])[0, 1]) < 4 / np.sqrt(len(numbers))
