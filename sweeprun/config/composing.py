"""Compose once per combination of config-group choices, have every value of every axis checked, and freeze."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sweeprun.config.application import Application, resolve_key
from sweeprun.config.check_values import type_axis
from sweeprun.config.frozen import Composition, config_steps, freeze
from sweeprun.config.parse_sweep import Sweep, parse_sweep
from sweeprun.design.axes import Axis, axis_name
from sweeprun.design.grid import Grid
from sweeprun.design.overrides import Operation, Override
from sweeprun.design.python_axes import MEMBER, member_axis
from sweeprun.design.selection import Expression, Selection
from sweeprun.design.streams import Streams
from sweeprun.design.tasks import TaskTable
from sweeprun.errors import OverrideError
from sweeprun.store.local_paths import local_path
from sweeprun.wording import sweeper

_TARGET = re.compile(r"""^[ -]*_target_: ['"]?([A-Za-z_][\w.]*)""", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedSweep:
    """A sweep, ready to be written to a run directory.

    Attributes
    ----------
    table
        Its tasks.
    overrides, composition_axes
        As in the manifest.
    compositions
        The frozen configs.
    sweep_config
        Hydra's config of the sweep, with the options of sweeper and launcher.
    task_specs
        Every task function that a task names, as the configs spell it.
    """

    table: TaskTable
    overrides: tuple[Override, ...]
    composition_axes: tuple[str, ...]
    compositions: tuple[Composition, ...]
    sweep_config: DictConfig
    task_specs: tuple[Any, ...]

    def frozen(self) -> list[tuple[bytes, bytes]]:
        """The pickled configs, as `ConfigDeriver` takes them."""
        return [(composition.task, composition.full) for composition in self.compositions]

    def targets(self) -> set[str]:
        """Everything that the configs name as a ``_target_``."""
        return {found for composition in self.compositions for found in _TARGET.findall(composition.text)}


def compose_sweep(
    application: Application, sweep_config: DictConfig, options: DictConfig | None = None
) -> ComposedSweep:
    """Turn a composed sweep config (``hydra.mode=MULTIRUN``) into tasks and frozen configs.

    Parameters
    ----------
    application, sweep_config
        What composes, and the sweep's config.
    options
        The options of our sweeper; by default ``hydra.sweeper``.

    Raises
    ------
    OverrideError, ConfigError
        If a config can't be composed, or a value of any axis is refused by any of them.
    """
    options = sweep_config.hydra.sweeper if options is None else options
    sweep_directory(sweep_config)
    task_overrides: Any = OmegaConf.to_container(sweep_config.hydra.overrides.task)
    sweep = parse_sweep(application, options, task_overrides)
    selecting = {override.axis for override in sweep.overrides if override.selects}
    composition_axes = tuple(axis.name for axis in sweep.axes if axis.name in selecting)
    chosen = list(sweep.grid.combinations(composition_axes))
    numbers = _numbered(sweep.grid, composition_axes, chosen)
    configs = list(_compose_all(application, sweep_config, sweep, composition_axes, list(numbers)))
    compositions = tuple(numbers[_texts(sweep.grid, composition_axes, indices)] for indices in chosen)
    if options.members is not None:
        sweep = _with_members(sweep, options.members, configs[0])
    rows = rows_of_configs(sweep.grid, composition_axes, chosen, compositions)
    joint = {name for one in sweep.grid.joint for name in one.axes}
    axes = tuple(type_axis(axis, configs, sweep, rows, is_joint=axis.name in joint) for axis in sweep.axes)
    shared_by = None if options.streams is None else tuple(axis_name(name) for name in options.streams)
    table = TaskTable.of(
        replace(sweep.grid, axes=axes),
        Streams(root_seed=options.root_seed, shared_by=shared_by, bit_generator=options.bit_generator),
        selection_of(options),
        compositions=None if compositions == tuple(range(len(chosen))) else compositions,
    )
    return ComposedSweep(
        table=table,
        overrides=sweep.overrides,
        composition_axes=composition_axes,
        compositions=tuple(freeze(config) for config in configs),
        sweep_config=sweep_config,
        task_specs=tuple(_task_specs(configs, axes, sweep.overrides)),
    )


def compose_for_sweep(application: Application, overrides: Sequence[str]) -> DictConfig:
    """Hydra's config of a sweep, before any axis is applied."""
    config = application.compose([*overrides, "hydra.mode=MULTIRUN"], RunMode.MULTIRUN)
    sweep_directory(config)
    return config


def sweep_directory(sweep_config: DictConfig) -> Path:
    """Where a sweep is to be.

    Raises
    ------
    ConfigError, UsageError
        If it can't be resolved, or is a URL.
    """
    return local_path(str(resolve_key(sweep_config, "hydra.sweep.dir")), "hydra.sweep.dir")


def selection_of(options: Any) -> Selection:
    """The conditions of ``hydra.sweeper.exclude`` and ``only``.

    Raises
    ------
    OverrideError
        If they are neither texts nor lists of texts.
    """
    conditions: dict[str, tuple[Expression, ...]] = {}
    for name in ("only", "exclude"):
        given = options[name]
        texts = list(given) if OmegaConf.is_list(given) else [] if given is None else [given]
        for text in texts:
            if not isinstance(text, str):
                raise OverrideError(
                    f"{sweeper(name)} has {text!r}, which is no condition over the axes such as "
                    "\"lr > 0.05 and model == 'cnn'\""
                )
        conditions[name] = tuple(Expression(text=text) for text in texts)
    return Selection(**conditions)


def _texts(grid: Grid, names: Sequence[str], indices: Sequence[int]) -> tuple[str, ...]:
    """What some axes choose at their indices."""
    axes = [axis for axis in grid.axes if axis.name in names]
    return tuple(axis.values.text(index) for axis, index in zip(axes, indices, strict=True))


def _numbered(grid: Grid, names: Sequence[str], chosen: Sequence[tuple[int, ...]]) -> dict[tuple[str, ...], int]:
    """Distinct choices of config groups -> the numbers of their compositions, in the order in which they are met."""
    distinct = dict.fromkeys(_texts(grid, names, indices) for indices in chosen)
    return {texts: number for number, texts in enumerate(distinct)}


def rows_of_configs(
    grid: Grid, names: Sequence[str], chosen: Sequence[tuple[int, ...]], compositions: Sequence[int]
) -> dict[str, list[set[int]]]:
    """For axes that move together with choices of config groups: the indices that each config meets."""
    rows: dict[str, list[set[int]]] = {}
    places = {name: place for place, name in enumerate(axis.name for axis in grid.axes if axis.name in names)}
    for dimension in grid.dimensions:
        deciding = [places[axis.name] for axis in dimension.axes if axis.name in places]
        if dimension.joint is None or not deciding:
            continue
        met: list[set[int]] = [set() for _ in range(max(compositions) + 1)]
        for indices, number in zip(chosen, compositions, strict=True):
            met[number].add(indices[deciding[0]])
        rows |= {axis.name: met for axis in dimension.axes}
    return rows


def _compose_all(
    application: Application,
    sweep_config: DictConfig,
    sweep: Sweep,
    names: Sequence[str],
    choices: Sequence[tuple[str, ...]],
) -> Iterator[DictConfig]:
    """The composed configs of some choices, with all fixed overrides that come before the first swept key."""
    later = set(map(id, config_steps(sweep.overrides)))
    used = [override for override in sweep.overrides if id(override) not in later]
    for texts in choices:
        chosen = dict(zip(names, texts, strict=True))
        written = [override.written(chosen[override.axis] if override.axis else None) for override in used]
        yield application.compose_job(sweep_config, written)


def _with_members(sweep: Sweep, members: int, config: DictConfig) -> Sweep:
    """The sweep with the ensemble axis; it sets the config key ``member`` where there is one."""
    if any(axis.name == MEMBER for axis in sweep.axes):
        raise OverrideError(f"both {sweeper('members')} and an override make an axis named 'member'; keep one of them")
    overrides = sweep.overrides
    if MEMBER in config:
        overrides = (*overrides, Override(operation=Operation.CHANGE, key=MEMBER, axis=MEMBER))
    return Sweep(grid=replace(sweep.grid, axes=(*sweep.axes, member_axis(members))), overrides=overrides)


def _task_specs(configs: Sequence[DictConfig], axes: Sequence[Axis], overrides: Sequence[Override]) -> Iterator[Any]:
    """Every value of the key ``task``, each once."""
    override = next((o for o in overrides if not o.selects and o.key == "task"), None)
    specs: list[Any] = []
    if override is not None and override.axis is not None:
        axis = next(axis for axis in axes if axis.name == override.axis)
        specs = [axis.values.value(i) for i in range(len(axis))]
    elif override is not None:
        specs = [override.value]
    else:
        specs = [task_spec(config) for config in configs]
    for i, spec in enumerate(specs):
        if spec not in specs[:i]:
            yield spec


def task_spec(config: DictConfig) -> Any:
    """What the key ``task`` of a config says, or None."""
    try:
        spec = OmegaConf.select(config, "task", throw_on_missing=False)
        return OmegaConf.to_container(spec, resolve=False) if OmegaConf.is_config(spec) else spec
    except OmegaConfBaseException:
        return None
