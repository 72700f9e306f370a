"""sweeprun: Monte Carlo and ensemble sweeps whose results can be trusted."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sweeprun._version import __version__
from sweeprun.errors import Unfinished

if TYPE_CHECKING:
    from sweeprun.notebook.listing import list_runs as list_runs
    from sweeprun.notebook.run import Run as Run
    from sweeprun.notebook.run import open_run as open_run
    from sweeprun.notebook.sweeping import plan as plan
    from sweeprun.notebook.sweeping import sweep as sweep
    from sweeprun.worker.command import command as command

__all__ = ["Run", "Unfinished", "__version__", "command", "list_runs", "open_run", "plan", "sweep"]

_HOMES = {
    "Run": "sweeprun.notebook.run",
    "command": "sweeprun.worker.command",
    "list_runs": "sweeprun.notebook.listing",
    "open_run": "sweeprun.notebook.run",
    "plan": "sweeprun.notebook.sweeping",
    "sweep": "sweeprun.notebook.sweeping",
}


def __getattr__(name: str) -> Any:
    """Load what is exported when it is first used: importing sweeprun imports nothing heavy."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    advice = import_module("sweeprun.notebook.advice")
    raise AttributeError(advice.of_package(name, _HOMES))
