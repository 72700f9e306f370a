"""``hydra/launcher=sweeprun_local`` and ``sweeprun_slurm`` behind the sweepers of others, in any Hydra application."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hydra.core.utils import JobReturn
from omegaconf import DictConfig

from sweeprun.config.application import Application
from sweeprun.config.batches import add_jobs, agrees, compose_jobs, enumerated_sweep, enumerates
from sweeprun.config.frozen import write_added_configs
from sweeprun.config.launching import Words
from sweeprun.design.policy import Policy
from sweeprun.design.task_ids import TaskIds
from sweeprun.display.outcome import INTERRUPTED, conclude, conclude_waiting
from sweeprun.display.terminal import TERMINAL
from sweeprun.errors import UsageError
from sweeprun.plugin.applications import command_line, given_function, plain_errors, running_application
from sweeprun.plugin.returns import Returns
from sweeprun.runs.launch import Started
from sweeprun.runs.observe import is_active, observe
from sweeprun.runs.prepare import prepare_composed
from sweeprun.runs.prepared_run import PreparedRun
from sweeprun.runs.start import start_run
from sweeprun.runs.submit import start_tasks
from sweeprun.runs.wait import wait_for
from sweeprun.store.directory import RunDirectory
from sweeprun.store.extensions import count_extensions, write_extension
from sweeprun.store.files import make_directory
from sweeprun.store.manifest import MOST_BATCHES, read_manifest

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """A run whose first batch was launched."""

    run: RunDirectory
    prepared: PreparedRun


class Batches:
    """The batches of one sweep of somebody else's sweeper, as tasks of one run.

    Parameters
    ----------
    config
        Hydra's config of the sweep.
    function
        The application's function.
    """

    def __init__(self, config: DictConfig, function: Callable[..., Any]) -> None:
        self._config = config
        self._function = function
        self._begun: _Begun | None = None
        self._launched = 0

    def launch(self, jobs: Sequence[Sequence[str]]) -> Sequence[JobReturn]:
        """Run a batch of jobs, or submit it.

        Raises
        ------
        SystemExit
            If it can't be started or was interrupted; everything that is to be said of it is said.
        """
        with plain_errors():
            jobs = [list(job) for job in jobs]
            if not jobs:
                return []
            first = self._launched
            self._launched += len(jobs)
            application = running_application(self._config)
            application.check_options(self._config)
            if self._begun is None:
                started = self._begin(application, jobs)
            else:
                started = self._go_on(application, self._begun, jobs, first)
            code = conclude(started)
            assert self._begun is not None
            run = self._begun.run
            ended = True
            if self._begun.prepared.launcher is not None and not self._begun.prepared.launcher.in_foreground:
                ended = self._waits()
                if ended and is_active(observe(run)):
                    code = conclude_waiting(wait_for(run, TERMINAL))
        if code == INTERRUPTED:
            raise SystemExit(code)
        return Returns(run, range(first, first + len(jobs)), ended=ended)

    def _waits(self) -> bool:
        """Whether the sweeper needs the results of a batch before it goes on."""
        chosen = self._config.hydra.launcher.get("wait")
        return not enumerates(self._config) if chosen is None else bool(chosen)

    def _begin(self, application: Application, jobs: Sequence[Sequence[str]]) -> Started:
        sweep = enumerated_sweep(application, self._config, jobs) if enumerates(self._config) else None
        prepared = prepare_composed(
            application,
            compose_jobs(application, self._config, jobs) if sweep is None else sweep,
            Policy(),
            given_function(self._function),
            begun=True,
            composed_each=sweep is None,
        )
        batch = TaskIds((range(len(jobs)),))
        groups = [replace(group, tasks=_common(group.tasks, batch)) for group in prepared.groups]
        prepared = replace(prepared, groups=tuple(group for group in groups if group.tasks))
        started = start_run(prepared, command_line(), observer=TERMINAL)
        self._begun = _Begun(run=started.run, prepared=prepared)
        return started

    def _go_on(self, application: Application, begun: _Begun, jobs: Sequence[Sequence[str]], first: int) -> Started:
        manifest = read_manifest(begun.run)
        if manifest.job.composed_each:
            if len(manifest.table.blocks) >= MOST_BATCHES:
                raise UsageError(
                    f"a run takes {MOST_BATCHES} batches of jobs; let the sweeper decide on more jobs at once "
                    "(of Optuna's, hydra.sweeper.n_jobs says how many)"
                )
            added = add_jobs(application, self._config, manifest, jobs)
            if added.unknown_keys:
                log.warning(
                    "earlier jobs did not set %s, so the results have no such coordinate", ", ".join(added.unknown_keys)
                )
            number = count_extensions(begun.run) + 1
            make_directory(begun.run.extensions)
            configs = write_added_configs(begun.run, added.compositions)
            write_extension(begun.run, number, [added.block], configs)
        elif not agrees(manifest.table, manifest.overrides, jobs, first_id=first):
            raise UsageError(f"the sweeper's jobs from {first} on are not those that its parameters describe")
        batch = TaskIds((range(first, first + len(jobs)),))
        return start_tasks(observe(begun.run), batch, Words([]), command_line(), begun.prepared.code, observer=TERMINAL)


def _common(tasks: TaskIds, batch: TaskIds) -> TaskIds:
    return TaskIds.of(task_id for task_id in tasks if task_id in batch)
