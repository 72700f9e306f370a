"""Where Hydra finds sweeprun's plugins, in any application. Importing it is quick: Hydra does so at every start."""

import sys
from collections.abc import Sequence
from typing import Any

from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.config_store import ConfigStore
from hydra.core.object_type import ObjectType
from hydra.core.utils import JobReturn
from hydra.plugins.config_source import ConfigResult, ConfigSource
from hydra.plugins.launcher import Launcher
from hydra.plugins.search_path_plugin import SearchPathPlugin
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from sweeprun.config.compositions import attend_compositions
from sweeprun.config.parsing import extend_grammar, needs_our_grammar

_GROUPS = ("hydra/sweeper", "hydra/launcher")


class Grammar(SearchPathPlugin):
    """Adds our functions to Hydra's grammar where the command line needs them, and a source of our options.

    Hydra asks plugins of this kind first of all, each time that it starts: before it reads an override.
    """

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        search_path.append("sweeprun", f"{OptionsSource.scheme()}://")
        attend_compositions()
        if needs_our_grammar(sys.argv[1:]):
            extend_grammar()


class SweeprunSweeper(Sweeper):
    """``hydra/sweeper=sweeprun``: grids, zips, samples and ensembles, recorded whatever the launcher."""

    def __init__(self, **options: Any) -> None:
        del options  # the config has them, and with their types

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        del hydra_context
        extend_grammar()  # of what is in the config, which is read after this
        self._asked = config, task_function

    def sweep(self, arguments: list[str]) -> Any:
        del arguments  # the config has them
        from sweeprun.plugin.sweeping import run_sweep

        return run_sweep(*self._asked)


class SweeprunLauncher(Launcher):
    """``hydra/launcher=sweeprun_local``, ``sweeprun_slurm``, or one of another package that keeps to our interface.

    Runs what a sweeper of somebody else decides on, batch by batch, as one run.
    """

    def __init__(self, **options: Any) -> None:
        del options

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        del hydra_context
        extend_grammar()
        from sweeprun.config.composing import sweep_directory
        from sweeprun.plugin.applications import plain_errors
        from sweeprun.plugin.launching import Batches
        from sweeprun.plugin.planning import is_plan, show_and_exit

        if is_plan(config):
            show_and_exit(config, task_function)
        with plain_errors():
            sweep_directory(config)  # before Hydra's own sweeper makes it
        self._batches = Batches(config, task_function)

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        del initial_job_idx  # tasks are numbered on
        return self._batches.launch(job_overrides)


class LocalLauncher(SweeprunLauncher):
    """What configs name that were written for the local launcher alone."""


class SlurmLauncher(SweeprunLauncher):
    """What configs name that were written for the launcher for Slurm alone."""


class OptionsSource(ConfigSource):
    """The options of our sweeper, and of launchers, ours and those of other packages; made when Hydra asks for them."""

    @staticmethod
    def scheme() -> str:
        return "sweeprun"

    def available(self) -> bool:
        return True

    def is_group(self, config_path: str) -> bool:
        return config_path.rstrip("/") in ("hydra", *_GROUPS)

    def is_config(self, config_path: str) -> bool:
        return _is_asked_here(config_path) and self._options(config_path) is not None

    def load_config(self, config_path: str) -> ConfigResult:
        options = self._options(config_path)
        assert options is not None
        return ConfigResult(provider=self.provider, path=self.full_path(), config=options, header={"package": None})

    def list(self, config_path: str, results_filter: ObjectType | None) -> list[str]:
        if config_path.rstrip("/") not in _GROUPS or results_filter is ObjectType.GROUP:
            return []
        from sweeprun.config.schema import option_names

        return option_names(config_path.rstrip("/"))

    @staticmethod
    def _options(config_path: str) -> Any:
        from sweeprun.config.schema import options_in  # with all that options refer to, which most applications don't

        return options_in(*config_path.removesuffix(".yaml").rsplit("/", 1))


def _is_asked_here(config_path: str) -> bool:
    """Whether a config is of a group of ours, and not one that Hydra knows without us."""
    path = config_path.removesuffix(".yaml")
    known = ConfigStore.instance().get_type(f"{path}.yaml") is ObjectType.CONFIG
    return path.rpartition("/")[0] in _GROUPS and not known
