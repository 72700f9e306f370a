"""Options of the launcher that depend on the task: which tasks need the same."""

import pickle
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
from omegaconf import DictConfig, OmegaConf

from sweeprun.config.application import in_job, resolve_key
from sweeprun.config.frozen import ConfigDeriver
from sweeprun.config.launcher_options import has_effect
from sweeprun.config.launcher_schema import KEY, NOT_OF_LAUNCHERS, known_options
from sweeprun.design.grid import Grid
from sweeprun.design.overrides import keys_overlap
from sweeprun.design.task_ids import TaskIds
from sweeprun.design.tasks import Block
from sweeprun.errors import ConfigError
from sweeprun.store.manifest import Manifest

_WORD = re.compile(r"[A-Za-z_][\w.\[\]]*")
_OPAQUE = re.compile(r"\$\{\s*[.$]")
"""A relative reference, or one whose first part is itself computed."""

_RESOLVER = re.compile(r"\$\{\s*([\w.]+)\s*:")
_PURE_RESOLVERS = frozenset({"oc.env", "oc.decode", "oc.create", "oc.select", "oc.dict.keys", "oc.dict.values"})
_ESCAPED = re.compile(r"(?<!\\)(?:\\\\)*\\\$\{")
"""What begins no interpolation, as its ``$`` is escaped: for bash, say."""

_OF_HYDRA = re.compile(r"\$\{\s*hydra\s*:\s*")
"""What is read of Hydra's own config by its resolver, which is the same as by the key ``hydra.…``."""

_OF_TASKS = (
    *("hydra.job.num", "hydra.job.id", "hydra.job.override_dirname", "hydra.overrides.task"),
    "hydra.runtime.output_dir",
)
"""What differs between any two tasks."""


def options_of_tasks(compositions: Sequence[tuple[bytes, bytes]], launcher: str) -> tuple[str, ...]:
    """The options of a launcher that may depend on the task: those that refer to anything, or differ between configs.

    Parameters
    ----------
    compositions
        The configs of a run, as `ConfigDeriver` takes them.
    launcher
        The name of the run's launcher; configs of another one have no options for it.
    """
    nodes = (OmegaConf.select(pickle.loads(full), KEY) for _, full in compositions)
    texts: list[dict[str, Any]] = [_container(node) if OmegaConf.is_dict(node) else {} for node in nodes]
    if any(own.get("name", launcher) != launcher for own in texts):
        return ()
    every = dict.fromkeys(name for own in texts for name in own)
    names = [name for name in every if name not in NOT_OF_LAUNCHERS and has_effect(launcher, name)]
    found = tuple(
        name
        for name in names
        if any("${" in _ESCAPED.sub("", text) for own in texts for text in _strings(own.get(name)))
        or any(own.get(name) != texts[0].get(name) for own in texts[1:])
    )
    known = known_options(launcher) or names
    return found if set(found) <= set(known) else tuple(names)  # those of another launcher become parts of any


def options_by_tasks(
    manifest: Manifest, compositions: Sequence[tuple[bytes, bytes]], names: Collection[str], *, first_id: int = 0
) -> list[tuple[dict[str, Any], TaskIds]]:
    """Options ``hydra.launcher`` of tasks: each distinct set of them with the tasks that need it.

    They are resolved in the config of a task, once for each combination of the axes that they can depend on.

    Parameters
    ----------
    manifest, compositions
        The run, and its configs as `ConfigDeriver` takes them.
    names
        Which options; without any, all tasks need the same.
    first_id
        The tasks of the block that begins here, and of all later ones, are looked at.

    Raises
    ------
    ConfigError
        If they can't be resolved.
    """
    if not names:
        return [({}, manifest.table.selected(first_id))]
    deriver = ConfigDeriver(manifest, compositions)
    keys = [f"{KEY}.{name}" for name in names]
    found: list[tuple[dict[str, Any], set[int]]] = []
    for block in manifest.table.blocks:
        if block.first_id >= first_id:
            for options, task_ids in _options_in_block(manifest, deriver, block, keys):
                same = next((known for known_options, known in found if known_options == options), None)
                if same is None:
                    found.append((options, set(task_ids)))
                else:
                    same.update(task_ids)
    return [(options, TaskIds.of(task_ids)) for options, task_ids in found]


