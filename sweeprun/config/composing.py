"""Compose once per combination of config-group choices, type-check every value of every axis, and freeze."""

import itertools
import pickle
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import reduce
from pathlib import PurePath
from typing import Any

from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import InterpolationKeyError, OmegaConfBaseException

from sweeprun.config.application import Application, resolve_key
from sweeprun.config.frozen import Composition, apply_override, config_steps, freeze
from sweeprun.config.sweeps import MEMBER, Sweep, axis_name, member_axis, parse_sweep, plain_label
from sweeprun.design.axes import Axis, LabelKind
from sweeprun.design.grid import Grid
from sweeprun.design.overrides import Operation, Override, keys_overlap
from sweeprun.design.selection import Expression, Selection
from sweeprun.design.streams import Streams
from sweeprun.design.tasks import TaskTable
from sweeprun.design.values import AxisValues, Choice, Files, Scalar, Value
from sweeprun.errors import OverrideError

_TARGET = re.compile(r"""^[ -]*_target_: ['"]?([A-Za-z_][\w.]*)""", re.MULTILINE)
_CHECKED_ENDS = 64
"""Of a range longer than twice this, so many values at each end are set on trial: all its values are of one type."""


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


def compose_sweep(application: Application, sweep_config: DictConfig) -> ComposedSweep:
    """Turn a composed sweep config (``hydra.mode=MULTIRUN``) into tasks and frozen configs.

    Raises
    ------
    OverrideError, ConfigError
        If a config can't be composed, or a value of any axis is refused by any of them.
    """
    options = sweep_config.hydra.sweeper
    resolve_key(sweep_config, "hydra.sweep.dir")
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
        Streams(root_seed=options.root_seed, shared_by=shared_by),
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
    return application.compose([*overrides, "hydra.mode=MULTIRUN"], RunMode.MULTIRUN)


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
                    f"hydra.sweeper.{name} has {text!r}, which is no condition over the axes such as "
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
        raise OverrideError("both hydra.sweeper.members and an override make an axis named 'member'; keep one of them")
    overrides = sweep.overrides
    if MEMBER in config:
        overrides = (*overrides, Override(operation=Operation.CHANGE, key=MEMBER, axis=MEMBER))
    return Sweep(grid=replace(sweep.grid, axes=(*sweep.axes, member_axis(members))), overrides=overrides)


def type_axis(
    axis: Axis,
    configs: Sequence[DictConfig],
    sweep: Sweep,
    rows: Mapping[str, Sequence[Collection[int]]],
    *,
    is_joint: bool,
) -> Axis:
    """An axis with its values checked against every config, and labelled as the configs type them.

    Parameters
    ----------
    axis
        The axis, as it was parsed.
    configs
        The composed configs.
    sweep
        All axes and overrides.
    rows
        For axes that move together with choices of config groups: the indices that each config meets.
    is_joint
        Whether it moves with others, and so may have a value twice.

    Raises
    ------
    OverrideError
        If a value doesn't fit, or is there twice on an axis that doesn't move with others.
    """
    override = next((override for override in sweep.overrides if override.axis == axis.name), None)
    if override is None or override.selects:
        if not is_joint:
            _refuse_repetition(axis)
        return axis
    labels: dict[int, Scalar] = {}
    kinds = []
    for number, config in enumerate(configs):
        met = {name: sorted(own[number]) for name, own in rows.items() if number < len(own) and own[number]}
        first = {name: own[0] for name, own in met.items()}
        found = _trial(axis, override, config, sweep, met.get(axis.name, _checked(axis.values)), first)
        kinds.append(LabelKind.of(found.values()))
        labels = found | labels
    values, kind = axis.values, reduce(LabelKind.join, kinds)
    if isinstance(values, Files):
        kind = LabelKind.TEXT
    elif isinstance(values, Choice):
        values = replace(values, labels=tuple(labels[index] for index in range(len(values))))
    typed = Axis(name=axis.name, values=values, kind=kind)
    if not is_joint:
        _refuse_repetition(typed)
    return typed


