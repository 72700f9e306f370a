"""Global random generators: seeded from a task's stream, and watched."""

import random
import sys
from collections.abc import Iterator
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.streams import Streams
from sweeprun.worker.global_generators import GlobalsWatch, seed_globals


@pytest.fixture(autouse=True)
def _generators_as_they_were() -> Iterator[None]:
    before = random.getstate(), np.random.get_state()  # noqa: NPY002
    yield
    random.setstate(before[0])
    np.random.set_state(before[1])  # noqa: NPY002


def drawn(streams: Streams, stream: int) -> tuple[float, float]:
    seed_globals(streams, stream)
    return random.random(), np.random.random()  # noqa: NPY002


@given(st.none() | st.integers(0, 2**64), st.integers(0, 2**40))
def test_a_stream_gives_the_same_numbers_each_time(root_seed: int | None, stream: int) -> None:
    streams = Streams(root_seed=root_seed)
    first = drawn(streams, stream)
    np.random.normal()  # noqa: NPY002  # which keeps a second number for the next call
    assert drawn(streams, stream) == first


def test_no_two_streams_or_generators_give_the_same_numbers() -> None:
    numbers = [
        number
        for root_seed in (None, 0, 1)
        for stream in range(10)
        for streams in [Streams(root_seed=root_seed)]
        for number in (*drawn(streams, stream), streams.generator(stream).random())
    ]
    assert len(set(numbers)) == len(numbers)


def test_torch_is_seeded_if_it_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    seeds: list[int] = []
    torch = ModuleType("torch")
    vars(torch)["manual_seed"] = seeds.append
    monkeypatch.setitem(sys.modules, "torch", torch)
    for stream in (0, 1, 0):
        seed_globals(Streams(), stream)
    assert seeds[0] == seeds[2] != seeds[1]
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_a_look_at_global_generators_moves_nothing() -> None:
    watch = GlobalsWatch()
    assert watch.moved() == []
    np.random.random()  # noqa: NPY002
    assert watch.moved() == ["numpy.random"]
    random.random()
    assert watch.moved() == ["random", "numpy.random"]


def test_what_libraries_draw_as_they_are_imported_is_not_the_functions() -> None:
    watch = GlobalsWatch()
    random.random()
    sys.modules["nothing_but_a_name"] = ModuleType("nothing_but_a_name")
    try:
        assert watch.moved() == []
        assert watch.moved() == []
        random.random()
        assert watch.moved() == ["random"]
    finally:
        del sys.modules["nothing_but_a_name"]
