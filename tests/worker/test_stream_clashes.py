"""Generators of a task function's own that draw what a task's stream draws, and those that don't."""

import linecache
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from omegaconf import DictConfig, OmegaConf

from sweeprun.design.extension import grid_of
from sweeprun.design.python_axes import further_dimensions
from sweeprun.design.streams import BitGenerator, Streams
from sweeprun.design.tasks import TaskTable
from sweeprun.worker.stream_clashes import TasksWorld, clash_of
from tests.worker import clashing

ROOT = Path(__file__).parents[2]
CONFIG = OmegaConf.create(
    {"lr": 0.1, "seed": 0, "data": {"seed": 3}, "several": [1], "task": {"seed": "${seed}", "n": 3}}
)


def tasks(streams: Streams | None = None, **axes: Any) -> TaskTable:
    """Ten tasks: five seeds at each of two learning rates."""
    return TaskTable.of(grid_of(further_dimensions(axes or {"lr": [0.1, 0.2], "seed": range(5)}, None)), streams)


@pytest.mark.parametrize(
    ("function", "call", "numbers"),
    [
        (clashing.constant, "np.random.default_rng(0)", "0"),
        (clashing.by_keyword, "default_rng(4)", "4"),
        (clashing.of_bits, "PCG64(SeedSequence(7))", "7"),
        (clashing.of_global, "default_rng(SEED)", "2"),
        (clashing.of_module, "default_rng(1)", "1"),
        (clashing.of_what_the_module_derives, "default_rng(1)", "1"),
        (clashing.of_list, "np.random.default_rng([3, 0])", "3"),
        (clashing.of_config, "default_rng(cfg.seed)", "0, 1, 2, …"),
        (clashing.of_item, "default_rng(seed)", "1, 2, 3, …"),
        (clashing.of_nested, "default_rng(cfg.data.get('seed'))", "3"),
        (clashing.of_helper, "np.random.default_rng(seed)", "0, 1, 2, …"),
        (clashing.of_default, "default_rng(more)", "4"),
        (clashing.of_class, "np.random.default_rng(seed)", "0, 1, 2, …"),
        (clashing.of_method, "default_rng(seed)", "0, 1, 2, …"),
        (clashing.of_cached, "default_rng(6)", "6"),
        (clashing.Study(), "np.random.default_rng(seed)", "0, 1, 2, …"),
        (clashing.Study().__call__, "np.random.default_rng(seed)", "0, 1, 2, …"),
        (clashing.of_task, "default_rng(task.id)", "0, 1, 2, …"),
        (clashing.of_coordinate, "default_rng(task.coordinates['seed'])", "0, 1, 2, …"),
        (clashing.of_import, "nr.default_rng(5)", "5"),
        (clashing.recursive, "default_rng(0)", "0"),
        (clashing.of_lambda, "default_rng(seed)", "0, 1, 2, …"),
        (clashing.of_lambdas[0], None, None),
        (clashing.of_lambdas[1], "default_rng(8)", "8"),
        (clashing.of_lambdas[2], "default_rng(9)", "9"),
        (clashing.of_other_bits, None, None),
        (clashing.large, None, None),
        (clashing.of_two_numbers, None, None),
        (clashing.far_away, None, None),
        (clashing.without_rng, None, None),
        (clashing.child, None, None),
        (clashing.unknown, None, None),
        (max, None, None),
    ],
)
def test_a_generator_that_a_task_has_is_found(function: Any, call: str | None, numbers: str | None) -> None:
    found = clash_of(function, tasks(), CONFIG)
    assert (None if found is None else (found.call, found.tasks)) == (call if call is None else (call, numbers))


def test_the_advice_is_a_generator_that_no_task_has() -> None:
    found = clash_of(clashing.of_config, tasks(), CONFIG)
    assert found is not None
    place = f"clashing.py, line {clashing.of_config.__code__.co_firstlineno + 1}"
    assert (found.function, found.place) == (f"{clashing.__name__}.of_config", place)
    assert found.instead == "default_rng([cfg.seed, 1])"
    advised = clash_of(clashing.of_list, tasks(), CONFIG)
    assert advised is not None
    assert advised.instead == "np.random.default_rng([k, 1])"
    drawn = {np.random.default_rng([seed, 1]).random() for seed in range(5)}
    assert not drawn & {tasks().streams.generator(stream).random() for stream in range(10)}


