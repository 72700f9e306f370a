"""What expressions stand for: config keys, tasks, objects, and a little arithmetic."""

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from sweeprun.worker.meanings import UNKNOWN, Config, Instance, Meaning, Method, Sum, Task, Thing


class Few:
    """Three tasks, and one key."""

    def values(self, key: str) -> Sequence[int]:
        return {"data.seed": [4, 5]}.get(key, [])

    def has(self, key: str) -> bool:
        return key == "data.seed"

    def numbers(self) -> Sequence[int]:
        return range(3)


KEY = Config().attribute("data").item("seed")


@pytest.mark.parametrize(
    ("meaning", "seeds"),
    [
        (KEY, ([4, 5], "data.seed")),
        (Task().attribute("coordinates").item("data.seed"), ([4, 5], "data.seed")),
        (Task().attribute("id"), ([0, 1, 2], "task.id")),
        (Task().attribute("stream"), ([0, 1, 2], "task.stream")),
        (Task().attribute("attempt"), ([], "")),
        (Thing(3), ([3], "")),
        (Thing(np.int64(3)), ([3], "")),
        (Thing(True), ([], "")),
        (Thing("3"), ([], "")),
        (Thing(np).attribute("random").attribute("nothing"), ([], "")),
        (Thing("text").attribute("upper"), ([], "")),
        (Sum(operator.add, KEY, Thing(10)), ([14, 15], "data.seed")),
        (Sum(operator.mul, Thing(10), KEY), ([40, 50], "data.seed")),
        (Sum(operator.add, KEY, KEY), ([], "")),
        (Sum(operator.add, KEY, UNKNOWN), ([], "data.seed")),
        (KEY.item(3), ([], "")),
        (UNKNOWN.attribute("x").item("y"), ([], "")),
    ],
)
def test_what_it_is_in_the_tasks(meaning: Meaning, seeds: tuple[Any, str]) -> None:
    found, key = meaning.seeds(Few())
    assert (list(found), key) == seeds


def test_objects_are_found_in_modules_without_running_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    default_rng = np.random.default_rng
    monkeypatch.delitem(vars(np), "random")  # as NumPy is before its generators are asked for
    assert Thing(np).attribute("random").attribute("default_rng").thing is default_rng
    assert UNKNOWN.thing is None


def test_methods_of_an_object_are_those_of_its_class_and_have_it_as_their_first_argument() -> None:
    class Base:
        def draw(self) -> int:
            return 3

        x = 3

    class Model(Base):
        pass

    method = Instance(Model).attribute("draw")
    assert isinstance(method, Method)
    assert (method.thing, method.owner) == (Base.draw, Instance(Model))
    assert Instance(Model).attribute("x") is Instance(Model).attribute("nothing") is UNKNOWN