def _trial(
    axis: Axis,
    override: Override,
    config: DictConfig,
    sweep: Sweep,
    indices: Iterable[int],
    first: Mapping[str, int],
) -> dict[int, Scalar]:
    """Set values of an axis on a copy of a config; the labels as the config types them.

    Scalars that change a key which nothing else touches are set one after the other on the same copy; anything else
    starts from a fresh one.
    """
    labels: dict[int, Scalar] = {}
    trial: DictConfig | None = None
    alone = not any(
        step is not override and keys_overlap(step.key, override.key) for step in config_steps(sweep.overrides)
    )
    for index in indices:
        value, text = axis.values.value(index), axis.values.text(index)
        reusable = alone and override.operation is not Operation.ADD and not isinstance(value, dict | list)
        try:
            if trial is None or not reusable:
                trial, label = _first_point(config, sweep, axis, index, first)
            else:
                apply_override(trial, override.operation, override.key, value)
                label = _label(trial, override.key, value, text)
        except _RefusedError:
            raise
        except Exception as error:  # whatever OmegaConf raises, the value caused it
            raise OverrideError(_refusal(override, text, error, config)) from error
        labels[index] = label
        if isinstance(value, str) and "${" in value and "${hydra:" not in value:
            _check_interpolation(trial, override, text)
    return labels


class _RefusedError(OverrideError):
    """A value that a config refuses, told already."""


def _first_point(
    config: DictConfig, sweep: Sweep, axis: Axis, index: int, first: Mapping[str, int]
) -> tuple[DictConfig, Scalar]:
    """A copy of a config with one axis, and those that move with it, at ``index``, the others at their first values.

    It comes with what the config made of the value.

    A later override may hide what the axis set, so its label is taken at its own turn.
    """
    trial: DictConfig = pickle.loads(pickle.dumps(config))
    together = {name for joint in sweep.grid.joint if axis.name in joint.axes for name in joint.axes}
    places = {
        other.name: (other.values, index if other.name in together else first.get(other.name, 0))
        for other in sweep.axes
    } | {axis.name: (axis.values, index)}
    label: Scalar = None
    for step in config_steps(sweep.overrides):
        values, place = places[step.axis] if step.axis else (None, 0)
        value = values.value(place) if values else step.value
        try:
            apply_override(trial, step.operation, step.key, value)
        except Exception as error:  # of this step, whatever axis is on trial
            raise _RefusedError(_refusal(step, values.text(place) if values else step.text, error, config)) from error
        if values and step.axis == axis.name:
            label = _label(trial, step.key, value, values.text(place))
    return trial, label


def _check_interpolation(config: DictConfig, override: Override, text: str) -> None:
    """Refuse a swept interpolation of a key that isn't there; resolvers may need what only a worker has."""
    try:
        OmegaConf.select(config, override.key)
    except InterpolationKeyError as error:
        raise OverrideError(f"{override.written(text)} can't be resolved: {str(error).splitlines()[0]}") from error
    except Exception:  # noqa: BLE001  # told by the task itself, with its traceback
        return


def _checked(values: AxisValues) -> Iterator[int]:
    count = len(values)
    if isinstance(values, Choice) or count <= 2 * _CHECKED_ENDS:
        return iter(range(count))
    return itertools.chain(range(_CHECKED_ENDS), range(count - _CHECKED_ENDS, count))


def _label(config: DictConfig, key: str, value: Value, text: str) -> Scalar:
    """What a config made of a value, as a coordinate."""
    parent, _, last = key.rpartition(".")
    try:
        node = OmegaConf.select(config, parent) if parent else config
        hidden = not OmegaConf.is_config(node) or OmegaConf.is_interpolation(node, last)
        found = None if hidden else OmegaConf.select(config, key)
    except (OmegaConfBaseException, ValueError, TypeError):
        found = None
    if isinstance(found, Enum):
        return found.name
    if isinstance(found, PurePath):
        return str(found)
    if isinstance(found, bool | int | float | str):
        return found
    return plain_label(value, text)


def _refuse_repetition(axis: Axis) -> None:
    if not isinstance(axis.values, Choice):
        return
    seen: set[Scalar] = set()
    for index in range(len(axis)):
        label = axis.coordinate(index)
        if label in seen:
            raise OverrideError(
                f"axis {axis.name!r} has the value {axis.values.text(index)} twice; a coordinate must name one task. "
                "For replicates, use hydra.sweeper.members=N"
            )
        seen.add(label)


def _refusal(override: Override, text: str, error: Exception, config: DictConfig) -> str:
    """Why a value was refused, in one message."""
    from difflib import get_close_matches

    written = override.written(text)
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    message = f"{written} does not fit the config: {reason}"
    if "is not in struct" in reason:
        wanted = reason.split("'")[1]
        parent = ".".join(itertools.takewhile(lambda part: part != wanted, override.key.split(".")))
        holder = OmegaConf.select(config, parent) if parent else config
        known = [str(name) for name in holder if name != "hydra"] if OmegaConf.is_dict(holder) else []
        close = get_close_matches(wanted, known, n=1)
        where = parent or "the config"
        hint = f"Did you mean {close[0]!r}?" if close else f"{where} has the keys: {', '.join(known) or 'none'}."
        message += f". {hint} To add a key, write +{written}"
    return message


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
