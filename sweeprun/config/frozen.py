"""Frozen configs: what was composed at submission, and how a worker derives one task's config from it.

A worker needs neither ``conf/`` nor Hydra: it unpickles a fresh copy (0.05 ms, where a deep copy takes 0.4 ms) and sets
the task's values, so interpolations stay live. Hydra's own node is derived only if something asks for it.
"""

import os
import pickle
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from omegaconf import DictConfig, OmegaConf, open_dict

from sweeprun.config.own_resolvers import register_resolver
from sweeprun.config.pickled_configs import dump_config
from sweeprun.design.overrides import Operation, Override
from sweeprun.design.scalars import Value
from sweeprun.design.tasks import Task
from sweeprun.errors import FormatError, OverrideError
from sweeprun.imports import ImportHook, loaded
from sweeprun.store.directory import RunDirectory
from sweeprun.store.extensions import config_tokens
from sweeprun.store.files import create_file, read_large_file
from sweeprun.store.manifest import Manifest
from sweeprun.store.short_repr import brief

FORMAT = "sweeprun-configs"
VERSION = 1
_HYDRA_CONFIG = "hydra.core.hydra_config"
_OUTPUT_DIR = "sweeprun.output_dir"
"""The resolver behind ``hydra.runtime.output_dir``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """One composed config, before any override that follows an axis.

    Attributes
    ----------
    task, full
        The pickled config without and with the ``hydra`` node.
    text
        The config as YAML, interpolations unresolved.
    """

    task: bytes
    full: bytes
    text: str


def freeze(config: DictConfig) -> Composition:
    """Freeze what Hydra composed for a job, the ``hydra`` node included.

    Raises
    ------
    ConfigError
        If something in it can't be pickled.
    """
    full = dump_config(config)
    task = pickle.loads(full)
    OmegaConf.set_readonly(task, None)
    with open_dict(task):
        del task["hydra"]
    return Composition(task=dump_config(task), full=full, text=OmegaConf.to_yaml(task))


def freeze_arguments(constants: Mapping[str, Any]) -> Composition:
    """The config of functions that are called by keywords: empty, as their arguments are not taken from it.

    People read in it which arguments are the same in all tasks; workers have them with the function.
    """
    empty = pickle.dumps(OmegaConf.create({}), protocol=pickle.HIGHEST_PROTOCOL)
    lines = [f"  {name}: {brief(name, value)}" for name, value in constants.items()]
    text = "\n".join(["# arguments that are the same in all tasks", *lines]) if lines else "# no arguments but the axes"
    return Composition(task=empty, full=empty, text="\n#".join(text.splitlines()) + "\n")


def write_configs(run: RunDirectory, compositions: Sequence[Composition]) -> None:
    """Write the frozen configs of a new run, for workers and for people."""
    write_frozen(run, [(composition.task, composition.full) for composition in compositions])
    create_file(run.config, _as_text(compositions))


def write_added_configs(run: RunDirectory, compositions: Sequence[Composition]) -> str:
    """Write the configs that an extension is to add; the token that it names them by."""
    token = os.urandom(6).hex()
    create_file(run.added_configs(token), _pickled([(added.task, added.full) for added in compositions]))
    create_file(run.added_config(token), _as_text(compositions))
    return token


def _as_text(compositions: Sequence[Composition]) -> bytes:
    return "---\n".join(composition.text for composition in compositions).encode("utf-8", "surrogateescape")


def freeze_text(text: str) -> tuple[bytes, bytes]:
    """A config that is only known as YAML, as `read_configs` gives configs; it has no ``hydra`` node."""
    frozen = pickle.dumps(OmegaConf.create(text), protocol=pickle.HIGHEST_PROTOCOL)
    return frozen, frozen


def write_frozen(run: RunDirectory, compositions: Sequence[tuple[bytes, bytes]]) -> None:
    """Write the frozen configs of a new run for workers, as `read_configs` gives them."""
    create_file(run.frozen_configs, _pickled(compositions))


def _pickled(compositions: Sequence[tuple[bytes, bytes]]) -> bytes:
    data = {"format": FORMAT, "version": VERSION, "compositions": list(compositions)}
    return pickle.dumps(data, protocol=pickle.HIGHEST_PROTOCOL)


def read_configs(run: RunDirectory) -> list[tuple[bytes, bytes]]:
    """The pickled configs of a run, without and with the ``hydra`` node, by number of the composition.

    Only workers may call this: reading a pickle runs what it says.

    Raises
    ------
    FormatError
        If the version is unknown.
    """
    compositions: list[tuple[bytes, bytes]] = []
    for path in (run.frozen_configs, *map(run.added_configs, config_tokens(run))):
        data = pickle.loads(read_large_file(path)[0])
        if (data.get("format"), data.get("version")) != (FORMAT, VERSION):
            raise FormatError(f"{path} has version {data.get('version')!r} and this sweeprun reads version {VERSION}")
        compositions.extend(data["compositions"])
    return compositions


class ConfigDeriver:
    """Derives the configs of a run's tasks, one after the other.

    Parameters
    ----------
    manifest
        What the run is.
    compositions
        Its pickled configs, as `read_configs` gives them.
    """

    def __init__(self, manifest: Manifest, compositions: Sequence[tuple[bytes, bytes]]) -> None:
        self._manifest = manifest
        self._compositions = compositions
        self._steps = config_steps(manifest.overrides)

    def derive(self, task: Task) -> DictConfig:
        """The config of one task: a fresh copy that nobody else sees."""
        config: DictConfig = pickle.loads(self._compositions[self._manifest.composition(task)][0])
        self._apply(config, task)
        return config

    @cached_property
    def has_hydra(self) -> bool:
        """Whether the configs have a ``hydra`` node: those that are only known as YAML don't."""
        return "hydra" in pickle.loads(self._compositions[0][1])

    def derive_full(self, task: Task) -> DictConfig:
        """The config of one task with its ``hydra`` node, as `hydra.core.hydra_config.HydraConfig` holds it."""
        config: DictConfig = pickle.loads(self._compositions[self._manifest.composition(task)][1])
        self._apply(config, task)
        hydra = config.hydra
        with open_dict(hydra):
            hydra.job.id = str(task.task_id)
            hydra.job.num = task.task_id
            if not self._manifest.job.composed_each:
                texts = self._manifest.override_texts(task)
                hydra.overrides.task = texts
                if not OmegaConf.is_interpolation(hydra.job, "override_dirname"):  # as it is from Hydra 1.4 on
                    hydra.job.override_dirname = override_dirname(texts, hydra.job.config.override_dirname)
        return config

    def _apply(self, config: DictConfig, task: Task) -> None:
        if not self._steps:
            return
        axes = self._manifest.table.block_of(task.task_id).design.axes
        values = {axis.name: axis.values.value(index) for axis, index in zip(axes, task.indices, strict=True)}
        for step in self._steps:
            apply_override(config, step.operation, step.key, values[step.axis] if step.axis else step.value)


