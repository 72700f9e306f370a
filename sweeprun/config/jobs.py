"""A task as one of Hydra's own jobs: what Hydra's launchers do around a function, and what they leave on disk."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import hydra
from hydra.core.config_loader import ConfigLoader
from hydra.core.utils import JobReturn, JobRuntime, JobStatus, configure_log, run_job, setup_globals
from hydra.types import HydraContext
from omegaconf import DictConfig, OmegaConf

from sweeprun.config.hydra_internals import Callbacks, returned_by, works_in_job_directories

_NOT_OF_USERS = (str(Path(__file__).parents[1]), str(Path(hydra.__file__).parent))


def run_as_job(
    config: DictConfig, function: Callable[[DictConfig], Any], of_user: Callable[..., Any] | None = None
) -> Any:
    """Run a function as Hydra's launchers do: in surroundings, with callbacks and a log, and with its directory made.

    Parameters
    ----------
    config
        The task's config with its ``hydra`` node; ``hydra.sweep.dir`` is the run directory.
    function
        Is given the config without that node.
    of_user
        The function that it calls, if it is another one: callbacks are told of that.

    Returns
    -------
    Any
        What the function returned; what it raised is raised.
    """
    setup_globals()
    JobRuntime.instance().set("name", config.hydra.job.name)
    loader: Any = ConfigLoader  # nothing is composed any more
    returned = run_job(
        task_function=function,
        config=config,
        job_dir_key="hydra.sweep.dir",
        job_subdir_key="hydra.sweep.subdir",
        hydra_context=HydraContext(config_loader=loader, callbacks=_JobCallbacks(config, of_user or function)),
    )
    if returned.status is JobStatus.FAILED:
        raise returned_by(returned)
    return returned_by(returned)


class _JobCallbacks(Callbacks):
    """The callbacks of a job, which hear of the user's function; its failure is in its log before they hear of that."""

    def __init__(self, config: DictConfig, function: Callable[..., Any]) -> None:
        super().__init__(config)
        self._function = function

    def on_job_start(self, config: DictConfig, *, task_function: Any, **kwargs: Any) -> None:
        del task_function  # ours
        super().on_job_start(config=config, task_function=self._function, **kwargs)

    def on_job_end(self, config: DictConfig, job_return: JobReturn, **kwargs: Any) -> None:
        if job_return.status is JobStatus.FAILED:
            error = returned_by(job_return)
            log = logging.getLogger(config.hydra.job.name)
            log.error("the job failed", exc_info=(type(error), error, _own_traceback(error)))
        super().on_job_end(config=config, job_return=job_return, **kwargs)


def _own_traceback(error: BaseException) -> TracebackType | None:
    """Where something was raised, from the user's function on."""
    trace = error.__traceback__
    while (
        trace is not None and trace.tb_next is not None and trace.tb_frame.f_code.co_filename.startswith(_NOT_OF_USERS)
    ):
        trace = trace.tb_next
    return trace


@contextmanager
def as_multirun(config: DictConfig, config_name: str) -> Iterator[None]:
    """Tell the callbacks of a sweep that it begins, and at the end of a block without an error that it has ended."""
    callbacks = Callbacks(config)
    callbacks.on_multirun_start(config=config, config_name=config_name)
    yield
    callbacks.on_multirun_end(config=config, config_name=config_name)


def configure_console_log(config: DictConfig) -> None:
    """Log as an application asks for by ``hydra.job_logging`` and ``hydra.verbose``, but into no file of the job's."""
    chosen: Any = OmegaConf.to_container(config.hydra.job_logging, resolve=False) if config.hydra.job_logging else None
    if chosen is not None:
        files = {name for name, handler in (chosen.get("handlers") or {}).items() if "filename" in handler}
        chosen["handlers"] = {name: own for name, own in (chosen.get("handlers") or {}).items() if name not in files}
        for logger in [chosen.get("root") or {}, *(chosen.get("loggers") or {}).values()]:
            if "handlers" in logger:
                logger["handlers"] = [name for name in logger["handlers"] if name not in files]
    kept: Any = None if chosen is None else OmegaConf.create(chosen)
    configure_log(kept, config.hydra.verbose)


def needs_job_directories(config: DictConfig) -> bool:
    """Whether every job of a sweep is to be one of Hydra's own: it works in its directory, or has callbacks."""
    own = config.hydra
    return bool(changes_directory(config) or own.callbacks or own.launcher.get("job_directories"))


def changes_directory(config: DictConfig) -> bool:
    """Whether jobs work in their directories. Applications for Hydra 1.1 do unless they say otherwise."""
    chosen = config.hydra.job.chdir
    return works_in_job_directories() if chosen is None else bool(chosen)
