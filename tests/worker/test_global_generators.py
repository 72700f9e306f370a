"""Global random generators: seeded from a task's stream, and watched."""

import importlib
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.streams import Streams
from sweeprun.worker.global_generators import GlobalSeeds, GlobalsWatch

TORCH = '''
"""What is used of torch's documented interface, drawn from a generator that nobody has seeded."""
import random
import types

_generator = random.Random()
_seed = _generator.getrandbits(64)


def manual_seed(seed):
    global _seed
    _seed = seed
    _generator.seed(seed)


def initial_seed():
    return _seed


def rand():
    return _generator.random()


def get_rng_state():
    state = repr(_generator.getstate()).encode()
    return types.SimpleNamespace(numpy=lambda: types.SimpleNamespace(tobytes=lambda: state))


class cuda:
    default_generators = ()

    def is_initialized():
        return bool(cuda.default_generators)
'''


@pytest.fixture(autouse=True)
def _generators_as_they_were() -> Iterator[None]:
    before = random.getstate(), np.random.get_state(), np.random.get_bit_generator()  # noqa: NPY002
    yield
    np.random.set_bit_generator(before[2])
    random.setstate(before[0])
    np.random.set_state(before[1])  # noqa: NPY002


@pytest.fixture
def _torch_can_be_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "torch.py").write_text(TORCH)
    (tmp_path / "nets.py").write_text("from torch import rand\n")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("torch", "nets"):
        monkeypatch.delitem(sys.modules, name, raising=False)
        monkeypatch.setitem(sys.modules, name, ModuleType(name))  # so that it is gone at the end
        del sys.modules[name]


@pytest.fixture
def seeds() -> Iterator[GlobalSeeds]:
    made = GlobalSeeds(Streams())
    yield made
    made.close()


@pytest.fixture
def watch() -> Iterator[GlobalsWatch]:
    made = GlobalsWatch()
    yield made
    made.close()


def draw_globally() -> tuple[float, float]:
    return random.random(), np.random.random()  # noqa: NPY002


def drawn(streams: Streams, stream: int) -> tuple[float, float]:
    seeds = GlobalSeeds(streams)
    seeds.seed(stream)
    seeds.close()
    return draw_globally()


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


def test_numbers_are_those_of_earlier_versions() -> None:
    assert drawn(Streams(), 3) == (0.6351502770437949, 0.04107255718618463)
    assert drawn(Streams(root_seed=5), 3) == (0.6393722207561803, 0.9112433391077435)


@pytest.mark.usefixtures("_torch_can_be_imported")
@pytest.mark.parametrize("module", ["torch", "nets"])
def test_what_a_task_imports_is_seeded_before_it_draws(seeds: GlobalSeeds, module: str) -> None:
    seeds.seed(0)
    at_import = importlib.import_module(module).rand()
    later = []
    for stream in (0, 1, 0):
        seeds.seed(stream)
        later.append(importlib.import_module(module).rand())
    assert at_import == later[0] == later[2] != later[1]


@pytest.mark.usefixtures("_torch_can_be_imported")
def test_what_is_imported_before_the_first_task_is_seeded_by_it(seeds: GlobalSeeds) -> None:
    torch: Any = importlib.import_module("torch")
    seeds.seed(0)
    first = torch.initial_seed()
    seeds.seed(1)
    assert torch.initial_seed() != first
    seeds.seed(0)
    assert torch.initial_seed() == first == 4992276587146672656
    assert 0 <= first < 2**63


def test_what_modules_draw_before_the_first_task_is_the_same_in_all_workers_of_a_run() -> None:
    draws = []
    for root_seed in (None, None, 0, 5, 5):
        seeds = GlobalSeeds(Streams(root_seed=root_seed))
        draws.append(draw_globally())
        seeds.close()
    assert draws[0] == draws[1] == draws[2] != draws[3] == draws[4]
    assert not {*draws[0], *draws[3]} & {number for s in range(20) for number in drawn(Streams(), s)}


@pytest.mark.usefixtures("_torch_can_be_imported")
def test_nothing_is_seeded_after_the_end(seeds: GlobalSeeds) -> None:
    seeds.seed(0)
    seeds.close()
    before = GlobalSeeds(Streams())
    before.seed(0)
    before.close()
    torch: Any = importlib.import_module("torch")
    first = torch.initial_seed()
    seeds.seed(0)
    assert torch.initial_seed() != first  # by hand it still can be


