"""The generators of numba, which isn't installed with the tests: a stand-in has the functions that are used of it."""

import sys
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
import pytest

from sweeprun.design.streams import Streams
from sweeprun.worker.copied_generators import seeds_when_compiled
from sweeprun.worker.global_generators import GlobalSeeds, GlobalsWatch
from sweeprun.worker.numba_generators import NAME, seed_numba, state_of_numba


@pytest.fixture
def states(monkeypatch: pytest.MonkeyPatch) -> dict[int, Any]:
    """The states of the generators, by their addresses."""
    states: dict[int, Any] = {1: (624, [1] * 624), 2: (624, [2] * 624)}
    helpers = ModuleType("numba._helperlib")
    vars(helpers).update(
        rnd_get_np_state_ptr=lambda: 1,
        rnd_get_py_state_ptr=lambda: 2,
        rnd_get_state=states.__getitem__,
        rnd_set_state=states.__setitem__,
    )
    monkeypatch.setitem(sys.modules, "numba._helperlib", helpers)
    monkeypatch.setitem(sys.modules, NAME, ModuleType(NAME))
    return states


def test_without_numba_there_is_nothing_to_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "numba._helperlib", raising=False)
    seed_numba(np.random.SeedSequence(3))
    assert state_of_numba() is None
    monkeypatch.setitem(sys.modules, "numba._helperlib", ModuleType("numba._helperlib"))  # one that has other functions
    assert state_of_numba() is None


def test_both_generators_get_a_state_of_their_own(states: dict[int, Any]) -> None:
    seed_numba(np.random.SeedSequence(3))
    words = np.random.SeedSequence(3).generate_state(1248)
    assert [states[1], states[2]] == state_of_numba()
    assert states[1] == (624, words[:624].tolist())
    assert states[2] == (624, words[624:].tolist())


def test_they_are_seeded_with_the_other_global_generators(states: dict[int, Any]) -> None:
    before = np.random.get_state()  # noqa: NPY002
    found = []
    seeds = GlobalSeeds(Streams())
    for stream in (0, 1, 0):
        seeds.seed(stream)
        found.append(dict(states))
    seeds.close()
    np.random.set_state(before)  # noqa: NPY002
    assert found[0] == found[2] != found[1]
    assert found[0][1] != found[0][2]


def test_a_draw_is_noticed(states: dict[int, Any]) -> None:
    watch = GlobalsWatch()
    assert watch.moved() == []
    states[1] = (2, states[1][1])
    assert watch.moved() == [NAME]
    watch.close()


class Dispatcher:
    def __init__(self, py_func: FunctionType) -> None:
        self.py_func = py_func


Dispatcher.__module__ = "numba.core.registry"


@Dispatcher
def compiled() -> float:
    return float(np.random.random())  # noqa: NPY002


@Dispatcher
def seeds() -> float:
    np.random.seed(3)  # noqa: NPY002
    return float(np.random.random())  # noqa: NPY002


def helper() -> Any:
    return seeds


def test_compiled_functions_that_seed_are_found() -> None:
    assert not seeds_when_compiled(lambda: compiled)
    assert seeds_when_compiled(lambda: seeds)
    assert seeds_when_compiled(helper)
