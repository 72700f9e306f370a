"""Names for dimensions of results as configs give them beside the task, ``dims``, and what is along them: ``coords``.

A ``dims`` that holds nothing but numbers is a parameter of the study, and left alone.
"""

import pickle
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from omegaconf import DictConfig, OmegaConf, ValueNode
from omegaconf.errors import OmegaConfBaseException

from sweeprun.config.frozen import apply_override, config_steps
from sweeprun.design.grid import Grid
from sweeprun.design.overrides import Override
from sweeprun.design.result_dims import Dims, check_coords, checked_dims, is_of_numbers, named
from sweeprun.errors import OverrideError
from sweeprun.store.object_values import Unstorable
from sweeprun.store.result_names import Labels, ResultNames, check_labels

DIMS = "dims"
COORDS = "coords"


def names_in(config: DictConfig, axes: Collection[str] = ()) -> ResultNames:
    """The names that one task's config gives; none if its ``dims`` is something else, which holds numbers.

    Raises
    ------
    OverrideError
        If they can't be names.
    """
    dims = _dims_in(config, axes)
    names = ResultNames(dims=dims, labels=labels_in(config, dims))
    check_labels(names.labels)
    return names


def misspelt_in(config: DictConfig) -> tuple[str, ...]:
    """What to say of keys beside the task that may be meant as ``dims`` or ``coords``, and do nothing."""
    found = []
    if DIMS not in config and _maps_to_names(_node(config, "dim")):
        found.append("`dim` in the config maps to names; did you mean `dims`, which names the dimensions of results?")
    if COORDS not in config and OmegaConf.is_dict(coord := _node(config, "coord")):
        given = _node(config, DIMS) if DIMS in config else _node(config, "dim")
        names = named(_quietly(given))
        if any(key in names for key in coord):
            found.append("`coord` in the config has dimensions of results; did you mean `coords`, which labels them?")
    return tuple(found)


def _maps_to_names(node: Any) -> bool:
    return OmegaConf.is_dict(node) and bool(_quietly(node))


def _quietly(node: Any) -> Dims:
    """Names as a config has them; none if they can't be any."""
    try:
        given = OmegaConf.to_container(node, resolve=True) if OmegaConf.is_dict(node) else None
        return {} if is_of_numbers(given) else checked_dims(given, ())
    except (OmegaConfBaseException, ValueError, TypeError, KeyError, OverrideError):
        return {}


def dims_of_configs(configs: Sequence[bytes], overrides: Sequence[Override], grid: Grid) -> Dims:
    """The names that are the same in all tasks of a sweep.

    Parameters
    ----------
    configs
        Its composed configs, pickled, before any override that follows an axis.
    overrides
        All overrides.
    grid
        Its points.

    Raises
    ------
    OverrideError
        If they can't be names, or are not the same in all tasks.
    """
    steps = [step for step in config_steps(overrides) if step.key.partition(".")[0] in (DIMS, COORDS)]
    swept = [step.axis for step in steps if step.axis is not None and step.key.partition(".")[0] == DIMS]
    dims: dict[str, tuple[str, ...]] = {}
    for config in _first_points(configs, steps, grid):
        own = _dims_in(config, grid.names())
        if own and swept:
            raise OverrideError(f"{swept[0]} is an axis, and the names of dimensions are the same in all tasks")
        for result, names in own.items():
            if dims.setdefault(result, names) != names:
                raise OverrideError(
                    f"dims.{result} is [{', '.join(dims[result])}] in one of the composed configs and "
                    f"[{', '.join(names)}] in another; the names of dimensions are the same in all tasks"
                )
    return dims


def _first_points(configs: Sequence[bytes], steps: Sequence[Override], grid: Grid) -> Iterator[DictConfig]:
    """The configs that may name dimensions, with what overrides do to these at the first point."""
    values = {axis.name: axis.values for axis in grid.axes}
    for pickled in configs:
        if steps or DIMS.encode() in pickled:
            config: DictConfig = pickle.loads(pickled)
            for step in steps:
                value = step.value if step.axis is None else values[step.axis].value(0)
                apply_override(config, step.operation, step.key, value)
            yield config


def _dims_in(config: DictConfig, axes: Collection[str]) -> Dims:
    if DIMS not in config:
        return {}
    given = _plain(config, DIMS)
    if is_of_numbers(given):
        return {}
    dims = checked_dims(given, axes)
    if COORDS in config:
        coords = config[COORDS]
        check_coords(dict.fromkeys(coords) if OmegaConf.is_dict(coords) else coords, dims)
    return dims


def labels_in(config: Any, dims: Dims) -> dict[str, Labels]:
    """What a task's config has along named dimensions: in ``coords``, or as a list that is called like one of them."""
    coords = _node(config, COORDS)
    labels: dict[str, Labels] = {}
    for dim in named(dims):
        if OmegaConf.is_dict(coords) and dim in list(coords):
            labels[dim] = Labels(values=_resolved(coords, dim))
        elif OmegaConf.is_list(_node(config, dim)):
            labels[dim] = Labels(values=_resolved(config, dim), given=False)
    return labels


def _node(config: Any, key: str) -> Any:
    """What a config has under a key; None if nothing, or it can't be resolved."""
    try:
        return config.get(key)
    except (OmegaConfBaseException, ValueError, TypeError, KeyError):
        return None


def _resolved(node: Any, key: str) -> Any:
    try:
        return _plain(node, key)
    except OverrideError as error:
        return Unstorable(str(error))


def _plain(node: Any, key: str) -> Any:
    """A value of a config as Python has it."""
    try:
        value = node[key]
        if not OmegaConf.is_config(value):
            return value
        if (plain := _plain_values(value)) is not None:
            return plain
        return OmegaConf.to_container(value, resolve=True, throw_on_missing=True)
    except (OmegaConfBaseException, ValueError, TypeError, KeyError) as error:
        reason = str(error).partition("\n")[0]
        raise OverrideError(f"{key} can't be resolved: {reason}") from error


def _plain_values(node: Any) -> list[Any] | None:
    """The values of a list of numbers, which OmegaConf itself takes a hundred times as long for; None of another."""
    content = node._content if OmegaConf.is_list(node) else None
    if not isinstance(content, list):
        return None
    values = [item._value() if isinstance(item, ValueNode) else None for item in content]
    return values if all(type(value) in (int, float) for value in values) else None