def _options_in_block(
    manifest: Manifest, deriver: ConfigDeriver, block: Block, keys: Sequence[str]
) -> Iterator[tuple[dict[str, Any], list[int]]]:

    def config_at(position: int) -> DictConfig:
        return deriver.derive_full(manifest.table.task(block.first_id + position))

    names = [axis.name for axis in block.design.axes]
    selecting = {names.index(name) for name in manifest.composition_axes}
    composed, _ = _combinations(block.design, selecting)
    deciding = selecting.union(*(_deciding_axes(manifest, names, config_at(position), keys) for position in composed))
    firsts, combination = _combinations(block.design, deciding)
    distinct: list[dict[str, Any]] = []
    group_of = np.empty(len(firsts), dtype=np.int64)
    for number, position in enumerate(firsts):
        options = _resolved(config_at(position), keys)
        if options not in distinct:
            distinct.append(options)
        group_of[number] = distinct.index(options)
    groups = group_of[combination]
    selected = manifest.table.selected_mask()[block.first_id : block.first_id + len(groups)]
    for number, options in enumerate(distinct):
        task_ids = np.flatnonzero((groups == number) & selected) + block.first_id
        if len(task_ids):
            yield options, task_ids.tolist()


def _combinations(design: Grid, places: Collection[int]) -> tuple[list[int], np.ndarray]:
    """The combinations of some axes: the first position of each, and which one each position has."""
    number = np.zeros(len(design), dtype=np.int64)
    positions = np.arange(len(design))
    stride = len(design)
    names = {design.axes[place].name for place in places}
    for dimension in design.dimensions:
        stride //= len(dimension)
        if names.intersection(axis.name for axis in dimension.axes):
            number = number * len(dimension) + positions // stride % len(dimension)
    _, firsts, inverse = np.unique(number, return_index=True, return_inverse=True)
    return firsts.tolist(), inverse.reshape(-1)


def _resolved(config: DictConfig, keys: Sequence[str]) -> dict[str, Any]:
    """Options as a task needs them; one that its config doesn't have is left out."""
    own = [key.rpartition(".")[2] for key in keys if key.rpartition(".")[2] in config.hydra.launcher]
    with in_job(config):
        return {name: option_value(config, name) for name in own}


def option_value(config: DictConfig, name: str) -> Any:
    """The value of an option of a launcher, with all interpolations in it.

    One of another launcher may refer to what isn't there: then it is as it was written, as it may well have no effect.

    Raises
    ------
    ConfigError
        If it can't be resolved.
    """
    try:
        return resolve_key(config, f"{KEY}.{name}")
    except ConfigError:
        if name in (known_options(str(config.hydra.launcher.get("name"))) or (name,)):
            raise
        return _container(config.hydra.launcher).get(name)


def _deciding_axes(manifest: Manifest, names: Sequence[str], config: DictConfig, keys: Sequence[str]) -> set[int]:
    """The places of the axes that the options can depend on: those whose keys they refer to, directly or not.

    Where that can't be told (a relative reference, a resolver that may read anything), all of them.
    """
    references = list(_references(config, keys))
    if None in references:
        return set(range(len(names)))
    return {
        names.index(override.axis)
        for override in manifest.overrides
        if override.axis is not None and any(key is not None and keys_overlap(override.key, key) for key in references)
    }


def _references(config: DictConfig, keys: Sequence[str]) -> Iterator[str | None]:
    """Every key that the options may refer to, followed from key to key; None for one that can't be told.

    Any word of a text with an interpolation may be a key, so that nested ones (``${memory.${size}}``) need no grammar.
    """
    waiting = list(keys)
    seen: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key in seen:
            continue
        seen.add(key)
        yield None if any(keys_overlap(key, of_tasks) for of_tasks in _OF_TASKS) else key
        for written in (_ESCAPED.sub("", text) for text in _texts(config, key)):
            if "${" in written:
                text = _OF_HYDRA.sub("${hydra.", written)
                if _OPAQUE.search(text) or not set(_RESOLVER.findall(text)) <= _PURE_RESOLVERS:
                    yield None
                waiting.extend(word.replace("[", ".").replace("]", "").rstrip(".") for word in _WORD.findall(text))


def _texts(config: DictConfig, key: str) -> Iterator[str]:
    """The texts at and below a key, unresolved."""
    parent, _, last = key.rpartition(".")
    holder = OmegaConf.select(config, parent) if parent else config
    if not OmegaConf.is_config(holder):
        return
    container = _container(holder)
    yield from _strings(container.get(last) if isinstance(container, dict) else container)


def _container(node: Any) -> Any:
    """A config as plain containers, unresolved."""
    return OmegaConf.to_container(node, resolve=False) if OmegaConf.is_config(node) else node


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
