"""The values of an axis as configs type them: each is set on trial, so what doesn't fit is found beforehand."""

import itertools
import pickle
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import reduce
from pathlib import PurePath

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import InterpolationKeyError, OmegaConfBaseException

from sweeprun.config.frozen import apply_override, config_steps
from sweeprun.config.omegaconf_errors import missing_key
from sweeprun.config.parse_sweep import Sweep, plain_label
from sweeprun.config.pickled_configs import dump_config
from sweeprun.design.axes import Axis
from sweeprun.design.label_kinds import LabelKind, label_key
from sweeprun.design.overrides import Operation, Override, keys_overlap
from sweeprun.design.scalars import Scalar, Value
from sweeprun.design.values import AxisValues
from sweeprun.errors import OverrideError
from sweeprun.wording import sweeper

_CHECKED_ENDS = 64
"""Of a range longer than twice this, so many values at each end are set on trial: all its values are of one type."""


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
    values, kind = axis.values.labelled(labels, reduce(LabelKind.join, kinds))
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
    frozen = dump_config(config)
    for index in indices:
        value, text = axis.values.value(index), axis.values.text(index)
        reusable = alone and override.operation is not Operation.ADD and not isinstance(value, dict | list)
        try:
            if trial is None or not reusable:
                trial = pickle.loads(frozen)
                label = _set_first_point(trial, sweep, axis, index, first)
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


def _set_first_point(trial: DictConfig, sweep: Sweep, axis: Axis, index: int, first: Mapping[str, int]) -> Scalar:
    """Set one axis, and those that move with it, at ``index``, the others at their first values; the axis's label.

    A later override may hide what the axis set, so its label is taken at its own turn.
    """
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
            raise _RefusedError(_refusal(step, values.text(place) if values else step.text, error, trial)) from error
        if values and step.axis == axis.name:
            label = _label(trial, step.key, value, values.text(place))
    return label


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
    if values.are_listed or count <= 2 * _CHECKED_ENDS:
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
    if not axis.values.are_listed:
        return
    seen: set[Scalar] = set()
    for index in range(len(axis)):
        label = label_key(axis.coordinate(index))
        if label in seen:
            raise OverrideError(
                f"axis {axis.name!r} has the value {axis.values.text(index)} twice; a coordinate must name one task. "
                f"For replicates, use {sweeper('members').to('N')}"
            )
        seen.add(label)


def _refusal(override: Override, text: str, error: Exception, config: DictConfig) -> str:
    """Why a value was refused, in one message."""
    from difflib import get_close_matches

    written = override.written(text)
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    message = f"{written} does not fit the config: {reason}"
    if (missing := missing_key(error)) is not None:
        wanted = missing.key
        parent = ".".join(itertools.takewhile(lambda part: part != wanted, override.key.split(".")))
        holder = OmegaConf.select(config, parent) if parent else config
        known = [str(name) for name in holder if name != "hydra"] if OmegaConf.is_dict(holder) else []
        close = get_close_matches(wanted, known, n=1)
        where = parent or "the config"
        hint = f"Did you mean {close[0]!r}?" if close else f"{where} has the keys: {', '.join(known) or 'none'}."
        message = f"{message.partition('. Did you mean')[0]}. {hint} To add a key, write +{written}"
    return message
