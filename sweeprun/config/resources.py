"""Options of the launcher that depend on the task: which tasks need the same."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
from omegaconf import DictConfig, OmegaConf

from sweeprun.config.application import resolve_job_key
from sweeprun.config.frozen import ConfigDeriver
from sweeprun.design.grid import Grid
from sweeprun.design.overrides import keys_overlap
from sweeprun.design.task_ids import TaskIds
from sweeprun.design.tasks import Block
from sweeprun.store.manifest import Manifest

KEY = "hydra.launcher.sbatch"
_WORD = re.compile(r"[A-Za-z_][\w.\[\]]*")
_OPAQUE = re.compile(r"\$\{\s*[.$]")
"""A relative reference, or one whose first part is itself computed."""

_RESOLVER = re.compile(r"\$\{\s*([\w.]+)\s*:")
_PURE_RESOLVERS = frozenset({"oc.env", "oc.decode", "oc.create", "oc.select", "oc.dict.keys", "oc.dict.values"})


def options_by_tasks(
    manifest: Manifest, compositions: Sequence[tuple[bytes, bytes]], *, first_id: int = 0
) -> list[tuple[dict[str, Any], TaskIds]]:
    """The options ``hydra.launcher.sbatch`` of tasks: each distinct set of them with the tasks that need it.

    They are resolved in the config of a task, once for each combination of the axes that they can depend on.

    Parameters
    ----------
    manifest, compositions
        The run, and its configs as `ConfigDeriver` takes them.
    first_id
        The tasks of the block that begins here, and of all later ones, are looked at.

    Raises
    ------
    ConfigError
        If they can't be resolved.
    """
    deriver = ConfigDeriver(manifest, compositions)
    found: list[tuple[dict[str, Any], set[int]]] = []
    for block in manifest.table.blocks:
        if block.first_id >= first_id:
            for options, task_ids in _options_in_block(manifest, deriver, block):
                same = next((known for known_options, known in found if known_options == options), None)
                if same is None:
                    found.append((options, set(task_ids)))
                else:
                    same.update(task_ids)
    return [(options, TaskIds.of(task_ids)) for options, task_ids in found]


def _options_in_block(
    manifest: Manifest, deriver: ConfigDeriver, block: Block
) -> Iterator[tuple[dict[str, Any], list[int]]]:

    def config_at(position: int) -> DictConfig:
        return deriver.derive_full(manifest.table.task(block.first_id + position))

    names = [axis.name for axis in block.design.axes]
    selecting = {names.index(name) for name in manifest.composition_axes}
    composed, _ = _combinations(block.design, selecting)
    deciding = selecting.union(*(_deciding_axes(manifest, names, config_at(position)) for position in composed))
    firsts, combination = _combinations(block.design, deciding)
    distinct: list[dict[str, Any]] = []
    group_of = np.empty(len(firsts), dtype=np.int64)
    for number, position in enumerate(firsts):
        options = _resolved(config_at(position))
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


def _resolved(config: DictConfig) -> dict[str, Any]:
    return {str(name): value for name, value in (resolve_job_key(config, KEY) or {}).items()}


def _deciding_axes(manifest: Manifest, names: Sequence[str], config: DictConfig) -> set[int]:
    """The places of the axes that the options can depend on: those whose keys they refer to, directly or not.

    Where that can't be told (a relative reference, a resolver that may read anything), all of them.
    """
    keys = list(_references(config))
    if None in keys:
        return set(range(len(names)))
    return {
        names.index(override.axis)
        for override in manifest.overrides
        if override.axis is not None and any(key is not None and keys_overlap(override.key, key) for key in keys)
    }


def _references(config: DictConfig) -> Iterator[str | None]:
    """Every key that the options may refer to, followed from key to key; None for one that can't be told.

    Any word of a text with an interpolation may be a key, so that nested ones (``${memory.${size}}``) need no grammar.
    """
    waiting = [KEY]
    seen: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key in seen:
            continue
        seen.add(key)
        yield key
        for text in _texts(config, key):
            if "${" in text:
                if _OPAQUE.search(text) or not set(_RESOLVER.findall(text)) <= _PURE_RESOLVERS:
                    yield None
                waiting.extend(word.replace("[", ".").replace("]", "").rstrip(".") for word in _WORD.findall(text))


def _texts(config: DictConfig, key: str) -> Iterator[str]:
    """The texts at and below a key, unresolved."""
    parent, _, last = key.rpartition(".")
    holder = OmegaConf.select(config, parent) if parent else config
    if not OmegaConf.is_config(holder):
        return
    container = OmegaConf.to_container(holder, resolve=False)
    yield from _strings(container.get(last) if isinstance(container, dict) else container)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
