"""Hydra's own command line, and the composition of configs."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

from hydra.core.config_search_path import SearchPathQuery
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.types import Override as HydraOverride
from hydra.core.override_parser.types import Quote, QuotedString
from hydra.core.plugins import Plugins
from hydra.errors import HydraException, MissingConfigException
from hydra.types import HydraContext, RunMode
from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException

from sweeprun.config.chosen_plugins import check_same_plugins
from sweeprun.config.compositions import attend_compositions
from sweeprun.config.hydra_internals import (
    CachingConfigRepository,
    Callbacks,
    ConfigLoaderImpl,
    Hydra,
    behave_as,
    compose_job,
    create_config_search_path,
    get_args_parser,
    mode_of,
    repository_of,
    run_hydra,
)
from sweeprun.config.hydra_messages import addition_of, message_of
from sweeprun.config.launcher_options import check_option_names, explained
from sweeprun.config.launcher_schema import launcher_name
from sweeprun.config.omegaconf_errors import missing_key
from sweeprun.config.parsing import create_parser, extend_grammar
from sweeprun.config.schema import OUR_DEFAULTS, SWEEPER, register_options
from sweeprun.config.sweeper_options import advice_on, check_sweeper_options, is_ours
from sweeprun.errors import ConfigError, OverrideError, SweeprunError, UsageError
from sweeprun.other_names import meant_by
from sweeprun.store.local_paths import local_path

JOB_NAME = "sweeprun"
DEFAULT_CONFIG_PATH = "conf"
DEFAULT_CONFIG_NAME = "config"
_VERSION_BASE = "1.3"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigSource:
    """Where configs come from: the options ``-cp``, ``-cn`` and ``-cd``.

    Attributes
    ----------
    path
        The config directory, relative to the working directory, or ``pkg://package``.
    name
        The primary config.
    extra
        A further directory, searched after ``path``.
    """

    path: str = DEFAULT_CONFIG_PATH
    name: str = DEFAULT_CONFIG_NAME
    extra: str | None = None

    def absolute_path(self) -> str:
        return self.path if self.path.startswith("pkg://") else str(Path(self.path).resolve())


class Application:
    """Hydra, opened on a config source; made by `open_application`."""

    def __init__(self, hydra: Hydra, source: ConfigSource) -> None:
        self.hydra = hydra
        self.source = source

    @property
    def loader(self) -> ConfigLoaderImpl:
        loader = self.hydra.config_loader
        assert isinstance(loader, ConfigLoaderImpl)
        return loader

    def compose(self, overrides: Sequence[str], mode: RunMode) -> DictConfig:
        """Compose a config, the ``hydra`` node included.

        Raises
        ------
        ConfigError, OverrideError
            In one message, what is wrong and what would be right.
        """
        try:
            config: DictConfig = self.hydra.compose_config(self.source.name, list(overrides), mode)
        except Exception as error:  # noqa: BLE001  # whatever Hydra, YAML or a resolver raises, a config caused it
            self._explain(error)
        self.check_options(config)
        return config

    def check_options(self, config: DictConfig) -> None:
        """Refuse options of our sweeper and of launchers that they don't have.

        Raises
        ------
        UsageError
            If there is one.
        """
        hydra = config.hydra
        check_sweeper_options(hydra.sweeper)
        if OmegaConf.is_dict(hydra.launcher):
            overrides: Any = OmegaConf.to_container(hydra.overrides.hydra, resolve=False)
            keys = (word.lstrip("+~").partition("=")[0] for word in overrides)
            typed = {key.split(".")[2] for key in keys if key.startswith("hydra.launcher.")}
            check_option_names(self.chosen_plugins(config)[1], hydra.launcher, typed)

    def compose_job(self, sweep_config: DictConfig, overrides: Sequence[str]) -> DictConfig:
        """Compose the config of one job of a sweep, as Hydra's launchers do."""
        try:
            config = compose_job(self.loader, sweep_config, overrides)
        except Exception as error:  # noqa: BLE001  # whatever Hydra, YAML or a resolver raises, a config caused it
            self._explain(error)
        check_same_plugins(sweep_config, config, overrides)
        return config

    def parse(self, overrides: Sequence[str]) -> list[HydraOverride]:
        """Parse overrides by Hydra's grammar."""
        try:
            return create_parser(self.loader).parse_overrides(list(overrides))
        except (HydraException, ValueError) as error:
            raise OverrideError(message_of(error)) from error

    def is_group(self, key: str) -> bool:
        """Whether a key is a config group."""
        return bool(self._groups.group_exists(key))

    @cached_property
    def _groups(self) -> CachingConfigRepository:
        return self.repository()

    def repository(self) -> CachingConfigRepository:
        """Everything on the search path, that of the primary config included."""
        return repository_of(self.loader, self.source.name)

    def chosen_plugins(self, sweep_config: DictConfig) -> tuple[str, str]:
        """The names of the sweeper and the launcher that the config or the command line chose.

        A config of the user's own, built on one of ours, is that one: our sweeper is known by its options, a launcher
        by the name that its config holds.
        """
        hydra, choices = sweep_config.hydra, sweep_config.hydra.runtime.choices
        ours = is_ours(hydra.sweeper)
        return (
            SWEEPER if ours else str(choices["hydra/sweeper"]),
            launcher_name(hydra.launcher, str(choices["hydra/launcher"])),
        )

    def run_foreign_sweeper(self, overrides: Sequence[str], job: Any) -> Any:
        """Let a sweeper of somebody else run its own sweep, with whatever launcher was chosen."""
        try:
            return self.hydra.multirun(self.source.name, job, [*overrides, "hydra.mode=MULTIRUN"])
        except SweeprunError:
            raise
        except (HydraException, OmegaConfBaseException) as error:
            self._explain(error)

    def run_foreign_launcher(
        self, sweep_config: DictConfig, run: Path, jobs: Sequence[Sequence[str]], job: Any
    ) -> None:
        """Let a launcher of somebody else run jobs of our sweeper."""
        context = HydraContext(config_loader=self.loader, callbacks=Callbacks(sweep_config))
        OmegaConf.set_readonly(sweep_config.hydra, False)
        with open_dict(sweep_config):
            sweep_config.hydra.sweep.dir = str(run)
            sweep_config.hydra.overrides.hydra.append(
                f"hydra.sweep.dir={QuotedString(str(run), Quote.single).with_quotes()}"
            )
        launcher = Plugins.instance().instantiate_launcher(
            hydra_context=context, task_function=job, config=sweep_config
        )
        most = sweep_config.hydra.sweeper.get("max_batch_size") or 0
        size = most if most > 0 else max(1, len(jobs))
        for first in range(0, len(jobs), size):
            launcher.launch(jobs[first : first + size], initial_job_idx=first)

    def run_single(self, overrides: Sequence[str], job: Any) -> Any:
        """Run one job in this process, as Hydra does; what it returned, or raised."""
        return self.hydra.run(self.source.name, job, [*overrides, "hydra.mode=RUN"]).return_value

    def compose_single(self, overrides: Sequence[str]) -> DictConfig:
        """Compose the config of one job outside a sweep, and find out where it would run."""
        config = self.compose([*overrides, "hydra.mode=RUN"], RunMode.RUN)
        local_path(str(resolve_key(config, "hydra.run.dir")), "hydra.run.dir")
        return config

    def is_multirun(self, overrides: Sequence[str]) -> bool:
        """Whether the config itself asks for a sweep, by ``hydra.mode``."""
        return mode_of(self.hydra, self.source.name, overrides) is RunMode.MULTIRUN

    def peek(self, key: str) -> Any:
        """A top-level key of the primary config as it stands in the file, or None.

        Known before anything is composed: the module of the task function may register the schemas that composition
        needs.
        """
        try:
            loaded = self.repository().load_config(self.source.name)
            return OmegaConf.to_container(loaded.config, resolve=False).get(key) if loaded else None  # type: ignore[union-attr]
        except Exception:  # noqa: BLE001  # what is wrong is told when the config is composed
            return None

    def _explain(self, error: Exception) -> NoReturn:
        """Raise an error of ours that says the same as Hydra's."""
        if isinstance(error, MissingConfigException):
            raise ConfigError(self._missing_config(error)) from error
        if isinstance(error, SweeprunError):
            raise error
        if (of_launcher := explained(error)) is not None:
            raise of_launcher from error
        message = message_of(error)
        hint = ""
        missing = missing_key(error)
        if missing is None or advice_on(error):  # which the message has already
            pass
        elif meant := self._did_you_mean(missing.key, missing.holder, addition_of(message)):
            message, hint = f"the config has no key {missing.full!r}. ", meant
        raise OverrideError(message + hint) from error

    def _missing_config(self, error: MissingConfigException) -> str:
        path = self.source.absolute_path()
        if not path.startswith("pkg://") and not Path(path).is_dir():
            return (
                f"there is no config directory {path!r}. Work where your ./{DEFAULT_CONFIG_PATH} is, "
                "or name another one: sweeprun -cp DIRECTORY …"
            )
        message = (
            f"{message_of(error)}\nA structured config is registered by the module of the task function, if the "
            "primary config or the command line names it (key `task`)"
        )
        if error.missing_cfg_file == self.source.name and not path.startswith("pkg://"):
            names = sorted(file.stem for pattern in ("*.yaml", "*.yml") for file in Path(path).glob(pattern))
            there = f"there are: {', '.join(names)}" if names else "there is none at all"
            return f"there is no config {self.source.name!r} in {path!r}; {there}. Choose one with -cn NAME."
        return message

    def _did_you_mean(self, key: str, holder: str, addition: str) -> str:
        """What to write for a key that ``holder`` doesn't have; the config itself is the empty one."""
        if holder == "hydra.launcher":  # another launcher may be chosen than the default
            return ""
        try:
            config = self.hydra.compose_config(self.source.name, [], RunMode.MULTIRUN)
            found = OmegaConf.select(config, holder) if holder else config
            known = [str(name) for name in found if name != "hydra"]
        except Exception:  # noqa: BLE001  # a hint is not worth another failure
            return ""
        ours = meant_by(key)
        if ours is not None and holder == "hydra.sweeper":
            return f"Did you mean {ours}?"
        if close := get_close_matches(key, known, n=1):
            return f"Did you mean {close[0]!r}?"
        keys = f"{holder or 'The config'} has the keys: {', '.join(known) or 'none'}"
        add = (
            f"To add one, write {addition}"
            if addition and (holder == "hydra.sweeper.params" or holder.partition(".")[0] != "hydra")
            else ""
        )
        option = f"If it is meant for sweeprun: {ours}" if ours is not None and not holder else ""
        return ". ".join(part for part in (keys, add, option) if part)


