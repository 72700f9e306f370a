"""Where Hydra finds sweeprun's plugins, in any application. Importing it is quick: Hydra does so at every start."""

import sys
from collections.abc import Sequence
from typing import Any

from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.utils import JobReturn
from hydra.plugins.launcher import Launcher
from hydra.plugins.search_path_plugin import SearchPathPlugin
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from sweeprun.config.parsing import extend_grammar, needs_our_grammar
from sweeprun.config.schema import register_plugins

register_plugins()


class Grammar(SearchPathPlugin):
    """Adds our functions to Hydra's grammar where the command line needs them; the search path stays as it is.

    Hydra asks plugins of this kind first of all, each time that it starts: before it reads an override.
    """

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        del search_path
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


class _Launcher(Launcher):
    """Runs what a sweeper of somebody else decides on, batch by batch, as one run."""

    def __init__(self, **options: Any) -> None:
        del options

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        del hydra_context
        extend_grammar()
        from sweeprun.config.composing import sweep_directory
        from sweeprun.plugin.applications import plain_errors
        from sweeprun.plugin.launching import Batches

        with plain_errors():
            sweep_directory(config)  # before Hydra's own sweeper makes it
        self._batches = Batches(config, task_function)

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        del initial_job_idx  # tasks are numbered on
        return self._batches.launch(job_overrides)


class LocalLauncher(_Launcher):
    """``hydra/launcher=sweeprun_local``: bounded worker processes of this machine."""


class SlurmLauncher(_Launcher):
    """``hydra/launcher=sweeprun_slurm``: throttled job arrays."""
