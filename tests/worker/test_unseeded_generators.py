"""Generators without a seed: which are noticed, by the line that makes them, and what is left alone."""

import os
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sweeprun.worker.unseeded_generators import UnseededWatch
from tests.worker import unseeded


@pytest.fixture
def watch() -> Iterator[UnseededWatch]:
    watch = UnseededWatch()
    yield watch
    watch.close()


@pytest.mark.parametrize(
    ("function", "made"),
    [
        (unseeded.of_numpy, ["np.random.default_rng()"]),
        (unseeded.of_none, ["default_rng(seed)"]),
        (unseeded.of_bits, ["np.random.PCG64()"]),
        (unseeded.of_legacy, ["np.random.RandomState(seed)", "np.random.RandomState()"]),
        (
            unseeded.of_attribute,
            [
                f"np.random.RandomState({one})"
                for one in ("Options().seed", "options['seed']", "cfg.seed", "cfg.get('seed')")
            ],
        ),
        (unseeded.of_attribute_with_seed, []),
        (unseeded.of_factories, ["PARTIAL()", "Made()", "self.make()"]),
        (unseeded.of_bytes_with_a_name, ["os.urandom(4)"]),
        (unseeded.of_python, ["random.Random()"]),
        (unseeded.of_the_system, ["of_system.random()", "random.SystemRandom().random()"]),
        (unseeded.of_secrets, ["secrets.randbits(64)", "secrets.choice([1, 2, 3])"]),
        (unseeded.of_bytes, ["os.urandom(4)", "uuid.uuid4()"]),
        (unseeded.of_a_library, ["qmc.Sobol(2)"]),
        (lambda: unseeded.of_none(3), []),
        (lambda: unseeded.of_legacy(3), ["np.random.RandomState()"]),
        (unseeded.is_seeded, []),
        (unseeded.names_a_file, []),
        (unseeded.copies, []),
        (unseeded.seeds_later, []),
        (unseeded.need_not, []),
    ],
)
def test_what_is_noticed(watch: UnseededWatch, function: Callable[[], Any], made: list[str]) -> None:
    for _ in range(2):
        function()
    places = [text.partition(" (")[0] for text in watch.made()]
    assert places == made
    assert all(" (unseeded.py, line " in text for text in watch.made())


def test_the_line_is_the_users(watch: UnseededWatch) -> None:
    unseeded.of_a_library()
    line = unseeded.of_a_library.__code__.co_firstlineno + 1
    assert watch.made() == [f"qmc.Sobol(2) (unseeded.py, line {line})"]


def test_code_without_a_source_does_no_harm(watch: UnseededWatch) -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    exec("import numpy as np\ndef draw(): return np.random.default_rng().normal()", names)
    names["draw"]()
    assert watch.made() == []


def test_closing_leaves_all_as_it_was() -> None:
    def functions() -> list[Any]:
        return [random._urandom, os.urandom, random.Random.seed]  # type: ignore[attr-defined]

    before = functions()
    one, two = UnseededWatch(), UnseededWatch()
    one.close()
    unseeded.of_numpy()
    assert (one.made(), len(two.made())) == ([], 1)
    two.close()
    two.close()
    assert functions() == before
