"""From ``key=values`` to further values on the axes of a run, checked against the configs that it was made with.

The configs are the frozen ones: what has changed in ``conf/`` since can't get into an old sweep. Only further options
of a config group have to be composed from it, and then only if what it composes for the others is still the same.
"""

import math
import pickle
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from hydra.core.override_parser.types import Override as HydraOverride
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf

from sweeprun.config.application import Application
from sweeprun.config.check_values import type_axis
from sweeprun.config.composing import compose_for_sweep, rows_of_configs
from sweeprun.config.frozen import Composition, config_steps, freeze
from sweeprun.config.grammar import ZipSweep, with_names
from sweeprun.config.hydra_messages import message_of
from sweeprun.config.parse_sweep import Grammar, Sweep, axis_of, refuse_repeated_points, zip_members
from sweeprun.config.parsing import create_parser
from sweeprun.config.samples import drawn
from sweeprun.config.sweep_kinds import SweepKind, kind_of
from sweeprun.design.axes import Axis, axis_name
from sweeprun.design.extension import extend_table, grid_of, join_new_points, whole_grid
from sweeprun.design.grid import Dimension, Grid
from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.listed_labels import null_beside_numbers
from sweeprun.design.overrides import Override
from sweeprun.design.python_axes import member_axis
from sweeprun.design.python_values import read_like
from sweeprun.design.tasks import Block, TaskTable
from sweeprun.design.values import AxisValues
from sweeprun.errors import OverrideError, UsageError
from sweeprun.store.manifest import Manifest
from sweeprun.wording import Command, sweeper

_MEMBERS = "hydra.sweeper.members"
_SAMPLE = "hydra.sweeper.sample.n"
_REPLICATES = "hydra.sweeper.sample.replicates"

_Rows: TypeAlias = Mapping[str, Sequence[Collection[int]]]
"""What `type_axis` calls rows."""


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
        ``AXIS=VALUES``, ``NAME=zip(…)``, ``hydra.sweeper.members=N`` or ``hydra.sweeper.sample.n=N``.
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
    sweep = Sweep(grid=grid, overrides=manifest.overrides)
    known = _known_combinations(manifest)
    rows = _rows(manifest, grid, known, len(configs))
    base = manifest.job.base
    table = extend_table(manifest.table, [_dimension(parsed, sweep, configs, rows, base) for parsed in _parse(words)])
    blocks = table.blocks[len(manifest.table.blocks) :]
    if not manifest.composition_axes or not blocks:
        return Extension(blocks=blocks, compositions=(), task_specs=_new_tasks(manifest, blocks))
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
        return list(create_parser().parse_overrides(with_names(words)))
    except (HydraException, ValueError) as error:
        raise OverrideError(message_of(error)) from error


def _dimension(
    parsed: HydraOverride, sweep: Sweep, configs: Sequence[DictConfig], rows: _Rows, base: Path
) -> Dimension:
    """The dimension that a word gives further points to."""
    key = parsed.get_key_element().lstrip("+~")
    name = axis_name(key)
    if key == _MEMBERS:
        return Dimension.of(member_axis(_whole_number(parsed, "the size of an ensemble")))
    if key == _SAMPLE:
        return _more_samples(_whole_number(parsed, "the size of a sample"), sweep, configs)
    if key == _REPLICATES:
        raise OverrideError(
            f"{sweeper('sample.replicates')} stays what it was when the run began; give each replicate more points by "
            f"{sweeper('sample.n').to('N')}, or start another run"
        )
    swept: Any = parsed._value
    if kind_of(swept) is SweepKind.TOGETHER:
        return _more_points(parsed, swept, sweep, configs, rows, base)
    joint = next((joint for joint in sweep.grid.joint if name in (joint.name, *joint.axes)), None)
    if joint is not None:
        more = f"{_SAMPLE}=N" if joint.sampling else f"'{joint.name}=zip({'=…,'.join(joint.axes)}=…)'"
        raise OverrideError(f"{name!r} belongs to axes that move together; give them further points by {more}")
    old = next((axis.values for axis in sweep.axes if axis.name == name), None)
    override = next((override for override in sweep.overrides if override.axis == name), None)
    axis = axis_of(name, parsed, is_group=override is not None and override.selects, base=base, like=old)
    if override is None:  # the ensemble axis, one given in Python, or none of the run: told when the table is extended
        return Dimension.of(axis if old is None else like_axis(axis, old))
    return Dimension.of(_typed(axis, sweep, configs, rows))


def like_axis(axis: Axis, known: AxisValues) -> Axis:
    """An axis with what somebody typed, read as the type of values that there are.

    Raises
    ------
    OverrideError
        If it can't be.
    """
    try:
        values = read_like(known, axis.values)
    except OverrideError as error:
        raise OverrideError(f"{axis.name}={axis.values.written()}: {error}") from error
    return Axis(name=axis.name, values=values, kind=values.kind())


