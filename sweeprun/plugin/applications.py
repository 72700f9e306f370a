"""A Hydra application that is running: what composes its configs, its function, and its command line."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hydra.core.global_hydra import GlobalHydra
from omegaconf import DictConfig

from sweeprun.config.application import Application, ConfigSource, full_errors
from sweeprun.display.streams import standard_streams
from sweeprun.errors import SweeprunError
from sweeprun.safe_text import plain_message
from sweeprun.wording import TERMINAL, speaking
from sweeprun.worker.applications import ApplicationFunction
from sweeprun.worker.jobs import PlainJob


def running_application(config: DictConfig) -> Application:
    """The application whose sweep this is the config of."""
    hydra = GlobalHydra.instance().hydra
    assert hydra is not None
    places = {str(source.provider): source for source in config.hydra.runtime.config_sources}
    main, extra = places.get("main"), places.get("command-line")
    source = ConfigSource(
        path="" if main is None else f"pkg://{main.path}" if main.schema == "pkg" else str(main.path),
        name=config.hydra.job.config_name or "",
        extra=None if extra is None else str(extra.path),
    )
    return Application(hydra, source)


def given_function(function: Callable[..., Any]) -> ApplicationFunction | None:
    """The application's function; None where the config names the task, as in our own command line."""
    return None if isinstance(function, PlainJob) else ApplicationFunction.of(function, Path.cwd())


def command_line() -> list[str]:
    """The command line of this process."""
    return [Path(sys.executable).name, *sys.orig_argv[1:]]


@contextmanager
def plain_errors() -> Iterator[None]:
    """Speak in Hydra's words; end the application with one clear message where an error of ours would show innards.

    What can't be written meanwhile, as its reader is gone, stops nothing.

    Raises
    ------
    SystemExit
        With our exit code, after the message.
    """
    with speaking(TERMINAL), standard_streams():
        try:
            yield
        except SweeprunError as error:
            if full_errors():
                raise
            print(f"sweeprun: {plain_message(error)}", file=sys.stderr)
            raise SystemExit(error.exit_code) from error
