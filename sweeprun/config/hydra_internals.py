"""The private parts of Hydra that are used here: what another version of Hydra may move, it moves in this file only."""

import re
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, cast

from hydra import version
from hydra._internal.callbacks import Callbacks
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_repository import CachingConfigRepository
from hydra._internal.core_plugins.basic_sweeper import BasicSweeperConf
from hydra._internal.grammar.functions import FunctionCall, Functions
from hydra._internal.hydra import Hydra
from hydra._internal.utils import _run_hydra as run_hydra
from hydra._internal.utils import create_config_search_path, get_args_parser
from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn
from hydra.errors import ConfigCompositionException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

__all__ = [
    "BasicSweeperConf",
    "CachingConfigRepository",
    "Callbacks",
    "ConfigLoaderImpl",
    "FunctionCall",
    "Functions",
    "Hydra",
    "behave_as",
    "compose_job",
    "create_config_search_path",
    "get_args_parser",
    "make_plugins_without_options",
    "mode_of",
    "replace_parser",
    "repository_of",
    "returned_by",
    "run_hydra",
    "store_config",
    "text_of_element",
    "watch_compositions",
    "works_in_job_directories",
]


_ONE_BEHAVIOUR = not hasattr(version, "base_at_least")
"""Whether this Hydra is 1.4 or later, which no longer behaves as an older one for programs that ask it to."""

_SAME_PLUGINS = "_ensure_sweep_config_controller_unchanged"
_ANY_VALUE = re.compile(r"(~[^=]*)=null")
"""A deletion whatever the value, as Hydra 1.3 writes it; for 1.4, that is one of null."""


def behave_as(base: str) -> None:
    """Let Hydra behave as one of its versions did, where it still can."""
    if not _ONE_BEHAVIOUR:
        version.setbase(base)


def works_in_job_directories() -> bool:
    """Whether jobs work in their directories if their config doesn't say: they did before Hydra 1.2."""
    return not _ONE_BEHAVIOUR and not version.base_at_least("1.2")


def store_config(**config: Any) -> None:
    """Make a config known to Hydra in this process, in the place of one that has its name."""
    replacing: dict[str, Any] = {"replace": True} if _ONE_BEHAVIOUR else {}
    ConfigStore.instance().store(**config, **replacing)


def compose_job(loader: ConfigLoaderImpl, sweep_config: DictConfig, overrides: Sequence[str]) -> DictConfig:
    """The config of a job of a sweep; options of launchers may differ between jobs, which Hydra 1.4 refuses itself."""
    words, own = list(overrides), cast("Any", ConfigLoaderImpl)
    check = getattr(own, _SAME_PLUGINS, None)
    if check is None:
        return loader.load_sweep_config(sweep_config, words)
    setattr(own, _SAME_PLUGINS, staticmethod(lambda **_: None))
    try:
        return loader.load_sweep_config(sweep_config, [_ANY_VALUE.sub(r"\1", word) for word in words])
    finally:
        setattr(own, _SAME_PLUGINS, staticmethod(check))


def mode_of(hydra: Hydra, config_name: str, overrides: Sequence[str]) -> RunMode | None:
    """What a config or a command line asks for: a job, or a sweep."""
    words, get_mode, loader = list(overrides), cast("Any", hydra.get_mode), cast("Any", hydra.config_loader)
    parsed = [loader.parse_overrides(config_name, words)] if hasattr(loader, "parse_overrides") else []
    mode: RunMode | None = get_mode(config_name, words, *parsed)
    return mode


def repository_of(loader: ConfigLoaderImpl, config_name: str) -> CachingConfigRepository:
    """Everything on the search path of a loader, that of a primary config included."""
    return loader._parse_overrides_and_create_caching_repo(config_name, [])[1]


def returned_by(job: JobReturn) -> Any:
    """What a job returned, or what it raised; asking Hydra's way raises that."""
    return job._return_value


def text_of_element(value: Any) -> str:
    """The text of one value of a sweep, as Hydra's sweepers hand it to a job."""
    return Override._get_value_element_as_str(value)


def replace_parser(create: Any) -> None:
    """Let Hydra in this process make its parsers of overrides by another function."""
    parser: Any = OverridesParser
    parser.create = staticmethod(create)


def watch_compositions(
    look_at: Callable[[DictConfig], None],
    explain: Callable[[ConfigCompositionException], ConfigCompositionException | None],
) -> None:
    """Let a function look at each config that Hydra composes in this process, and another one explain what fails."""
    loader: Any = ConfigLoaderImpl
    name = next(name for name in ("_load_configuration", "load_configuration") if hasattr(loader, name))
    compose = getattr(getattr(loader, name), "__wrapped__", getattr(loader, name))

    @wraps(compose)
    def load_configuration(*args: Any, **options: Any) -> DictConfig:
        try:
            config: DictConfig = compose(*args, **options)
        except ConfigCompositionException as error:
            if (explained := explain(error)) is None:
                raise
            raise explained from error.__cause__
        look_at(config)
        return config

    setattr(loader, name, load_configuration)


def make_plugins_without_options(has_own: Callable[[DictConfig], bool]) -> None:
    """Let Hydra resolve no options of the plugins that look at their config themselves: some need a job."""
    plugins: Any = Plugins
    make = getattr(plugins._instantiate, "__wrapped__", plugins._instantiate)

    @wraps(make)
    def instantiate(self: Any, config: DictConfig, *others: Any, **options: Any) -> Any:
        bare = OmegaConf.create({"_target_": config["_target_"]}) if has_own(config) else config
        return make(self, bare, *others, **options)

    plugins._instantiate = instantiate
