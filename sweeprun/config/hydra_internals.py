"""The private parts of Hydra that are used here: what another version of Hydra may move, it moves in this file only."""

from typing import Any

from hydra._internal.callbacks import Callbacks
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_repository import CachingConfigRepository
from hydra._internal.core_plugins.basic_sweeper import BasicSweeperConf
from hydra._internal.grammar.functions import FunctionCall, Functions
from hydra._internal.hydra import Hydra
from hydra._internal.utils import _run_hydra as run_hydra
from hydra._internal.utils import create_config_search_path, get_args_parser
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.core.utils import JobReturn

__all__ = [
    "BasicSweeperConf",
    "CachingConfigRepository",
    "Callbacks",
    "ConfigLoaderImpl",
    "FunctionCall",
    "Functions",
    "Hydra",
    "create_config_search_path",
    "get_args_parser",
    "replace_parser",
    "repository_of",
    "returned_by",
    "run_hydra",
    "text_of_element",
]


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
