"""Generators of a task function's own that draw what a task's stream draws, as ``default_rng(0)`` does.

Without a root seed, stream ``s`` is ``default_rng(s)``. So a data set that a function draws from ``default_rng(0)`` is
made of the numbers that task 0 gets from ``rng``, and ``default_rng(cfg.seed)`` of those of other tasks.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from omegaconf import DictConfig, OmegaConf

from sweeprun.design.tasks import TaskTable
from sweeprun.store.manifest import Manifest
from sweeprun.store.notices import StreamClash
from sweeprun.worker.functions import TaskFunction
from sweeprun.worker.pickled_functions import KeywordFunction
from sweeprun.worker.seeded_calls import SeededCall, parameters_of, seeded_calls

_MOST_VALUES = 1000
_SHOWN = 3
_REFERENCE = re.compile(r"\$\{([\w.]+)\}")


class TasksWorld:
    """What a task function runs in: the axes of the tasks, and a config in which all else is as in every task.

    Parameters
    ----------
    table
        The tasks.
    config
        The config of one of them.
    """

    def __init__(self, table: TaskTable, config: Mapping[str, Any] | DictConfig) -> None:
        self._table = table
        self._config = config

    def values(self, key: str) -> Sequence[int]:
        axes = [axis for block in self._table.blocks for axis in block.design.axes if axis.name == key]
        found = [axis.values.value(index) for axis in axes for index in range(min(len(axis), _MOST_VALUES))]
        if not axes:
            value = self._held(key)
            reference = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
            if reference is not None and reference[1] != key:
                return self.values(reference[1])
            found = [value]
        return [one for one in found if isinstance(one, int) and not isinstance(one, bool)]

    def has(self, key: str) -> bool:
        is_axis = any(axis.name == key for axis in self._table.blocks[0].design.axes)
        return is_axis or self._held(key) is not None

    def numbers(self) -> Sequence[int]:
        return range(min(len(self._table), _MOST_VALUES))

    def _held(self, key: str) -> Any:
        """What the config has for a key, interpolations as they are written."""
        if not isinstance(self._config, DictConfig):
            return self._config.get(key)
        with suppress(Exception):
            parent, _, name = key.rpartition(".")
            node = OmegaConf.select(self._config, parent) if parent else self._config
            found = node._get_node(name)
            return None if found is None else found._value()
        return None


def clash_of_task(function: TaskFunction, manifest: Manifest, config: DictConfig) -> StreamClash | None:
    """As `clash_of`, of a task function that is called as its run says."""
    if "rng" not in function.asks_for:
        return None
    if isinstance(function, KeywordFunction):
        return clash_of(function.function, manifest.table, function.constant_values())
    return clash_of(function.function, manifest.table, config, prefix=("task",) if function.target else ())


def clash_of(
    function: Callable[..., Any],
    table: TaskTable,
    config: Mapping[str, Any] | DictConfig,
    *,
    prefix: tuple[str, ...] = (),
) -> StreamClash | None:
    """The first generator that a function which takes ``rng`` makes, and that draws what a task's stream draws.

    Parameters
    ----------
    function
        The task function.
    table, config
        The tasks, and the config of one of them.
    prefix
        The key of the config that the function's own arguments are below, if it has any.
    """
    streams = table.streams
    if streams.root_seed is not None:
        return None
    world = TasksWorld(table, config)
    with suppress(Exception):  # of code that nobody foresaw: a warning less, and not a run less
        given = parameters_of(function, prefix, world)
        for call in seeded_calls(function, given, world) if given is not None else ():
            numbers = [value for value in call.values if 0 <= value < len(table) and table.task(value).stream == value]
            if numbers and call.bit_generator == streams.bit_generator.value:
                return _told(call, sorted({*numbers}))
    return None


def _told(call: SeededCall, numbers: Sequence[int]) -> StreamClash:
    shown = ", ".join(map(str, numbers[:_SHOWN])) + (", …" if len(numbers) > _SHOWN else "")
    seed = "k" if call.seed.endswith((")", "]")) else call.seed
    return StreamClash(
        function=call.function,
        place=call.place,
        call=f"{call.maker}({call.seed})",
        tasks=shown,
        instead=f"{call.maker}([{seed}, 1])",
    )
