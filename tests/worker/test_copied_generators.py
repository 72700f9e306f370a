"""Generators that a task function finds somewhere, and is not given: which it can reach, and which it moves."""

import random
import sys
from collections.abc import Callable
from functools import partial, wraps
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sweeprun.worker.copied_generators import GeneratorsWatch, full_name, reachable_generators

rng = np.random.default_rng(0)
unused = np.random.default_rng(1)
legacy = np.random.RandomState(0)
python = random.Random(0)
of_the_system = random.SystemRandom()
several = [np.random.default_rng(2), {"a": np.random.default_rng(3)}]
draw_normal = rng.normal
seeded = random.Random(0)
HERE = __name__


class Model:
    shared = np.random.default_rng(4)

    def __init__(self) -> None:
        self.own = np.random.default_rng(5)

    def step(self) -> float:
        return float(self.own.normal() + self.shared.normal())

    def __call__(self) -> float:
        return self.step()


model = Model()


def draws() -> float:
    return rng.normal() + legacy.normal() + python.random() + of_the_system.random()


def helps() -> float:
    def inner() -> float:
        return draws()

    return inner()


def wrapped(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def call(*args: Any) -> Any:
        return function(*args)

    return call


@wrapped
def decorated() -> float:
    return rng.normal()


def closed_over() -> Callable[[], float]:
    mine = np.random.default_rng(6)
    return lambda: 1 + mine.normal()


def by_default(x: float = 1, gen: Any = unused, *, more: Any = python) -> float:
    return x + gen.normal() + more.random()


def of_containers() -> Any:
    return several


def of_instance() -> float:
    return model.step()


def of_method() -> Any:
    return draw_normal()


def own_one(seed: int = 0) -> float:
    rng = np.random.default_rng(seed)
    return float(rng.normal() + np.random.normal() + random.random())  # noqa: NPY002


def seeds_it(seed: int = 0) -> float:
    seeded.seed(seed)
    return seeded.random()


def sets_state(seed: int = 0) -> float:
    rng.bit_generator.state = np.random.default_rng(seed).bit_generator.state
    return rng.normal()


def recursive(n: int) -> Any:
    return rng.normal() if n == 0 else recursive(n - 1)


def names_in(function: Callable[..., Any]) -> list[str]:
    return sorted({name for name, _ in reachable_generators(function)})


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (draws, ["{}.rng", "{}.legacy", "{}.python"]),
        (helps, ["{}.rng", "{}.legacy", "{}.python"]),
        (decorated, ["{}.rng"]),
        (closed_over(), ["mine"]),
        (by_default, ["gen", "more"]),
        (of_containers, ["{}.several[0]", "{}.several[1]['a']"]),
        (of_instance, ["{}.model.own", "{}.Model.shared"]),
        (model.step, ["self.own", "{}.Model.shared"]),
        (model, ["self.own", "{}.Model.shared"]),
        (Model, ["{}.Model.shared"]),
        (of_method, ["{}.draw_normal"]),
        (partial(by_default, gen=rng), ["gen", "more"]),
        (partial(max, unused), ["an argument"]),
        (recursive, ["{}.rng"]),
        (own_one, []),
        (seeds_it, []),
        (sets_state, []),
        (max, []),
        (np.random.default_rng, []),
    ],
)
def test_what_a_function_can_reach(function: Callable[..., Any], names: list[str]) -> None:
    assert names_in(function) == sorted(name.format(HERE) for name in names)


def test_a_module_of_the_study_is_looked_into_and_a_librarys_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    for place, names in (("/home/me/study", ["helper.source"]), ("/usr/lib/python3/site-packages", [])):
        helper = ModuleType("helper")
        helper.__file__ = f"{place}/helper.py"
        monkeypatch.setitem(sys.modules, "helper", helper)
        exec("import numpy as np\nsource = np.random.default_rng(0)\ndef draw(): return source.normal()", vars(helper))
        by_attribute = eval("lambda: helper.source.normal()", {"helper": helper, "__name__": "__main__"})
        by_function = eval("lambda: helper.draw()", {"helper": helper, "__name__": "__main__"})
        by_name = eval("lambda: draw()", {"draw": vars(helper)["draw"], "__name__": "__main__"})
        for function in (by_attribute, by_function, by_name):
            assert names_in(function) == names
        assert names_in(vars(helper)["draw"]) == ["helper.source"]  # it is the task function's own


@pytest.mark.parametrize("name", ["__main__", "__mp_main__"])
def test_what_a_notebook_holds_is_named_as_it_is_there(name: str) -> None:
    function = eval("lambda: rng.normal()", {"rng": rng, "__name__": name})
    assert names_in(function) == ["rng"]


def test_generators_of_torch_are_known_if_it_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    class Generator:
        state = b"0"

        def get_state(self) -> Any:
            return SimpleNamespace(numpy=lambda: np.frombuffer(self.state, np.uint8))

    made = Generator()
    function = eval("lambda: made", {"made": made, "__name__": "__main__"})
    assert names_in(function) == []
    torch = ModuleType("torch")
    vars(torch)["Generator"] = Generator
    monkeypatch.setitem(sys.modules, "torch", torch)
    watch = GeneratorsWatch()
    watch.follow(function)
    assert watch.moved() == []
    made.state = b"1"
    assert watch.moved() == ["made"]


def test_objects_that_behave_badly_do_no_harm() -> None:
    class Hostile:
        __slots__ = ()

        def __getattribute__(self, name: str) -> Any:
            raise RuntimeError(name)

    class Broken(random.Random):
        def getstate(self) -> Any:
            raise RuntimeError("no state")

    endless: list[Any] = [Broken()]
    endless.append(endless)
    values = {
        "hostile": Hostile(),
        "endless": endless,
        "many": [object() for _ in range(10**5)],
        "__name__": "__main__",
    }
    watch = GeneratorsWatch()
    watch.follow(eval("lambda: (hostile, endless, many)", values))
    assert watch.moved() == []


@pytest.mark.parametrize("bits", [np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64])
def test_moving_is_told_by_name_and_looking_moves_nothing(bits: Any) -> None:
    source, still = np.random.Generator(bits(0)), np.random.Generator(bits(0))
    function = eval("lambda: (source, still)", {"source": source, "still": still, "__name__": "__main__"})
    watch = GeneratorsWatch()
    watch.follow(function)
    assert watch.moved() == []
    assert source.bit_generator.random_raw() == bits(0).random_raw()
    assert watch.moved() == ["source"]


def test_to_spawn_from_a_generator_moves_it() -> None:
    source = np.random.default_rng(0)
    watch = GeneratorsWatch()
    watch.follow(eval("lambda: source", {"source": source, "__name__": "__main__"}))
    source.spawn(1)
    assert watch.moved() == ["source"]


def test_functions_are_named_with_their_module() -> None:
    assert full_name(draws) == full_name(partial(partial(draws))) == f"{HERE}.draws"
    assert full_name(model.step) == f"{HERE}.Model.step"
    assert full_name(model) == full_name(Model) == f"{HERE}.Model"
    of_notebook = eval("lambda: 1", {"__name__": "__main__"})
    assert full_name(of_notebook) == "<lambda>"