def config_steps(overrides: Sequence[Override]) -> tuple[Override, ...]:
    """The overrides that a worker applies: from the first config key that follows an axis on, in order.

    Fixed overrides before it are in the composition; those after it may touch what it set.
    """
    on_keys = [override for override in overrides if not override.selects]
    first = next((i for i, override in enumerate(on_keys) if override.axis is not None), len(on_keys))
    return tuple(on_keys[first:])


def apply_override(config: DictConfig, operation: Operation, key: str, value: Value) -> None:
    """Apply one override to a composed config, with Hydra's rules.

    Raises
    ------
    OverrideError
        If the key isn't there (or, for an addition, is there already).
    omegaconf.errors.OmegaConfBaseException
        If the value doesn't fit the type of the key.
    """
    match operation:
        case Operation.CHANGE:
            OmegaConf.update(config, key, value, merge=True)
        case Operation.FORCE_ADD:
            OmegaConf.update(config, key, value, merge=True, force_add=True)
        case Operation.ADD:
            if not isinstance(value, dict | list) and OmegaConf.select(config, key, throw_on_missing=False) is not None:
                raise OverrideError(f"can't add {key!r}: it is there already; write {key}=… or ++{key}=…")
            OmegaConf.update(config, key, value, merge=True, force_add=True)
        case Operation.DELETE:
            _delete(config, key, value)