def _typed(axis: Axis, sweep: Sweep, configs: Sequence[DictConfig], rows: _Rows) -> Axis:
    """Further values of an axis, checked against the configs of the run."""
    axes = tuple(other if other.name != axis.name else axis for other in sweep.axes)
    # While they are checked every axis is by itself: other ones may be longer.
    is_joint = any(axis.name in joint.axes for joint in sweep.grid.joint)
    typed = type_axis(axis, configs, replace(sweep, grid=Grid(axes=axes)), rows, is_joint=is_joint)
    known = next(other for other in sweep.axes if other.name == axis.name)
    values = [typed.values.value(index) for index in range(len(typed))] if typed.values.are_listed else [0]
    if not null_beside_numbers(values, known.kind):
        return typed
    nan = dict.fromkeys(range(len(typed)), math.nan)
    return Axis(name=axis.name, values=typed.values.labelled(nan, LabelKind.FLOAT)[0], kind=LabelKind.FLOAT)


def _more_samples(count: int, sweep: Sweep, configs: Sequence[DictConfig]) -> Dimension:
    """The points of a sample, the first ones being those that are there."""
    own = next((one for one in sweep.grid.dimensions if one.joint is not None and one.joint.sampling), None)
    if own is None or own.joint is None or own.joint.sampling is None:
        raise OverrideError(f"{_SAMPLE}={count}: this run has no sample; its keys follow listed values")
    sampling = own.joint.sampling
    if not sampling.method.continues:
        raise OverrideError(
            f"a {sampling.method.value} of {len(own) // sampling.replicates} points can't be continued: it is made for "
            "one number of points. Sobol and Halton sequences can; start a new sweep with "
            f"{sweeper('sample.method').to('sobol')}"
        )
    whole = drawn(own.joint.axes, sampling, max(count * sampling.replicates, len(own)))
    for axis, again in zip(own.axes, whole.axes, strict=True):
        if [axis.values.value(i) for i in range(len(axis))] != [again.values.value(i) for i in range(len(axis))]:
            raise UsageError(
                f"the points of this run can't be drawn again: this SciPy gives other values of {axis.name}. Extend it "
                f"with the SciPy that made it ({Command('show')})"
            )
    axes = tuple(_typed(axis, sweep, configs, {}) for axis in whole.axes)
    return replace(
        whole,
        axes=tuple(
            replace(axis, kind=own_axis.kind.join(axis.kind)) for axis, own_axis in zip(axes, own.axes, strict=True)
        ),
    )


def _more_points(
    parsed: HydraOverride,
    swept: ZipSweep,
    sweep: Sweep,
    configs: Sequence[DictConfig],
    rows: _Rows,
    base: Path,
) -> Dimension:
    """Those of the points of a zip that aren't there yet, numbered on."""
    name = axis_name(parsed.get_key_element())
    own = next((one for one in sweep.grid.dimensions if one.name == name and one.joint), None)
    members = {axis_name(member.get_key_element().lstrip("+~")): member for member in zip_members(Grammar(), swept)}
    if own is None or own.joint is None or set(members) != set(own.joint.axes):
        joint = [f"{one.name}=zip({'=…,'.join(one.axes)}=…)" for one in sweep.grid.joint]
        raise OverrideError(
            f"{parsed.input_line!r} names no axes of this sweep that move together; "
            + (f"there are {', '.join(joint)}" if joint else "none do")
        )
    selecting = {override.axis for override in sweep.overrides if override.selects}
    axes = tuple(
        axis_of(axis.name, members[axis.name], is_group=axis.name in selecting, base=base, like=axis.values)
        for axis in own.axes
    )
    overridden = {override.axis for override in sweep.overrides}
    axes = tuple(
        axis if axis.name in overridden else like_axis(axis, known.values)  # given in Python
        for axis, known in zip(axes, own.axes, strict=True)
    )
    given = Dimension(name=name, axes=axes, joint=replace(own.joint, first=0))
    grid_of([given])  # of one length
    refuse_repeated_points(given, str(parsed.input_line))
    if not selecting.intersection(own.joint.axes):  # else which config a point needs may be unknown yet: its task tells
        given = replace(given, axes=tuple(_typed(axis, sweep, configs, rows) for axis in given.axes))
    return join_new_points(own, given)


def _whole_number(parsed: HydraOverride, what: str) -> int:
    value = parsed.value()
    if parsed.is_sweep_override() or not isinstance(value, int):
        raise OverrideError(f"{parsed.input_line!r}: {what} is one number")
    return value


def _combinations(manifest: Manifest, design: Grid) -> Iterator[tuple[str, ...]]:
    """The texts of the values of the composition axes, for each combination of their points, leftmost slowest."""
    axes = [axis for axis in design.axes if axis.name in manifest.composition_axes]
    for indices in design.combinations(manifest.composition_axes):
        yield tuple(axis.values.text(index) for axis, index in zip(axes, indices, strict=True))


def _rows(
    manifest: Manifest, grid: Grid, known: Mapping[tuple[str, ...], int], configs: int
) -> dict[str, list[set[int]]]:
    """For axes that move together with choices of config groups: the indices that each config meets."""
    chosen = list(grid.combinations(manifest.composition_axes))
    texts = _combinations(manifest, grid)
    return rows_of_configs(grid, manifest.composition_axes, chosen, [known.get(one, configs) for one in texts])


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
