"""``hydra.launcher``: the schema of a launcher's options, made of its class, and whose config one is."""

import copyreg
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass, make_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from omegaconf import MISSING as NOT_GIVEN
from omegaconf import OmegaConf, flag_override

from sweeprun.errors import UsageError
from sweeprun.launchers.capabilities import option_fields
from sweeprun.launchers.registry import options_of
from sweeprun.wording import hydra

KEY = "hydra.launcher"
PLUGIN = "hydra_plugins.sweeprun_plugin"
"""The module that Hydra finds our plugins in."""

TARGET = f"{PLUGIN}.SweeprunLauncher"
PREFIX = "sweeprun_"
"""What the config of a launcher begins with where its bare name may be that of another package's."""

JOB_NAME = "job_name"
"""The name of jobs that a config has for another launcher, where ours has its own."""


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
    plan
        Whether only to show what would be run: tasks, axes, arrays, files, the first and last tasks. Nothing is run,
        and nothing written.
    """

    job_directories: bool = False
    wait: bool | None = None
    plan: bool = False


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
    OmegaConf.set_struct(schema, False)  # a config may hold options of other launchers, which are looked at later
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
    if (ours := _NAMES.get(OmegaConf.get_type(node))) is not None:
        return ours
    if not str(node.get("_target_") or TARGET).startswith(f"{PLUGIN}."):
        return choice
    name = node.get("name")
    return choice.removeprefix(PREFIX) if name is None else str(name)


def claim_launcher(node: Any) -> None:
    """Give a config of a launcher of ours its class and name back, which a config for another launcher has replaced.

    Such a name is one of jobs, and stays as an option of that launcher.
    """
    name = _NAMES.get(OmegaConf.get_type(node))
    if name is None:
        return
    with flag_override(node, "readonly", False):
        written: Any = OmegaConf.to_container(node, resolve=False)
        node["_target_"] = TARGET
        if written["name"] != name:
            node[JOB_NAME] = written["name"]
            node["name"] = name


def is_of_launcher(node: Any) -> bool:
    """Whether a config is one that `schema_of` made, with whatever was added to it."""
    return OmegaConf.get_type(node) in _NAMES


def launcher_of_type(kind: Any) -> str | None:
    """The launcher whose schema is made of a class; None if none is."""
    return _NAMES.get(kind)


def default_options(name: str) -> dict[str, Any]:
    """The options of a launcher as they are if nobody sets them; ``???`` for those without a default."""
    defaults: Any = OmegaConf.to_container(schema_of(name))
    return {str(key): value for key, value in defaults.items() if key not in NOT_OF_LAUNCHERS}


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
    kind = kind if kind is Any else kind | None  # other launchers' configs have null where ours has a default
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
