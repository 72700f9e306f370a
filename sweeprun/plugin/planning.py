"""``hydra.launcher.plan=true``: what an application's sweep would run; runs nothing, writes nothing."""

from collections.abc import Callable
from typing import Any

from omegaconf import DictConfig

from sweeprun.config.batches import enumerated_sweep, enumerates
from sweeprun.config.composing import ComposedSweep, compose_sweep
from sweeprun.config.launching import policy_of
from sweeprun.config.schema import SWEEPER
from sweeprun.design.policy import Policy
from sweeprun.display.plan import show_plan
from sweeprun.errors import UsageError
from sweeprun.plugin.applications import given_function, plain_errors, running_application
from sweeprun.runs.plan import plan_of
from sweeprun.runs.prepare import prepare_composed


def is_plan(config: DictConfig) -> bool:
    """Whether a sweep is only to be shown."""
    return bool(config.hydra.launcher.get("plan"))


def show_and_exit(config: DictConfig, function: Callable[..., Any]) -> None:
    """Print what a sweep would run, and end the application: no sweeper is to begin.

    Raises
    ------
    SystemExit
        With 0, or our exit code if the sweep could not be started either.
    """
    with plain_errors():
        application = running_application(config)
        application.check_options(config)
        sweeper, launcher = application.chosen_plugins(config)
        sweep: ComposedSweep | None
        if sweeper == SWEEPER:
            sweep, policy = compose_sweep(application, config), policy_of(config.hydra.sweeper)
        else:
            sweep, policy = enumerated_sweep(application, config, []) if enumerates(config) else None, Policy()
        if sweep is None:
            raise UsageError(
                f"hydra/sweeper={sweeper}: it isn't known beforehand which tasks these jobs would make, so there is no "
                "plan; hydra/sweeper=sweeprun has one, and Hydra's own sweeper if its jobs make a grid"
            )
        prepared = prepare_composed(application, sweep, policy, given_function(function), begun=True)
        show_plan(plan_of(prepared, launcher))
    raise SystemExit(0)
