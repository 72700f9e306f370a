"""sweeprun: Monte Carlo and ensemble sweeps whose results can be trusted."""

from typing import TYPE_CHECKING, Any

from sweeprun.errors import Unfinished

if TYPE_CHECKING:
    from sweeprun.worker.command import command as command

__version__ = "0.1.0"
__all__ = ["Unfinished", "__version__", "command"]


def __getattr__(name: str) -> Any:
    """Load what is exported when it is first used: importing sweeprun imports nothing heavy."""
    if name == "command":
        from sweeprun.worker.command import command

        return command
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