@pytest.mark.parametrize(
    ("streams", "function", "clashes"),
    [
        (Streams(root_seed=0), clashing.of_config, False),
        (Streams(bit_generator=BitGenerator.Philox), clashing.of_config, False),
        (Streams(bit_generator=BitGenerator.Philox), clashing.of_other_bits, True),
        (Streams(shared_by=()), clashing.constant, True),
        (Streams(shared_by=()), clashing.by_keyword, False),  # all tasks have stream 0
    ],
)
def test_only_streams_that_tasks_have_are_meant(streams: Streams, function: Any, clashes: bool) -> None:
    assert (clash_of(function, tasks(streams), CONFIG) is not None) is clashes


@pytest.mark.parametrize(
    ("axes", "config", "prefix", "numbers"),
    [
        ({"seed": [8, 3]}, {}, (), None),
        ({"seed": [1, 300]}, {}, (), "1"),
        ({"n": range(3)}, {"seed": 2}, (), "2"),
        ({"n": range(3)}, {"seed": 7}, (), None),
        ({"seed": [0.5, 1.5]}, {}, (), None),
        ({"seed": range(2)}, CONFIG, ("task",), "0, 1"),
        ({"lr": range(2)}, CONFIG, ("task",), "0"),
    ],
)
def test_arguments_are_axes_constants_or_keys_of_the_config(
    axes: dict[str, Any], config: dict[str, Any] | DictConfig, prefix: tuple[str, ...], numbers: str | None
) -> None:
    found = clash_of(clashing.of_argument, tasks(**axes), config, prefix=prefix)
    assert (None if found is None else found.tasks) == numbers


def test_axes_of_a_million_values_are_not_read_to_their_end() -> None:
    world = TasksWorld(tasks(seed=range(10**6)), CONFIG)
    assert len(world.values("seed")) == len(world.numbers()) == 1000


def test_the_place_of_a_lambda_is_its_line() -> None:
    found = clash_of(clashing.of_lambda, tasks(), CONFIG)
    assert found is not None
    assert found.place == f"clashing.py, line {clashing.of_lambda.__code__.co_firstlineno}"


@pytest.mark.parametrize(
    ("cells", "place"),
    [
        (["import numpy as np", "def draw(cfg, rng):\n    return np.random.default_rng(0).normal()"], "cell 2, line 2"),
        (["import numpy as np", "draw = lambda cfg, rng: np.random.default_rng(0).normal()"], "cell 2, line 1"),
        (
            [
                "import numpy as np",
                "%matplotlib inline",
                "n = 3\ndata = np.random.default_rng(0).normal(size=n)",
                "def draw(cfg, rng):\n    return data.mean()",
            ],
            "cell 3, line 2",
        ),
        (["import numpy as np\ndata = np.random.default_rng([0, 1]).normal()", "def draw(cfg, rng): return data"], ""),
    ],
)
def test_cells_of_a_notebook_are_read(monkeypatch: pytest.MonkeyPatch, cells: list[str], place: str) -> None:
    main = ModuleType("__main__")
    vars(main)["In"] = ["", *cells]
    monkeypatch.setitem(sys.modules, "__main__", main)
    for number, cell in enumerate(cells):
        if not cell.startswith("%"):
            name = f"/tmp/ipykernel_1/{number}.py"
            linecache.cache[name] = (len(cell), None, cell.splitlines(keepends=True), name)
            exec(compile(cell, name, "exec"), vars(main))
    found = clash_of(vars(main)["draw"], tasks(), CONFIG)
    assert ("" if found is None else found.place) == place


def test_code_without_a_source_does_no_harm() -> None:
    names: dict[str, Any] = {"__name__": "__main__", "np": np}
    exec("def draw(cfg, rng): return np.random.default_rng(0).normal()", names)
    assert clash_of(names["draw"], tasks(), CONFIG) is None


def test_a_clash_is_found_where_nothing_has_imported_numpys_generators_yet() -> None:
    code = """
import sys
import numpy as np
from sweeprun.worker.seeded_calls import parameters_of, seeded_calls
from tests.worker.lazily import draw

class World:
    def values(self, key): return []
    def has(self, key): return False
    def numbers(self): return []

assert "numpy.random" not in sys.modules
(call,) = seeded_calls(draw, parameters_of(draw, (), World()), World())
print(call.maker)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "np.random.default_rng\n"