@pytest.mark.parametrize(("name", "seeder"), [("tensorflow", "set_seed"), ("cupy", "seed")])
def test_other_libraries_are_seeded_each_from_words_of_its_own(
    seeds: GlobalSeeds, monkeypatch: pytest.MonkeyPatch, name: str, seeder: str
) -> None:
    given_seeds: list[int] = []
    module = ModuleType(name)
    vars(module)["random"] = type("random", (), {seeder: given_seeds.append})
    monkeypatch.setitem(sys.modules, name, module)
    for stream in (0, 1, 0):
        seeds.seed(stream)
    assert given_seeds[0] == given_seeds[2] != given_seeds[1]
    assert all(0 <= seed < 2**63 for seed in given_seeds)


def test_a_library_that_cannot_be_seeded_fails_no_task(seeds: GlobalSeeds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", ModuleType("cupy"))  # it has no device, say
    seeds.seed(0)
    first = draw_globally()
    seeds.seed(0)
    assert draw_globally() == first


def test_a_look_at_global_generators_moves_nothing(watch: GlobalsWatch) -> None:
    assert watch.moved() == []
    np.random.random()  # noqa: NPY002
    assert watch.moved() == ["numpy.random"]
    random.random()
    assert watch.moved() == ["random", "numpy.random"]


def test_what_libraries_draw_as_they_are_imported_is_not_the_functions(watch: GlobalsWatch) -> None:
    random.random()
    sys.modules["nothing_but_a_name"] = ModuleType("nothing_but_a_name")
    try:
        assert watch.moved() == []
        assert watch.moved() == []
        random.random()
        assert watch.moved() == ["random"]
    finally:
        del sys.modules["nothing_but_a_name"]


def test_what_jax_draws_as_it_is_imported_is_not_the_functions(
    watch: GlobalsWatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "jax.py").write_text("import numpy\nnumpy.random.random()\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "jax", ModuleType("jax"))  # so that it is gone at the end
    del sys.modules["jax"]
    importlib.import_module("jax")
    assert watch.moved() == []
    np.random.random()  # noqa: NPY002
    assert watch.moved() == ["numpy.random"]


@pytest.mark.usefixtures("_torch_can_be_imported")
def test_draws_from_torch_are_noticed_also_if_the_task_imports_it(watch: GlobalsWatch) -> None:
    torch: Any = importlib.import_module("torch")
    assert watch.moved() == []
    torch.rand()
    assert watch.moved() == ["torch"]
    later = GlobalsWatch()
    assert later.moved() == []
    torch.rand()
    assert later.moved() == ["torch"]
    later.close()


@pytest.mark.usefixtures("_torch_can_be_imported")
def test_a_task_that_seeds_torch_itself_is_left_alone_from_then_on(watch: GlobalsWatch) -> None:
    torch: Any = importlib.import_module("torch")
    for draws in (1, 2, 3):
        torch.manual_seed(7)
        for _ in range(draws):
            torch.rand()
        assert watch.moved() == []


@pytest.mark.usefixtures("_torch_can_be_imported")
def test_a_generator_that_was_seeded_before_the_first_task_alone_is_not_left_alone() -> None:
    torch: Any = importlib.import_module("torch")
    torch.manual_seed(7)  # at the top of a module: what a task draws depends on those before it
    watch = GlobalsWatch()
    torch.rand()
    assert watch.moved() == ["torch"]
    watch.close()


class Device:
    """A generator of a GPU."""

    def __init__(self) -> None:
        self.offset = 0

    def get_offset(self) -> int:
        return self.offset


@pytest.mark.usefixtures("_torch_can_be_imported")
def test_draws_on_a_gpu_are_draws_from_torch_and_to_begin_with_it_is_none(watch: GlobalsWatch) -> None:
    torch: Any = importlib.import_module("torch")
    device = Device()
    torch.cuda.default_generators = (Device(), device)
    assert watch.moved() == []
    device.offset = 4
    assert watch.moved() == ["torch"]


@pytest.mark.usefixtures("_torch_can_be_imported")
def test_what_cannot_be_looked_at_is_watched_no_more(watch: GlobalsWatch) -> None:
    torch: Any = importlib.import_module("torch")
    torch.rand()
    del torch.get_rng_state
    assert watch.moved() == []
    np.random.random()  # noqa: NPY002
    assert watch.moved() == ["numpy.random"]
