"""Generators that a function makes of seeds which its code or its config has."""

from functools import partial
from typing import Any

import pytest

from sweeprun.worker.meanings import Config, Task
from sweeprun.worker.seeded_calls import parameters_of, seeded_calls
from tests.worker import clashing
from tests.worker.test_meanings import Few


def calls(function: Any, prefix: tuple[str, ...] = ()) -> list[tuple[str, str, list[int]]]:
    given = parameters_of(function, prefix, Few())
    found = seeded_calls(function, given or {}, Few())
    return [(call.seed, call.key, list(call.values)) for call in found]


class Method:
    def draw(self, cfg: Any, rng: Any) -> Any:
        return clashing.default_rng(cfg.data.seed).normal() + rng.normal()

    def __call__(self, cfg: Any, rng: Any) -> Any:
        return self.draw(cfg, rng) + clashing.default_rng(6).normal()


def several(cfg: Any, rng: Any, *args: Any) -> Any:
    x, seed = 3, 4
    seed += cfg.data.seed
    clashing.make(*args)
    first: int = cfg.data.seed
    return clashing.default_rng(seed), clashing.default_rng(x), clashing.default_rng(first - 1), rng


def twice(cfg: Any, rng: Any) -> Any:
    return clashing.make(1, 5, more=6), clashing.make(1, 5, more=6), clashing.make(2, cfg.data.seed, more=6), rng


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (clashing.of_nested, [("cfg.data.get('seed')", "data.seed", [4, 5])]),
        (Method().draw, [("cfg.data.seed", "data.seed", [4, 5])]),
        (Method(), [("6", "", [6]), ("cfg.data.seed", "data.seed", [4, 5])]),
        (partial(clashing.constant, None), [("0", "", [0])]),
        (several, [("more", "", [4]), ("first - 1", "data.seed", [3, 4])]),
        (twice, [("seed", "", [5]), ("more", "", [6]), ("seed", "data.seed", [4, 5])]),
        (clashing.of_two_numbers, []),
        (len, []),
    ],
)
def test_calls_are_found_with_their_values(function: Any, expected: list[Any]) -> None:
    found = calls(function)
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_parameters_are_what_the_task_is_given() -> None:
    def function(data: Any, rng: Any, task: Any, *, cfg: Any, n: int = 3) -> None:
        """It takes all of it."""

    class OfData(Few):
        def has(self, key: str) -> bool:
            return key in ("data", "task.n")

    given = parameters_of(function, (), OfData())
    assert given is not None
    assert (given["data"], given["task"], given["cfg"]) == (Config(("data",)), Task(), Config())
    assert list(given["n"].seeds(Few())[0]) == [3]
    below = parameters_of(function, ("task",), OfData())
    assert below is not None
    assert below["n"] == Config(("task", "n"))
    assert parameters_of(lambda cfg: cfg, (), OfData()) is None
    assert parameters_of(max, (), OfData()) is None
