"""Watching whether tasks draw from anything but their own streams."""

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from sweeprun.design.task_ids import TaskIds
from sweeprun.store.directory import RunDirectory, make_run_directory
from sweeprun.store.notices import read_copied_generators, read_global_randomness
from sweeprun.worker.randomness import RandomnessWatch

at_top = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _generators_as_they_were() -> Iterator[None]:
    before = random.getstate(), np.random.get_state()  # noqa: NPY002
    yield
    random.setstate(before[0])
    np.random.set_state(before[1])  # noqa: NPY002


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run_directory(tmp_path / "a rün", numbered=False)


def draws_globally() -> float:
    return random.random() + np.random.random()  # noqa: NPY002


def draws_a_copy() -> float:
    return float(at_top.random())


def draws_nothing() -> float:
    return 1.0


def test_global_generators_are_noted_with_the_function_and_the_tasks(run: RunDirectory) -> None:
    watch = RandomnessWatch(run, seeded=False)
    watch.begin(draws_globally)
    draws_globally()
    watch.look(TaskIds.first(10))
    noted = read_global_randomness(run)
    assert noted is not None
    assert noted.function == f"{__name__}.draws_globally"
    assert (noted.tasks, noted.generators) == ("0-9", "random and numpy.random")
    assert read_copied_generators(run) is None


def test_generators_of_a_module_are_noted_by_its_name_for_them(run: RunDirectory) -> None:
    watch = RandomnessWatch(run, seeded=True)
    watch.begin(draws_a_copy)
    draws_a_copy()
    watch.look(TaskIds.of([3]))
    noted = read_copied_generators(run)
    assert noted is not None
    assert (noted.tasks, noted.generators) == ("3", f"{__name__}.at_top")
    assert read_global_randomness(run) is None


def test_nothing_is_noted_of_tasks_that_draw_nothing_of_it(run: RunDirectory) -> None:
    draws_globally()
    draws_a_copy()  # before the first task: by an import, say
    watch = RandomnessWatch(run, seeded=False)
    watch.begin(draws_nothing)
    watch.begin(draws_a_copy)
    draws_nothing()
    watch.look(TaskIds.first(3))
    assert list(run.workers.iterdir()) == []


def test_global_generators_that_are_seeded_for_each_task_are_not_noted(run: RunDirectory) -> None:
    watch = RandomnessWatch(run, seeded=True)
    watch.begin(draws_globally)
    draws_globally()
    watch.look(TaskIds.first(3))
    assert list(run.workers.iterdir()) == []


def test_a_later_draw_is_noted_by_a_later_look_and_only_the_first_time(run: RunDirectory) -> None:
    watch = RandomnessWatch(run, seeded=False)
    assert watch.is_new
    watch.begin(draws_globally)
    watch.look(TaskIds.of([0]))
    assert not watch.is_new
    assert read_global_randomness(run) is None
    for task_id in (1, 2):
        watch.begin(draws_globally)
        draws_globally()
        watch.look(TaskIds.of([task_id]))
    noted = read_global_randomness(run)
    assert noted is not None
    assert noted.tasks == "1"


def test_of_two_functions_both_are_named(run: RunDirectory) -> None:
    watch = RandomnessWatch(run, seeded=False)
    for function in (draws_nothing, draws_globally, draws_nothing):
        watch.begin(function)
        function()
    watch.look(TaskIds.first(3))
    noted = read_global_randomness(run)
    assert noted is not None
    names = [name.rpartition(".")[2] for name in noted.function.split(", ")]
    assert names == ["draws_nothing", "draws_globally"]
