"""A task as one of Hydra's own jobs: what Hydra's launchers do around a function, and what they leave on disk."""

from collections.abc import Callable
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.utils import JobRuntime, JobStatus, configure_log, run_job, setup_globals
from hydra.types import HydraContext
from omegaconf import DictConfig, OmegaConf

from sweeprun.config.hydra_internals import Callbacks, returned_by, works_in_job_directories


def run_as_job(config: DictConfig, function: Callable[[DictConfig], Any]) -> Any:
    """Run a function as Hydra's launchers do: in surroundings, with callbacks and a log, and with its directory made.

    Parameters
    ----------
    config
        The task's config with its ``hydra`` node; ``hydra.sweep.dir`` is the run directory.
    function
        Is given the config without that node.

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
        hydra_context=HydraContext(config_loader=loader, callbacks=Callbacks(config)),
    )
    if returned.status is JobStatus.FAILED:
        raise returned_by(returned)
    return returned_by(returned)


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
    hydra = config.hydra
    return bool(changes_directory(config) or hydra.callbacks or hydra.launcher.get("job_directories"))


def changes_directory(config: DictConfig) -> bool:
    """Whether jobs work in their directories. Applications for Hydra 1.1 do unless they say otherwise."""
    chosen = config.hydra.job.chdir
    return works_in_job_directories() if chosen is None else bool(chosen)
