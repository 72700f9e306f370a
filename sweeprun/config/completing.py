"""What an override that is being typed may become: config keys with their values, groups with their options.

Composing executes nothing: no resolver of a study is known, no callback is made, no module imported.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hydra.core.object_type import ObjectType
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig, ListConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sweeprun.config.application import (
    DEFAULT_CONFIG_NAME,
    DEFAULT_CONFIG_PATH,
    Application,
    ConfigSource,
    open_application,
)
from sweeprun.config.grammar import as_typed, with_names
from sweeprun.errors import OverrideError

_LONGEST_VALUE = 200
_LONGEST_ABOUT = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What stands before the cursor: Hydra's options ``-cp``, ``-cn``, ``-cd``, and the overrides."""

    path: str | None = None
    name: str | None = None
    extra: str | None = None
    words: tuple[str, ...] = ()

    def source(self) -> ConfigSource:
        return ConfigSource(
            path=self.path or DEFAULT_CONFIG_PATH, name=self.name or DEFAULT_CONFIG_NAME, extra=self.extra
        )


def complete_override(overrides: Overrides, current: str) -> Mapping[str, str]:
    """What ``current`` may become, each with a few words about it.

    Parameters
    ----------
    overrides
        What was typed before.
    current
        An override as far as it was typed, with its ``+``, ``++`` or ``~``.
    """
    word = current.lstrip("+~")
    operator = current[: len(current) - len(word)]
    key, equals, value = word.partition("=")
    with open_application(overrides.source()) as application:
        if equals and application.is_group(key):
            found = _group_options(application, key, value)
        else:
            found = dict(_group_names(application, word)) if not equals and operator != "++" else {}
            config = _compose(application, overrides.words)
            found |= dict(_value(config, key) if equals else _keys(config, word))
    if operator == "~":
        found = {text.rstrip("=."): about for text, about in found.items()}
    return {operator + text: about for text, about in sorted(found.items(), key=_hydra_last)}


def _hydra_last(item: tuple[str, str]) -> bool:
    return item[0].startswith("hydra")


def _group_names(application: Application, word: str) -> Iterator[tuple[str, str]]:
    """The groups on the level of a word, ``hydra/`` for one that only has groups in it."""
    repository = application.repository()
    parent, slash, _ = word.rpartition("/")
    for name in repository.get_group_options(parent, ObjectType.GROUP):
        group = parent + slash + name
        if not group.startswith(word):
            continue
        if group != "hydra" and repository.get_group_options(group, ObjectType.CONFIG):
            yield f"{group}=", "config group"
        if repository.get_group_options(group, ObjectType.GROUP):
            yield f"{group}/", "config groups"


def _group_options(application: Application, key: str, value: str) -> dict[str, str]:
    """The options of a group; of a sweep over several, those that aren't there yet."""
    before, comma, _ = value.rpartition(",")
    options = application.repository().get_group_options(key.partition("@")[0], ObjectType.CONFIG)
    written = map(as_typed, options)
    there = before.split(",")
    return {f"{key}={before}{comma}{text}": "" for text in written if text not in there}


def _compose(application: Application, words: Sequence[str]) -> DictConfig:
    """The config with the overrides before; of an axis its first value. What can't be read is left out."""
    fixed = []
    for word in with_names(words):
        try:
            (override,) = application.parse([word])
            first = next(override.sweep_string_iterator()) if override.is_sweep_override() else None
        except (OverrideError, HydraException, StopIteration, ValueError):
            continue
        fixed.append(word if first is None else f"{word.partition('=')[0]}={first}")
    return application.loader.load_configuration(application.source.name, fixed, RunMode.RUN)


def _keys(config: DictConfig, word: str) -> Iterator[tuple[str, str]]:
    """The keys on the level of a word; a mapping ends with a dot, as there is more to come."""
    parent, dot, _ = word.rpartition(".")
    node = _mapping(config, parent)
    if node is None:
        return
    for key, child in node.items_ex(resolve=False):
        name = str(key)
        is_mapping = isinstance(child, DictConfig) and not (child._is_none() or child._is_interpolation())
        yield f"{parent}{dot}{name}{'.' if is_mapping else '='}", "" if is_mapping else _about(node, name)


def _mapping(config: DictConfig, key: str) -> DictConfig | None:
    """The mapping at a key, if there is one."""
    try:
        node = OmegaConf.select(config, key) if key else config
    except OmegaConfBaseException:  # an interpolation that only a task could resolve
        return None
    return node if isinstance(node, DictConfig) and not (node._is_none() or node._is_missing()) else None


def _about(node: DictConfig, name: str) -> str:
    raw = _raw(node, name)
    text: str = json.dumps(raw) if raw is None or isinstance(raw, bool) else str(raw)
    return text if len(text) <= _LONGEST_ABOUT and text.isprintable() else ""


def _raw(node: DictConfig, name: str) -> Any:
    """What a key holds, its interpolations as they are."""
    container: Any = OmegaConf.to_container(node, resolve=False, throw_on_missing=False)
    return container[name]


def _value(config: DictConfig, key: str) -> Iterator[tuple[str, str]]:
    """The value that a key has now, as one would type it; of an Enum or a truth value, all."""
    parent, _, name = key.rpartition(".")
    holder = _mapping(config, parent)
    if holder is None or name not in holder:
        return
    node = holder._get_node(name)
    raw = _raw(holder, name)
    kind = getattr(node, "_metadata", None)
    kind = kind.ref_type if kind is not None else None
    members = getattr(kind, "__members__", None)
    if members:
        yield from ((f"{key}={member}", "") for member in members)
    elif isinstance(raw, bool):
        yield from ((f"{key}={str(value).lower()}", "") for value in (raw, not raw))
    elif raw not in (None, "???") and not isinstance(node, DictConfig | ListConfig):
        text = as_typed(raw) if isinstance(raw, str) else str(raw)
        if len(text) <= _LONGEST_VALUE:
            yield f"{key}={text}", "as it is"