@contextmanager
def open_application(source: ConfigSource) -> Iterator[Application]:
    """Open Hydra on a config source, with our sweeper and launcher as its defaults; closed on exit.

    Raises
    ------
    ConfigError
        If ``-cd`` names no directory.
    """
    behave_as(_VERSION_BASE)
    extend_grammar()
    attend_compositions()
    register_options(as_defaults=OUR_DEFAULTS)
    search_path = create_config_search_path(source.absolute_path())
    if source.extra is not None:
        extra = Path(source.extra).resolve()
        if not extra.is_dir():
            raise ConfigError(f"-cd names {source.extra!r}, which is no directory")
        search_path.prepend("command-line", f"file://{extra}", SearchPathQuery(provider="schema"))
    GlobalHydra.instance().clear()
    try:
        yield Application(Hydra.create_main_hydra2(JOB_NAME, search_path), source)
    finally:
        GlobalHydra.instance().clear()


def command_line_parser() -> Any:
    """Hydra's own argument parser."""
    parser = get_args_parser()
    parser.prog = "sweeprun"
    return parser


def show(parser: Any, args: Any, source: ConfigSource) -> None:
    """Let Hydra answer a command line that only looks: ``--cfg``, ``--info``, ``--help``, ``--hydra-help``, ``-sc``."""
    behave_as(_VERSION_BASE)
    register_options(as_defaults=OUR_DEFAULTS)
    args.config_path = source.absolute_path()
    args.config_name = source.name

    def sweeprun(_config: DictConfig) -> None:
        raise AssertionError("a command line that only looks ran a task")

    sweeprun.__module__ = JOB_NAME
    try:
        run_hydra(args, parser, sweeprun, config_path=None, config_name=None)
    except (ValueError, HydraException) as error:
        raise UsageError(message_of(error)) from error


def resolve_key(config: DictConfig, key: str) -> Any:
    """The value of a key, with all interpolations in it; mappings and lists as plain ones.

    Raises
    ------
    ConfigError
        If it can't be resolved.
    """
    try:
        value = OmegaConf.select(config, key, throw_on_missing=True)
        return (
            OmegaConf.to_container(value, resolve=True, throw_on_missing=True) if OmegaConf.is_config(value) else value
        )
    except Exception as error:
        raise ConfigError(f"{key} can't be resolved: {message_of(error)}") from error


def resolve_job_key(config: DictConfig, key: str) -> Any:
    """Like `resolve_key`, with ``${hydra:…}`` as in the job whose config it is."""
    with in_job(config):
        return resolve_key(config, key)


@contextmanager
def in_job(config: DictConfig) -> Iterator[None]:
    """Meanwhile, ``${hydra:…}`` is what it is in the job whose full config that is."""
    holder = HydraConfig.instance()
    before = holder.cfg
    holder.set_config(config)
    try:
        yield
    finally:
        holder.cfg = before


def full_errors() -> bool:
    """Whether the user asked for tracebacks, by Hydra's own variable."""
    return os.environ.get("HYDRA_FULL_ERROR") == "1"
