"""Functions as bytes: by value if no import leads to them, with their caches empty."""

import dataclasses
import functools
import os.path
import pickle
import threading
from collections.abc import Callable
from typing import Any

import pytest

from sweeprun.by_value import dumps


def again(value: Any) -> Any:
    return pickle.loads(dumps(value))


def test_a_function_without_a_name_to_import_goes_with_what_it_refers_to() -> None:
    scale = {"größe": 3}

    def scaled(x: int) -> int:
        return x * scale["größe"]

    copy = again(scaled)
    scale["größe"] = 100
    assert copy is not scaled
    assert (copy(2), scaled(2)) == (6, 200)


def test_functions_of_modules_go_by_name() -> None:
    assert again(os.path.join) is os.path.join
    assert b"posixpath" in dumps(os.path.join)


def test_a_class_keeps_its_methods() -> None:
    class Model:
        def __init__(self, rate: float) -> None:
            self.rate = rate

        @property
        def double(self) -> float:
            return 2 * self.rate

    assert again(Model(1.5)).double == 3.0


@pytest.mark.parametrize(("decorate", "maxsize"), [(functools.cache, None), (functools.lru_cache(maxsize=3), 3)])
def test_a_cached_function_arrives_with_an_empty_cache_of_its_size(
    decorate: Callable[..., Any], maxsize: int | None
) -> None:
    @decorate
    def square(x: int) -> int:
        """Square."""
        return x * x

    square(2)
    copy = again(square)
    assert square.cache_info().currsize == 1
    assert copy.cache_info().currsize == 0
    assert (copy(3), copy(3), copy.cache_info().hits) == (9, 9, 1)
    assert copy.cache_parameters()["maxsize"] == maxsize
    assert (copy.__name__, copy.__doc__) == ("square", "Square.")


def test_a_cached_function_inside_another_is_pickled_with_it() -> None:
    @functools.lru_cache(typed=True)
    def slow(x: float) -> float:
        return x + 1

    def task(x: float) -> float:
        return slow(x) + slow(x)

    slow(1)
    assert again(task)(1) == 4
    assert again(slow).cache_parameters()["typed"] is True


def test_fields_of_a_dataclass_are_without_a_default_if_they_were() -> None:
    @dataclasses.dataclass
    class Config:
        lr: float
        steps: list[int] = dataclasses.field(default_factory=list)

    copy = again(Config)
    assert all(own.default is dataclasses.MISSING for own in dataclasses.fields(copy))
    assert copy(1.0).steps == []


def test_what_can_not_be_pickled_is_an_error() -> None:
    lock = threading.Lock()

    def task() -> bool:
        return lock.locked()

    with pytest.raises(TypeError, match="lock"):
        dumps(task)
