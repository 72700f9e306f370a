"""Streams: no two tasks share one unless asked, and each is a function of its number alone."""

import json
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.streams import Streams
from sweeprun.design.tasks import TaskTable
from sweeprun.errors import OverrideError
from tests.design.test_grid import grid


def state(streams: Streams, number: int) -> str:
    return json.dumps(streams.generator(number).bit_generator.state, sort_keys=True)


@given(st.integers(0, 2**40))
def test_the_default_is_default_rng_to_the_letter(task_id: int) -> None:
    assert Streams().generator(task_id).random() == np.random.default_rng(task_id).random()


@given(st.integers(0, 2**100), st.integers(0, 50))
def test_with_a_root_seed_streams_are_the_children_that_spawn_gives(root: int, number: int) -> None:
    child = np.random.SeedSequence(root).spawn(number + 1)[number]
    assert Streams(root_seed=root).generator(number).random() == np.random.default_rng(child).random()


@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), st.none() | st.integers(0, 10**6))
def test_no_two_tasks_share_a_stream(shape: list[int], root: int | None) -> None:
    table = TaskTable.of(grid(*shape), Streams(root_seed=root))
    states = {state(table.streams, table.task(task_id).stream) for task_id in range(len(table))}
    assert len(states) == len(table)


@given(st.integers(0, 1000), st.integers(0, 20))
def test_neighbouring_roots_do_not_overlap(root: int, number: int) -> None:
    here = {state(Streams(root_seed=root), n) for n in range(number + 2)}
    there = {state(Streams(root_seed=root + 1), n) for n in range(number + 2)}
    assert not here & there


@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), st.data())
def test_tasks_share_a_stream_just_if_they_agree_on_the_named_axes(shape: list[int], data: st.DataObject) -> None:
    names = tuple(data.draw(st.sets(st.sampled_from([f"a{i}" for i in range(len(shape))]))))
    table = TaskTable.of(grid(*shape), Streams(shared_by=names))
    first: dict[tuple[object, ...], int] = {}
    for task_id in range(len(table)):
        task = table.task(task_id)
        key = tuple(task.coordinates[name] for name in names)
        assert task.stream == first.setdefault(key, task_id)


@given(st.lists(st.integers(1, 4), min_size=2, max_size=3), st.randoms())
def test_the_order_in_which_shared_axes_are_named_means_nothing(shape: list[int], random: Random) -> None:
    names = [f"a{i}" for i in range(len(shape))][1:]
    shuffled = random.sample(names, len(names))
    here, there = (TaskTable.of(grid(*shape), Streams(shared_by=tuple(order))) for order in (names, shuffled))
    assert [here.task(i).stream for i in range(len(here))] == [there.task(i).stream for i in range(len(there))]


def test_one_stream_for_all() -> None:
    table = TaskTable.of(grid(2, 3), Streams(shared_by=()))
    assert {table.task(task_id).stream for task_id in range(6)} == {0}


@pytest.mark.parametrize("number", [2**32 - 1, 2**32, 2**33, 2**62])
@pytest.mark.parametrize("root", [None, 0, 2**200])
def test_streams_of_large_numbers_differ_from_small_ones(number: int, root: int | None) -> None:
    streams = Streams(root_seed=root)
    assert len({state(streams, n) for n in (0, 1, 2, number, number + 1, number % 2**32 + 3)}) == 6


def test_a_generator_is_at_its_beginning() -> None:
    assert Streams().generator(3).random() == Streams().generator(3).random()


@given(st.none() | st.integers(0), st.none() | st.lists(st.text()))
def test_streams_survive_json(root: int | None, names: list[str] | None) -> None:
    streams = Streams(root_seed=root, shared_by=None if names is None else tuple(names))
    assert Streams.from_dict(json.loads(json.dumps(streams.to_dict()))) == streams


@pytest.mark.parametrize("streams", [Streams(), Streams(root_seed=7)])
def test_the_description_is_what_makes_the_generator(streams: Streams) -> None:
    names = {"default_rng": np.random.default_rng, "SeedSequence": np.random.SeedSequence}
    assert eval(streams.describe(3), names).random() == streams.generator(3).random()


def test_a_negative_root_seed_is_refused() -> None:
    with pytest.raises(OverrideError, match="-1"):
        Streams(root_seed=-1)
