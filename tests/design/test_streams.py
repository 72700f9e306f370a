"""Streams: no two tasks share one unless asked, and each is a function of its number alone."""

import json
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.streams import DESIGN_KEY, BitGenerator, CommandSeeds, Streams
from sweeprun.design.tasks import TaskTable
from sweeprun.errors import FormatError, OverrideError, UsageError
from sweeprun.store.manifest import MOST_TASKS
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


@given(
    st.none() | st.integers(0),
    st.none() | st.lists(st.text()),
    st.sampled_from(BitGenerator),
    st.sampled_from(CommandSeeds),
)
def test_streams_survive_json(
    root: int | None, names: list[str] | None, bits: BitGenerator, seeds: CommandSeeds
) -> None:
    shared_by = None if names is None else tuple(names)
    streams = Streams(root_seed=root, shared_by=shared_by, bit_generator=bits, command_seeds=seeds)
    assert Streams.from_dict(json.loads(json.dumps(streams.to_dict()))) == streams


@pytest.mark.parametrize("root", [None, 7])
@pytest.mark.parametrize("bits", list(BitGenerator))
def test_the_description_is_what_makes_the_generator(root: int | None, bits: BitGenerator) -> None:
    streams = Streams(root_seed=root, bit_generator=bits)
    made = eval(streams.describe(3), vars(np.random))
    assert type(made.bit_generator).__name__ == bits.value
    assert made.random() == streams.generator(3).random()


def test_streams_of_a_manifest_before_version_5_are_what_they_were() -> None:
    streams = Streams.from_dict({"root_seed": None, "shared_by": None})
    assert streams == Streams(command_seeds=CommandSeeds.DRAWN)
    seed = int(np.random.default_rng(3).integers(2**32))
    assert streams.command_seed(3, 0, streams.generator(3)) == seed


@pytest.mark.parametrize("damage", [{"bit_generator": "MT19937"}, {"command_seeds": "dice"}, {"command_seeds": []}])
def test_a_manifest_that_names_what_there_is_not_is_refused(damage: dict[str, Any]) -> None:
    with pytest.raises(FormatError, match="newer sweeprun"):
        Streams.from_dict(Streams().to_dict() | damage)


def test_a_bit_generator_that_there_is_not_is_refused_by_name() -> None:
    assert BitGenerator.named("Philox") is BitGenerator.Philox
    with pytest.raises(OverrideError, match="is 'MT19937'; take one of PCG64, PCG64DXSM, Philox, SFC64"):
        BitGenerator.named("MT19937")


def words(seed: int | list[int], spawn_key: tuple[int, ...] = ()) -> tuple[int, ...]:
    """What a seed sequence is made of, as NumPy puts it together: without a spawn key, zeros at the end don't count."""
    given = [seed] if isinstance(seed, int) else seed
    parts = [part for one in given for part in as_words(one)]
    parts += [0] * (4 - len(parts))
    return (*parts, *(part for one in spawn_key for part in as_words(one)))


def as_words(number: int) -> list[int]:
    found = [number & 0xFFFFFFFF]
    while number := number >> 32:
        found.append(number & 0xFFFFFFFF)
    return found


def state_of(sequence: np.random.SeedSequence) -> list[int]:
    found: list[int] = sequence.generate_state(8).tolist()
    return found


_ROOTS = st.none() | st.integers(0, 2**130)


@given(_ROOTS, st.integers(0, MOST_TASKS), st.integers(0, 2**40))
def test_shared_data_from_a_seed_of_two_numbers_is_from_no_tasks_stream(root: int | None, stream: int, k: int) -> None:
    of_task = words(stream) if root is None else words(root, (stream,))
    assert words([k, 1]) != of_task
    assert state_of(np.random.SeedSequence([k, 1])) != state_of(Streams(root_seed=root).seed_sequence(stream))


@given(_ROOTS, st.integers(0, MOST_TASKS), st.integers(0, 2**64), st.lists(st.integers(0, 10**6), max_size=2))
def test_designs_draw_from_no_tasks_stream_and_no_child_of_one(
    root: int | None, stream: int, seed: int, child: list[int]
) -> None:
    of_task = words(stream, tuple(child)) if root is None else words(root, (stream, *child))
    assert words(seed, DESIGN_KEY) != of_task


@pytest.mark.parametrize(("seed", "key"), [(7, ()), ([7, 1], ()), (2**70, ()), (7, (3,)), (7, DESIGN_KEY), (0, (1, 2))])
def test_the_words_of_a_seed_sequence_are_those_that_numpy_takes(seed: Any, key: tuple[int, ...]) -> None:
    here = np.random.SeedSequence(seed, spawn_key=key)
    assert state_of(np.random.SeedSequence(list(words(seed, key)))) == state_of(here)


@pytest.mark.parametrize("root", [None, 0, 1, 2**70])
@pytest.mark.parametrize("bits", [16, 31, 32, 63, 64])
def test_a_seed_is_a_function_of_stream_root_and_bits(root: int | None, bits: int) -> None:
    streams = Streams(root_seed=root, bit_generator=BitGenerator.SFC64)
    seeds = [streams.seed(stream, bits) for stream in range(50)]
    assert len({*seeds}) == 50
    assert all(0 <= seed < 2**bits for seed in seeds)
    assert seeds == [Streams(root_seed=root).seed(stream, bits) for stream in range(50)]
    for other in {None, 0, 1, 2**70} - {root}:
        assert seeds != [Streams(root_seed=other).seed(stream, bits) for stream in range(50)]


def test_a_command_gets_the_seed_of_32_bits_and_draws_nothing_for_it() -> None:
    streams = Streams(root_seed=5)
    rng = streams.generator(7)
    assert streams.command_seed(7, 0, rng) == streams.seed(7) == streams.seed(7, 32)
    assert streams.command_seed(7, 1, rng) == streams.seed(7, series=1) != streams.seed(7)
    assert rng.random() == streams.generator(7).random()


@pytest.mark.parametrize(
    ("stream", "bits", "message"),
    [(0, 15, "15 bits"), (0, 65, "65 bits"), (2**16, 16, "stream 65536 has no seed of 16")],
)
def test_a_seed_that_there_cannot_be_is_refused(stream: int, bits: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Streams().seed(stream, bits)


def test_a_negative_root_seed_is_refused() -> None:
    with pytest.raises(OverrideError, match="-1"):
        Streams(root_seed=-1)
