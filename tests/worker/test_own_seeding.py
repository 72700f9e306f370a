"""Global generators that tasks seed before they draw."""

import random
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from sweeprun.worker.own_seeding import OwnSeeding

np_random: Any = np.random


@pytest.fixture
def seeding() -> Iterator[OwnSeeding]:
    before = random.getstate(), np_random.get_state()
    seeding = OwnSeeding()
    yield seeding
    seeding.close()
    random.setstate(before[0])
    np_random.set_state(before[1])


def seeds_and_draws() -> None:
    random.seed(3)
    np_random.seed(seed=4)
    random.random()
    np_random.random()


def draws() -> None:
    random.random()
    np_random.random()


def draws_then_seeds() -> None:
    draws()
    seeds_and_draws()


def seeds_with_nothing() -> None:
    random.seed()
    np_random.seed(None)
    draws()


def sets_the_state() -> None:
    random.setstate(random.Random(3).getstate())
    np_random.set_state(np.random.RandomState(3).get_state())
    draws()


def nothing() -> None:
    pass


@pytest.mark.parametrize(
    ("tasks", "owned"),
    [
        ([seeds_and_draws], True),
        ([seeds_and_draws] * 3, True),
        ([nothing, seeds_and_draws, nothing, seeds_and_draws], True),
        ([sets_the_state, seeds_and_draws], True),
        ([draws], False),
        ([draws_then_seeds], False),
        ([draws, seeds_and_draws], False),
        ([seeds_and_draws, draws], False),
        ([seeds_and_draws, draws, seeds_and_draws], False),
        ([seeds_and_draws, draws_then_seeds], False),
        ([seeds_with_nothing], False),
    ],
)
def test_a_generator_is_a_tasks_own_if_the_task_seeds_it_first(
    seeding: OwnSeeding, tasks: list[Callable[[], None]], owned: bool
) -> None:
    for task in tasks:
        seeding.begin()
        task()
    assert (seeding.owns("random"), seeding.owns("numpy.random")) == (owned, owned)
    assert not seeding.owns("torch")


def test_what_an_import_draws_is_not_the_tasks(seeding: OwnSeeding, monkeypatch: pytest.MonkeyPatch) -> None:
    seeding.begin()
    random.random()
    monkeypatch.setitem(sys.modules, "just_imported", ModuleType("just_imported"))
    random.seed(3)
    assert seeding.owns("random")


def test_what_was_drawn_before_the_first_task_is_no_tasks(seeding: OwnSeeding) -> None:
    draws()
    seeding.begin()
    seeds_and_draws()
    assert seeding.owns("numpy.random")


@pytest.mark.parametrize(
    ("imported", "drawn"),
    [([], []), ([draws], ["numpy.random", "random"]), ([seeds_and_draws], []), ([draws_then_seeds], ["numpy.random"])],
)
def test_what_is_drawn_unseeded_before_the_first_task_is_known(
    seeding: OwnSeeding, monkeypatch: pytest.MonkeyPatch, imported: list[Callable[[], None]], drawn: list[str]
) -> None:
    monkeypatch.setitem(sys.modules, "just_imported", ModuleType("just_imported"))
    for lines in imported:
        lines()
    seeding.begin()
    assert sorted(seeding.drawn_by_imports) == drawn
    seeds_and_draws()
    assert seeding.owns("numpy.random")


def test_closing_leaves_the_functions_as_they_were() -> None:
    before = random.seed, np_random.seed
    seeding = OwnSeeding()
    seeding.close()
    assert (random.seed, np_random.seed) == before
