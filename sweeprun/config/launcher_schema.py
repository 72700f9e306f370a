"""``hydra.launcher``: the schema of a launcher's options, made of its class, and what is wrong with given ones."""

import copyreg
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass, make_dataclass
from difflib import get_close_matches
from enum import Enum
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from omegaconf import MISSING as NOT_GIVEN
from omegaconf import OmegaConf
from omegaconf.errors import ConfigAttributeError, ConfigKeyError, OmegaConfBaseException

from sweeprun.config.omegaconf_errors import of_omegaconf
from sweeprun.errors import OverrideError, UsageError
from sweeprun.launchers.capabilities import capabilities_in, option_fields
from sweeprun.launchers.registry import OUR_LAUNCHERS, is_launcher, options_of
from sweeprun.other_names import meant_by
from sweeprun.wording import hydra, launcher

KEY = "hydra.launcher"
PLUGIN = "hydra_plugins.sweeprun_plugin"
"""The module that Hydra finds our plugins in."""

TARGET = f"{PLUGIN}.SweeprunLauncher"
PREFIX = "sweeprun_"
"""What the config of a launcher begins with where its bare name may be that of another package's."""


@dataclass
class JobOptions:
    """What ``hydra.launcher`` says of Hydra's jobs, whatever the launcher.

    Attributes
    ----------
    job_directories
        Whether every task gets what Hydra's own launchers give to a job: a directory with ``.hydra`` and the job's log
        in it. By default only tasks that ask for their directory have one, and all of them with ``hydra.job.chdir``.
    wait
        Whether a Hydra application waits for the results of what is queued; by default only for sweepers that go on
        from them, such as Optuna's. Hydra's own sweeper and ours submit and return. Without effect for local workers,
        whose end is always waited for: so one command line fits all launchers.
    """

    job_directories: bool = False
    wait: bool | None = None


NOT_OF_LAUNCHERS = ("_target_", "name", *(own.name for own in fields(JobOptions)))
"""Keys of ``hydra.launcher`` that say which launcher, and what Hydra is to do; not how workers get started."""


def schema_of(name: str) -> Any:
    """The config ``hydra.launcher`` of a launcher: its options with their types and defaults.

    Raises
    ------
    UsageError
        If there is no such launcher, its package can't be imported, or its options aren't known.
    """
    options = options_of(name)
    if option_fields(options) is None:
        raise UsageError(
            f"{hydra('/launcher').to(name)}: the options of this launcher aren't known, as it is no dataclass; give "
            f"them in a config of your own with `name: {name}`"
        )
    schema = OmegaConf.structured(_node_class(name, options))
    for key in schema:
        if OmegaConf.is_dict(value := schema._get_node(key)) and OmegaConf.get_type(value) is dict:
            OmegaConf.set_struct(value, False)  # of any keys, so that an override of one needs no +
    return schema


def has_schema(name: str) -> bool:
    """Whether there is a launcher of that name whose options are known."""
    return option_fields(options_of(name)) is not None


def known_options(name: str) -> tuple[str, ...] | None:
    """The names of a launcher's options; None if they aren't known, as there is no such launcher, say."""
    found = option_fields(options_of(name))
    return None if found is None else tuple(own.name for own in found)


def launcher_name(node: Any, choice: str) -> str:
    """Which launcher a config ``hydra.launcher`` is of.

    Parameters
    ----------
    node
        The config.
    choice
        The name of its file. It is the launcher's if the config has no ``name`` and is not of a plugin of Hydra's.
    """
    if not str(node.get("_target_") or TARGET).startswith(f"{PLUGIN}."):
        return choice
    name = node.get("name")
    return choice.removeprefix(PREFIX) if name is None else str(name)


