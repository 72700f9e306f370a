"""``hydra/sweeper=sweeprun`` in any Hydra application."""

from collections.abc import Callable, Sequence
from typing import Any

from hydra.core.utils import JobReturn
from omegaconf import DictConfig

from sweeprun.config.composing import compose_sweep
from sweeprun.config.launching import policy_of
from sweeprun.display.outcome import conclude
from sweeprun.display.terminal import TERMINAL
from sweeprun.plugin.applications import command_line, given_function, plain_errors, running_application
from sweeprun.plugin.planning import is_plan, show_and_exit
from sweeprun.plugin.returns import Returns
from sweeprun.runs.prepare import prepare_composed
from sweeprun.runs.start import start_run


def run_sweep(config: DictConfig, function: Callable[..., Any]) -> list[Sequence[JobReturn]]:
    """Run the sweep of an application: to its end, or into a queue; one batch of returns.

    Raises
    ------
    SystemExit
        If the sweep can't be started, was interrupted, or tasks failed; everything that is to be said of it is said.
    """
    if is_plan(config):
        show_and_exit(config, function)
    with plain_errors():
        application = running_application(config)
        application.check_options(config)
        prepared = prepare_composed(
            application,
            compose_sweep(application, config),
            policy_of(config.hydra.sweeper),
            given_function(function),
            begun=True,
        )
        started = start_run(prepared, command_line(), observer=TERMINAL)
        code = conclude(started)
    if code:
        raise SystemExit(code)
    in_foreground = prepared.launcher is None or prepared.launcher.in_foreground
    return [Returns(started.run, range(len(prepared.manifest.table)), ended=in_foreground)]
