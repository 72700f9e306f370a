"""Watching whether tasks draw from anything but their own streams."""

import importlib
import os
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from sweeprun.design.task_ids import TaskIds
from sweeprun.store.directory import RunDirectory, make_run_directory
from sweeprun.store.notices import read_copied_generators, read_global_randomness, read_unseeded_generators
from sweeprun.worker import randomness
from tests.worker import unseeded

_made: list[randomness.RandomnessWatch] = []


def watching(run: RunDirectory, *, seeded: bool) -> randomness.RandomnessWatch:
    """A watch that is closed after the test."""
    _made.append(randomness.RandomnessWatch(run, seeded=seeded))
    return _made[-1]


at_top = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _generators_as_they_were() -> Iterator[None]:
    before = random.getstate(), np.random.get_state()  # noqa: NPY002
    yield
    for watch in _made:
        watch.close()
    _made.clear()
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
    watch = watching(run, seeded=False)
    watch.begin(draws_globally)
    draws_globally()
    watch.look(TaskIds.first(10))
    noted = read_global_randomness(run)
    assert noted is not None
    assert noted.function == f"{__name__}.draws_globally"
    assert (noted.tasks, noted.generators) == ("0-9", "random and numpy.random")
    assert read_copied_generators(run) is None


def test_generators_of_a_module_are_noted_by_its_name_for_them(run: RunDirectory) -> None:
    watch = watching(run, seeded=True)
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
    watch = watching(run, seeded=False)
    watch.begin(draws_nothing)
    watch.begin(draws_a_copy)
    draws_nothing()
    watch.look(TaskIds.first(3))
    assert list(run.workers.iterdir()) == []


def test_global_generators_that_are_seeded_for_each_task_are_not_noted(run: RunDirectory) -> None:
    watch = watching(run, seeded=True)
    watch.begin(draws_globally)
    draws_globally()
    watch.look(TaskIds.first(3))
    assert list(run.workers.iterdir()) == []


def test_a_later_draw_is_noted_by_a_later_look_and_only_the_first_time(run: RunDirectory) -> None:
    watch = watching(run, seeded=False)
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
    watch = watching(run, seeded=False)
    for function in (draws_nothing, draws_globally, draws_nothing):
        watch.begin(function)
        function()
    watch.look(TaskIds.first(3))
    noted = read_global_randomness(run)
    assert noted is not None
    names = [name.rpartition(".")[2] for name in noted.function.split(", ")]
    assert names == ["draws_nothing", "draws_globally"]


def seeds_itself() -> float:
    random.seed(3)
    np.random.seed(4)  # noqa: NPY002
    return draws_globally()


def test_a_task_that_seeds_global_generators_itself_is_left_alone(run: RunDirectory) -> None:
    watch = watching(run, seeded=False)
    for task_id in range(3):
        watch.begin(seeds_itself)
        seeds_itself()
        watch.look(TaskIds.of([task_id]))
    assert list(run.workers.iterdir()) == []
    watch.begin(draws_globally)
    draws_globally()  # from the state that another task left
    watch.look(TaskIds.of([3]))
    noted = read_global_randomness(run)
    assert noted is not None
    assert (noted.tasks, noted.application) == ("3", False)
    assert "random" in noted.generators


@pytest.mark.parametrize("seeded", [False, True])
def test_generators_without_a_seed_are_noted_with_their_line(run: RunDirectory, seeded: bool) -> None:
    watch = watching(run, seeded=seeded)
    watch.begin(unseeded.of_numpy, application=True)
    watch.look(TaskIds.of([0]))
    unseeded.of_numpy()
    watch.look(TaskIds.of([1]))
    unseeded.of_python()
    watch.look(TaskIds.of([2]))
    noted = read_unseeded_generators(run)
    assert noted is not None
    line = unseeded.of_numpy.__code__.co_firstlineno + 1
    assert noted.generators == f"np.random.default_rng() (unseeded.py, line {line})"
    assert (noted.function, noted.tasks, noted.application) == (f"{unseeded.__name__}.of_numpy", "1", True)


def test_data_that_an_import_drew_without_a_seed_are_noted_with_their_line(
    run: RunDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "study_with_data.py").write_text("import numpy as np\nDATA = np.random.rand()\ndef f(): return DATA\n")
    monkeypatch.syspath_prepend(tmp_path)
    watch = watching(run, seeded=False)
    watch.begin(importlib.import_module("study_with_data").f)
    watch.look(TaskIds.of([0]))
    noted = read_unseeded_generators(run)
    assert noted is not None
    assert noted.generators == "np.random.rand() (study_with_data.py, line 2)"
    assert read_global_randomness(run) is None


def test_what_an_import_seeded_is_noted_as_the_same_in_every_worker(
    run: RunDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "study_with_seed.py").write_text(
        "import numpy as np\nnp.random.seed(4)\ndef f(): return np.random.rand()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    watch = watching(run, seeded=False)
    function = importlib.import_module("study_with_seed").f
    watch.begin(function)
    function()
    watch.look(TaskIds.of([0]))
    noted = read_global_randomness(run)
    assert noted is not None
    assert (noted.generators, noted.seeded) == ("numpy.random", "np.random.seed(4) (study_with_seed.py, line 2)")
    assert "draw the same numbers" in str(noted)


def test_what_a_process_makes_that_a_task_forks_is_noted_at_once(run: RunDirectory) -> None:
    watch = watching(run, seeded=False)
    watch.begin(unseeded.of_numpy, task_id=7)
    child = os.fork()
    if child == 0:
        try:
            unseeded.of_numpy()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    noted = read_unseeded_generators(run)
    assert noted is not None
    assert noted.tasks == "7"
    assert noted.generators.startswith("np.random.default_rng() (unseeded.py, line ")


def test_closing_leaves_the_functions_that_were_listened_to_as_they_were(run: RunDirectory) -> None:
    before = random.seed, np.random.seed, random.Random.seed
    watch = watching(run, seeded=False)
    watch.begin(draws_nothing)
    watch.close()
    watch.close()
    assert (random.seed, np.random.seed, random.Random.seed) == before