def checked_options(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a launcher, resolved, as the types that its schema has for them.

    Raises
    ------
    OverrideError, UsageError
        If it doesn't have one, or a value is of another type.
    """
    known = known_options(name)
    if known is None:
        return dict(options)
    if unknown := [key for key in options if key not in known]:
        raise unknown_option(name, unknown[0])
    typed = {key: value for key, value in options.items() if "${" not in str(value)}  # which would be resolved twice
    try:
        node = OmegaConf.merge(schema_of(name), typed)
    except OmegaConfBaseException as error:
        raise OverrideError(f"{launcher(str(error.full_key))}: {str(error).splitlines()[0]}") from error
    checked: Any = OmegaConf.to_container(node)
    return {key: checked[key] if key in typed else value for key, value in options.items()}


def check_shared(name: str, options: Sequence[Mapping[str, Any]]) -> None:
    """Refuse options of the tasks of a run that differ although all tasks share them.

    Raises
    ------
    UsageError
        If there is one.
    """
    for key in sorted(capabilities_in(options_of(name)).same_for_all_tasks):
        values = [own.get(key) for own in options]
        if other := [value for value in values if value != values[0]]:
            raise UsageError(
                f"{launcher(key)} is {values[0]!r} for some tasks and {other[0]!r} for others, and all tasks of a run "
                "share it; let it refer to no swept key"
            )


def explained(error: BaseException | None) -> UsageError | None:
    """What is to be said of an error that is about a launcher's options; None if it is about anything else."""
    found = of_omegaconf(error)
    if not isinstance(found, ConfigKeyError | ConfigAttributeError):
        return None
    name, key, node = _NAMES.get(found.object_type), str(found.key), found.parent_node
    if name is not None and key not in NOT_OF_LAUNCHERS:
        return unknown_option(name, key)
    if name is None and OmegaConf.is_dict(node) and node._get_full_key(None) == KEY and "_target_" not in node:
        return _not_in_file(node.get("name"), key)
    return None


def unknown_option(name: str, key: str) -> UsageError:
    """That a launcher has no such option, with what to write instead."""
    return UsageError(f"{launcher(key)} is no option of {hydra('/launcher').to(name)}: {advice(name, key)}")


def advice(name: str, key: str) -> str:
    """What to write instead of a name that is no option of a launcher."""
    hint = capabilities_in(options_of(name)).hint
    if hint is not None and (found := hint(key)):
        return found
    if (meant := meant_by(key)) is not None:
        return f"did you mean {meant}?"
    for other in OUR_LAUNCHERS:
        if other != name and key in (known_options(other) or ()):
            return f"it is one of {hydra('/launcher').to(other)}"
    has = known_options(name) or ()
    close = get_close_matches(key, has, n=1)
    listed = f"its options are {', '.join(has)}" if has else "it has no options"
    return f"{listed}; did you mean {launcher(close[0])}?" if close else listed


def _not_in_file(name: Any, key: str) -> UsageError | None:
    """What to do about an option that a config of a user's own without a schema doesn't mention."""
    if name is None or not is_launcher(str(name)) or (known := known_options(str(name))) is None:
        return None
    if key not in known and key not in NOT_OF_LAUNCHERS:
        return unknown_option(str(name), key)
    return UsageError(
        f"{launcher(key)} isn't in the config of the launcher; begin its file with `defaults: [{name}]`, which has all "
        "options, or write it there"
    )


_NAMES: dict[Any, str] = {}
"""The launchers of the classes that their schemas are made of."""


class _Unnamed(type):
    """The type of classes that pickles don't name: other processes read ``dict`` in their place.

    So a worker imports no launcher to read its config, whose types were checked when it was composed.
    """


def _as_dict(_: _Unnamed) -> Any:
    return type, ({},)


copyreg.pickle(_Unnamed, _as_dict)


class _Node(metaclass=_Unnamed):
    """What schemas of launchers are made of."""


@cache
def _node_class(name: str, options: Any) -> type:
    """A dataclass as OmegaConf takes it, of the options of a launcher, and of what every ``hydra.launcher`` has."""
    own = [_field(option, _hints(options).get(option.name, Any)) for option in option_fields(options) or ()]
    taken = {"name", "_target_"} | {option.name for option in fields(JobOptions)}
    node = make_dataclass(
        f"{name.title()}Launcher",
        [
            *(entry for entry in own if entry[0] not in taken),
            *(_field(option, option.type) for option in fields(JobOptions)),
            ("name", str, field(default=name)),
            ("_target_", str, field(default=TARGET)),
        ],
        bases=(_Node,),
    )
    _NAMES[node] = name
    return node


def _hints(options: Any) -> dict[str, Any]:
    """The annotations of a class; none if they name what only type checkers import."""
    try:
        return get_type_hints(options)
    except (NameError, TypeError, AttributeError):
        return {}


def _field(option: "Field[Any]", annotation: Any) -> tuple[str, Any, Any]:
    """A field with its type and default, as OmegaConf takes them."""
    kind = config_type(annotation)
    if option.default_factory is not MISSING:
        default = option.default_factory()
    else:
        default = NOT_GIVEN if option.default is MISSING else option.default
    default = _plain(default)
    if default is None:
        kind = kind if kind is Any else kind | None
    return option.name, kind, field(default_factory=lambda: default)


def _plain(value: Any) -> Any:
    """A default as containers that configs hold."""
    if isinstance(value, Mapping):
        return {key: _plain(own) for key, own in value.items()}
    if isinstance(value, tuple | set | frozenset | list):
        return [_plain(own) for own in value]
    return value


def config_type(annotation: Any) -> Any:
    """The closest type to an annotation that OmegaConf knows; Any if it knows nothing like it."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        kinds = [kind for kind in arguments if kind is not NoneType]
        kind = config_type(kinds[0]) if len(kinds) == 1 else Any
        return kind | None if kind is not Any and NoneType in arguments else kind
    container = origin or annotation
    if not isinstance(container, type):
        return Any
    if issubclass(container, Mapping):
        key = arguments[0] if arguments and arguments[0] in (int, float, bool, bytes) else str
        return dict[key, config_type(arguments[1]) if len(arguments) == 2 else Any]  # type: ignore[misc, valid-type]
    if issubclass(container, str | bytes | Path | bool | int | float | Enum) or is_dataclass(container):
        return container
    if issubclass(container, Sequence | Collection | Iterable):
        return list[config_type(arguments[0]) if arguments else Any]  # type: ignore[misc]
    return Any
