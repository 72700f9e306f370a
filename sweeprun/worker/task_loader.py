"""What a worker needs to run a task: its function, its config, and its directory."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from sweeprun.config.frozen import ConfigDeriver, HydraConfigHook, HydraNode, read_configs
from sweeprun.config.result_names import labels_in
from sweeprun.design.tasks import Task
from sweeprun.store.directory import RunDirectory
from sweeprun.store.job_spec import BY_NUMBER, FunctionReference
from sweeprun.store.manifest import Manifest
from sweeprun.store.result_names import NO_NAMES, ResultNames
from sweeprun.store.task_directories import check_task_directory
from sweeprun.worker.applications import called_with_config, load_application_function
from sweeprun.worker.broken import reading
from sweeprun.worker.functions import TaskFunction, load_task_function
from sweeprun.worker.hydra_globals import HydraGlobals
from sweeprun.worker.job_directory import write_job_configs
from sweeprun.worker.main_script import arguments_of, command_line
from sweeprun.worker.pickled_functions import KeywordFunction, load_given_function


class TaskLoader:
    """Loads what tasks of a run need; what is loaded once is kept.

    Everything is read with the first task, so that a failure to read it is a record.

    Parameters
    ----------
    run, manifest
        The run.
    base
        The directory that workers work in.
    function
        An application's function that is at hand, and need not be found.
    """

    def __init__(
        self, run: RunDirectory, manifest: Manifest, base: Path, function: Callable[..., Any] | None = None
    ) -> None:
        self._run = run
        self._manifest = manifest
        self._base = base
        self._at_hand = function
        self._functions: dict[str, TaskFunction] = {}
        self._deriver: ConfigDeriver | None = None
        self._hydra: HydraNode | None = None
        self._last_made: int | None = None
        self._log_configured = False
        self._dims = manifest.job.dims
        self._names: ResultNames | None = None
        self._as_jobs = manifest.job.directories
        self._globals = HydraGlobals()

    def close(self) -> None:
        """Leave what tasks share with this process as it was."""
        self._globals.close()

    def prepare(self) -> None:
        """Read the configs now, for tasks of processes that are forked from this one; no type of the study is made."""
        if not self._manifest.calls_by_keywords:
            with reading():
                self._configs()

    @property
    def is_application(self) -> bool:
        """Whether the tasks are those of a Hydra application, which may return anything."""
        reference = self._manifest.job.function
        return reference is not None and reference.application

    def load(self, task: Task, composed: DictConfig | None) -> tuple[DictConfig, TaskFunction]:
        """The config of a task and its function; ``composed`` is the config that Hydra itself composed."""
        reference = self._manifest.job.function
        with reading():
            if reference is not None:  # first: configs may hold types of the application's own
                function = self._given_function(reference)
                return self._derive(task) if composed is None else composed, function
            cfg = self._derive(task) if composed is None else composed
            return cfg, self._named_function(cfg.get("task"))

    def names(self, cfg: Any, function: TaskFunction) -> ResultNames:
        """What dimensions of a task's results are called, and what is along them.

        Parameters
        ----------
        cfg, function
            The task's config, before the function may change it, and the function.
        """
        if not self._dims:
            return NO_NAMES
        if not isinstance(function, KeywordFunction):
            return ResultNames(dims=self._dims, labels=labels_in(cfg, self._dims))
        if self._names is None:
            self._names = ResultNames(dims=self._dims, labels=function.labels(self._dims, self._manifest.job.coords))
        return self._names

    def call(
        self, task: Task, cfg: DictConfig, call: Callable[[DictConfig], Any], of_user: Callable[..., Any] | None = None
    ) -> Any:
        """Call a function with a task's config, as one of Hydra's own jobs if that was asked for.

        Parameters
        ----------
        task, cfg
            The task and its config.
        call
            Is called with the config.
        of_user
            The function of the user's that it calls, if it isn't one itself.
        """
        with self._command_line(task), self._globals:
            if self._as_jobs:
                from sweeprun.config.jobs import run_as_job

                self.directory(task)  # which Hydra makes, wherever that is
                return run_as_job(self._full_config(task), call, of_user)
            return self._call(task, cfg, call)

    def _call(self, task: Task, cfg: DictConfig, call: Callable[[DictConfig], Any]) -> Any:
        if self.is_application and not self._log_configured:
            from sweeprun.config.jobs import configure_console_log

            self._log_configured = True
            configure_console_log(self._full_config(task))
        with self._variables(task):
            return call(cfg)

    def _command_line(self, task: Task | None = None) -> AbstractContextManager[None]:
        """The command line of an application for one task, or as its script sees it that is imported."""
        job = self._manifest.job
        if job.script is None:
            return nullcontext()
        if task is None:
            return command_line(job.script.arguments)
        if job.composed_each and job.script.overridden:
            overrides: Any = self._configs().derive_full(task).hydra.overrides.task
            return command_line(arguments_of(job.script, overrides))
        return command_line(arguments_of(job.script, self._manifest.override_texts(task)))

    @contextmanager
    def _variables(self, task: Task) -> Iterator[None]:
        """The environment variables that depend on the task, of ``hydra.job.env_set``, while it runs."""
        names = self._manifest.job.task_variables
        before = {name: os.environ.get(name) for name in names}
        if names:
            env_set = self._full_config(task).hydra.job.env_set
            os.environ.update({name: str(env_set[name]) for name in names})
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value

    def make_directory(self, task: Task) -> Path:
        """The task's directory, made when it is first asked for, with the task's configs in it."""
        directory = self.directory(task)
        if self._last_made != task.task_id:
            self._last_made = task.task_id
            directory.mkdir(parents=True, exist_ok=True)
            if not (self._as_jobs or self._manifest.calls_by_keywords) and self._configs().has_hydra:
                write_job_configs(directory, self._full_config(task))
        return directory

    def directory(self, task: Task) -> Path:
        """The task's directory, ``hydra.sweep.subdir`` of the run directory; not made."""
        if self._manifest.job.subdir == BY_NUMBER:
            return self._run.task(task.task_id)
        subdir = Path(str(OmegaConf.select(self._configs().derive_full(task), "hydra.sweep.subdir")))
        return self._run.path / check_task_directory(subdir)

    def _full_config(self, task: Task) -> DictConfig:
        """The config of a task with its ``hydra`` node, for what is about its directory."""
        config = self._configs().derive_full(task)
        OmegaConf.set_readonly(config.hydra, False)
        config.hydra.sweep.dir = os.fspath(self._run.path)
        config.hydra.job.chdir = self._manifest.job.chdir
        return config

    def _derive(self, task: Task) -> Any:
        """Its config; of a function that is called by keywords, the values of its axes."""
        if self._manifest.calls_by_keywords:
            return self._manifest.values(task)
        if self._hydra is None:
            self._hydra = HydraNode(self._configs(), self.make_directory)
            self._hydra.register_resolvers()
            if not self._as_jobs:
                HydraConfigHook(self._hydra).install()
        self._hydra.enter(task)
        return self._configs().derive(task)

    def _configs(self) -> ConfigDeriver:
        if self._deriver is None:
            self._deriver = ConfigDeriver(self._manifest, read_configs(self._run))
        return self._deriver

    def _given_function(self, reference: FunctionReference) -> TaskFunction:
        if reference.name not in self._functions:
            self._functions[reference.name] = self._find_given(reference)
        return self._functions[reference.name]

    def _find_given(self, reference: FunctionReference) -> TaskFunction:
        if self._at_hand is not None:
            return called_with_config(self._at_hand)
        if reference.application:
            with self._command_line():
                script = self._manifest.job.script
                return load_application_function(reference, self._run.path, self._base, script)
        return load_given_function(reference, self._run.path)

    def _named_function(self, spec: Any) -> TaskFunction:
        key = str(spec.get("_target_")) if isinstance(spec, DictConfig) else str(spec)
        if key not in self._functions:
            plain = OmegaConf.to_container(spec, resolve=False) if OmegaConf.is_config(spec) else spec
            self._functions[key] = load_task_function(plain, self._base)
        return self._functions[key]
