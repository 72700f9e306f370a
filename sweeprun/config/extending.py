"""From ``key=values`` to further values on the axes of a run, checked against the configs that it was made with.

The configs are the frozen ones: what has changed in ``conf/`` since can't get into an old sweep. Only further options
of a config group have to be composed from it, and then only if what it composes for the others is still the same.
"""

import itertools
import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override as HydraOverride
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf

from sweeprun.config.application import Application
from sweeprun.config.composing import compose_for_sweep, type_axis
from sweeprun.config.frozen import Composition, config_steps, freeze
from sweeprun.config.sweeps import Sweep, axis_name, axis_of, member_axis
from sweeprun.design.axes import Axis
from sweeprun.design.extending import extend_table, whole_grid
from sweeprun.design.grid import Grid
from sweeprun.design.overrides import Override
from sweeprun.design.tasks import Block, TaskTable
from sweeprun.errors import OverrideError, UsageError
from sweeprun.store.manifest import Manifest

_MEMBERS = "hydra.sweeper.members"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """Tasks that a run is to have besides its own.

    Attributes
    ----------
    blocks
        The new blocks of its table; none if there is no new point.
    compositions
        Configs that none of its tasks had before.
    task_specs
        New values of the key ``task``.
    """

    blocks: tuple[Block, ...]
    compositions: tuple[Composition, ...]
    task_specs: tuple[Any, ...]


def plan_extension(
    manifest: Manifest,
    frozen: Sequence[tuple[bytes, bytes]],
    words: Sequence[str],
    open_config: Callable[[], AbstractContextManager[Application]],
) -> Extension:
    """The tasks that further values of some axes add; nothing is written.

    Parameters
    ----------
    manifest, frozen
        The run, and its pickled configs.
    words
        ``AXIS=VALUES``, or ``hydra.sweeper.members=N``.
    open_config
        Opens the config source of the run; called only if an option of a config group is new.

    Raises
    ------
    OverrideError
        If a word names no axis of the run, or a value doesn't fit its configs.
    UsageError
        If a new config is needed, and the old ones can't be composed any more as they were.
    """
    grid = whole_grid(manifest.table)
    configs: list[DictConfig] = [pickle.loads(task) for task, _ in frozen]
    sweep = Sweep(axes=grid.axes, overrides=manifest.overrides)
    axes = [_axis(parsed, sweep, configs) for parsed in _parse(words)]
    table = extend_table(manifest.table, axes)
    blocks = table.blocks[len(manifest.table.blocks) :]
    if not manifest.composition_axes or not blocks:
        return Extension(blocks=blocks, compositions=(), task_specs=_new_tasks(manifest, blocks))
    known = _known_combinations(manifest)
    wanted = {texts for block in blocks for texts in _combinations(manifest, block.design)} - known.keys()
    added: tuple[Composition, ...] = ()
    if wanted:
        with open_config() as application:
            added = tuple(freeze(config) for config in _compose(application, manifest, frozen, known, sorted(wanted)))
        known |= {texts: len(frozen) + place for place, texts in enumerate(sorted(wanted))}
    blocks = tuple(
        replace(block, compositions=tuple(known[texts] for texts in _combinations(manifest, block.design)))
        for block in blocks
    )
    return Extension(blocks=blocks, compositions=added, task_specs=_new_tasks(manifest, blocks))


def _parse(words: Sequence[str]) -> list[HydraOverride]:
    try:
        return list(OverridesParser.create().parse_overrides(list(words)))
    except (HydraException, ValueError) as error:
        raise OverrideError(f"{' '.join(words)!r} can't be read: {str(error).splitlines()[0]}") from error


def _axis(parsed: HydraOverride, sweep: Sweep, configs: Sequence[DictConfig]) -> Axis:
    """The axis that a word gives further values to."""
    if parsed.key_or_group == _MEMBERS:
        members = parsed.value()
        if parsed.is_sweep_override() or not isinstance(members, int):
            raise OverrideError(f"{parsed.input_line!r}: the size of an ensemble is one number")
        return member_axis(members)
    name = axis_name(parsed.get_key_element().lstrip("+~"))
    override = next((override for override in sweep.overrides if override.axis == name), None)
    values = axis_of(name, parsed, is_group=override is not None and override.selects)
    if override is None:
        return values  # the ensemble axis, or none of the run, which is told when the table is extended
    others = tuple(axis if axis.name != name else values for axis in sweep.axes)
    return type_axis(values, configs, replace(sweep, axes=others))


def _combinations(manifest: Manifest, design: Grid) -> Iterator[tuple[str, ...]]:
    """The texts of the values of the composition axes, for each of their combinations, leftmost slowest."""
    axes = [axis for axis in design.axes if axis.name in manifest.composition_axes]
    return itertools.product(*([axis.values.text(index) for index in range(len(axis))] for axis in axes))


def _known_combinations(manifest: Manifest) -> dict[tuple[str, ...], int]:
    """Combination -> number of the composed config that the run has for it."""
    known: dict[tuple[str, ...], int] = {}
    for block in manifest.table.blocks:
        for place, texts in enumerate(_combinations(manifest, block.design)):
            known[texts] = place if block.compositions is None else block.compositions[place]
    return known


def _compose(
    application: Application,
    manifest: Manifest,
    frozen: Sequence[tuple[bytes, bytes]],
    known: dict[tuple[str, ...], int],
    wanted: Sequence[tuple[str, ...]],
) -> Iterator[DictConfig]:
    """The configs of new combinations, if that of an old one still comes out as it was."""
    old: DictConfig = pickle.loads(frozen[0][1])
    words = [
        str(word) for word in (*old.hydra.overrides.hydra, *(o.written() for o in manifest.overrides if o.axis is None))
    ]
    sweep_config = compose_for_sweep(application, [word for word in words if not word.startswith("hydra.mode=")])
    texts, number = next(iter(known.items()))
    before, now = frozen[number][0], freeze(application.compose_job(sweep_config, _job(manifest, texts))).task
    if OmegaConf.to_container(pickle.loads(before)) != OmegaConf.to_container(pickle.loads(now)):
        raise UsageError(
            "the config directory doesn't compose what it did when the run was made, so a new option of a config "
            "group can't be added to it; restore it, or start a new sweep"
        )
    for texts in wanted:
        yield application.compose_job(sweep_config, _job(manifest, texts))


def _job(manifest: Manifest, texts: Sequence[str]) -> list[str]:
    """The overrides that take part in the composition of one combination."""
    later = set(map(id, config_steps(manifest.overrides)))
    chosen = dict(zip(manifest.composition_axes, texts, strict=True))
    used = [override for override in manifest.overrides if id(override) not in later]
    return [_written(override, chosen) for override in used]


def _written(override: Override, chosen: dict[str, str]) -> str:
    return override.written(chosen[override.axis] if override.axis is not None else None)


def _new_tasks(manifest: Manifest, blocks: Sequence[Block]) -> tuple[Any, ...]:
    """Values of the key ``task`` that only new blocks have."""
    override = next((o for o in manifest.overrides if o.key == "task" and o.axis is not None and not o.selects), None)
    if override is None:
        return ()

    def values(table: TaskTable) -> list[Any]:
        axis = next(axis for axis in whole_grid(table).axes if axis.name == override.axis)
        return [axis.values.value(index) for index in range(len(axis))]

    old = values(manifest.table)
    return tuple(value for value in values(manifest.table.with_blocks(blocks)) if value not in old)