def _delete(config: DictConfig, key: str, value: Value) -> None:
    found = OmegaConf.select(config, key, throw_on_missing=False)
    if found is None:
        raise OverrideError(f"can't delete {key!r}: it does not exist")
    if value is not None and value != found:
        raise OverrideError(f"can't delete {key!r}: its value is {found} and not {value}")
    parent, _, last = key.rpartition(".")
    with open_dict(config):
        node = OmegaConf.select(config, parent) if parent else config
        del node[last]


def override_dirname(texts: Sequence[str], options: Any) -> str:
    """Hydra's ``hydra.job.override_dirname`` for a list of overrides."""
    kept = sorted(
        text for text in texts if text.partition("=")[0].lstrip("+~").partition("@")[0] not in options.exclude_keys
    )
    joined: str = options.item_sep.join(kept).replace("=", options.kv_sep)
    return joined


class HydraNode:
    """Hydra's node of the current task, derived when first asked for: ``${hydra:…}`` and ``HydraConfig.get()``.

    Whoever reads ``hydra.runtime.output_dir`` in it asks for the task's directory, which is made then.
    """

    def __init__(self, deriver: ConfigDeriver, make_directory: Callable[[Task], Path]) -> None:
        self._deriver = deriver
        self._make_directory = make_directory
        self._task: Task | None = None
        self._config: DictConfig | None = None

    def enter(self, task: Task) -> None:
        """From now on, it is this task's."""
        self._task, self._config = task, None

    def config(self) -> DictConfig:
        """The full config of the current task."""
        assert self._task is not None, "no task is running"
        if self._config is None:
            self._config = self._deriver.derive_full(self._task)
            with open_dict(self._config.hydra.runtime):
                self._config.hydra.runtime.output_dir = f"${{{_OUTPUT_DIR}:}}"
        return self._config

    def register_resolvers(self) -> None:
        """Register Hydra's resolvers, with Hydra's results, without importing Hydra."""
        info = sys.version_info
        versions = {"major": f"{info[0]}", "minor": f"{info[0]}.{info[1]}", "micro": f"{info[0]}.{info[1]}.{info[2]}"}
        register_resolver(_OUTPUT_DIR, self._output_dir)
        register_resolver("hydra", lambda path: OmegaConf.select(self.config().hydra, path))
        register_resolver("hydra_override_dirname", self._override_dirname)
        register_resolver("now", lambda pattern: datetime.now().astimezone().strftime(pattern), use_cache=True)
        register_resolver("python_version", lambda level="minor": versions.get(level))

    def _override_dirname(self) -> str:
        hydra = self.config().hydra
        texts: Any = OmegaConf.to_container(hydra.overrides.task, resolve=False)
        return override_dirname(texts, hydra.job.config.override_dirname)

    def _output_dir(self) -> str:
        assert self._task is not None, "no task is running"
        return os.fspath(self._make_directory(self._task))


class HydraConfigHook:
    """Puts our `HydraNode` behind ``HydraConfig.get()`` when somebody imports it, and not before: Hydra is slow."""

    def __init__(self, node: HydraNode) -> None:
        self._node = node
        self._hook = ImportHook([_HYDRA_CONFIG], self._publish)

    def install(self) -> None:
        """Publish now if it is imported already, or else when it will be."""
        if (module := loaded(_HYDRA_CONFIG)) is not None:
            self._publish(module)
        else:
            self._hook.install()

    def _publish(self, _module: ModuleType) -> None:
        from hydra.core.hydra_config import HydraConfig
        from hydra.core.singleton import Singleton

        self._hook.remove()
        node = self._node

        class DerivedHydraConfig(HydraConfig):
            """Derives the config when it is read: few tasks do."""

            @property
            def cfg(self) -> Any:
                config = node.config()
                OmegaConf.set_readonly(config.hydra, True)
                holder = OmegaConf.masked_copy(config, "hydra")
                holder.hydra._set_parent(config)
                return holder

            @cfg.setter
            def cfg(self, value: Any) -> None:
                pass

        instances: dict[Any, Any] = Singleton._instances
        instances[HydraConfig] = object.__new__(DerivedHydraConfig)
