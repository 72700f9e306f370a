"""The launchers by name: ours, and those that other packages name as entry points ``sweeprun.launchers``."""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sweeprun.errors import UsageError
from sweeprun.launchers.launcher import Launcher

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ENTRY_POINTS = "sweeprun.launchers"
_OURS = {
    "local": "sweeprun.launchers.local:LocalLauncher",
    "slurm": "sweeprun.launchers.slurm.launcher:SlurmLauncher",
}


def is_launcher(name: str) -> bool:
    """Whether there is a launcher of ours, or of another package that keeps to our interface, of that name."""
    return name in _OURS or name in _of_packages()


def make_launcher(options: Mapping[str, Any]) -> Launcher:
    """A launcher from its name and options, as `Launcher.to_dict` gives them.

    Raises
    ------
    UsageError
        If there is no launcher of that name, or it doesn't have one of the options.
    """
    name = str(options.get("name"))
    others = {key: value for key, value in options.items() if key != "name"}
    if name in _OURS:
        module, _, attribute = _OURS[name].partition(":")
        kind = getattr(import_module(module), attribute)
    else:
        found = _of_packages()
        if name not in found:
            known = ", ".join([*_OURS, *found])
            raise UsageError(f"there is no launcher {name!r} here; there are: {known}")
        kind = found[name].load()
    try:
        launcher: Launcher = kind(**others)
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise UsageError(f"the launcher {name!r} can't be made with the options {others}: {error}") from error
    return launcher


def _of_packages() -> "dict[str, EntryPoint]":
    """The launchers of other packages by name; looking for them takes a while, which ours do without."""
    from importlib.metadata import entry_points

    return {entry.name: entry for entry in entry_points(group=ENTRY_POINTS)}
