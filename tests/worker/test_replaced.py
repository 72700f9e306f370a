"""Functions that tell of their calls."""

import pickle
import random
from types import SimpleNamespace
from typing import Any

from sweeprun.worker.replaced import Replaced


def double(value: int, *, times: int = 2) -> int:
    """Double it."""
    return value * times


def test_watches_hear_of_calls_and_the_last_one_leaves_the_module_as_it_was() -> None:
    owner = SimpleNamespace(double=double)
    heard: list[Any] = []

    def first(*args: Any, **kwargs: Any) -> None:
        heard.append(("first", args, kwargs))

    def second(*args: Any, **kwargs: Any) -> None:
        heard.append(("second", args, kwargs))

    replaced = Replaced(owner=owner, name="double")
    replaced.tell(first)
    replaced.tell(second)
    assert owner.double(3, times=4) == 12
    assert heard == [("first", (3,), {"times": 4}), ("second", (3,), {"times": 4})]
    assert owner.double.__doc__ == "Double it."
    replaced.forget(first)
    replaced.forget(first)
    assert owner.double(1) == 2
    assert [name for name, *_ in heard] == ["first", "second", "second"]
    replaced.forget(second)
    assert owner.double is double


def test_other_processes_find_what_it_stands_for() -> None:
    """A task may send a function that refers to it to processes of its own."""
    before, replaced = random.seed, Replaced(owner=random, name="seed")
    replaced.tell(lambda *_args: None)
    sent = pickle.dumps(random.seed)
    assert random.seed is not before
    replaced.forget(replaced._told[0])
    assert pickle.loads(sent) == before == random.seed


def test_a_module_that_lacks_the_function_is_left_as_it_is() -> None:
    owner = SimpleNamespace()
    replaced = Replaced(owner=owner, name="double")
    replaced.tell(print)
    replaced.forget(print)
    assert vars(owner) == {}
