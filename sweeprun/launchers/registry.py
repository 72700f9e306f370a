"""The launchers by name: ours, and those that other packages name as entry points ``sweeprun.launchers``."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sweeprun.errors import UsageError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from sweeprun.launchers.capabilities import Capabilities
    from sweeprun.launchers.launcher import Launcher

ENTRY_POINTS = "sweeprun.launchers"


@dataclass(frozen=True, slots=True)
class _Ours:
    """Where a launcher of ours is: its options by themselves, which are quick to import, and the launcher.

    If it submits job arrays, also the class of their jobs: an element imports nothing else of its launcher.
    """

    options: str
    launcher: str
    element_job: str = ""


_OURS = {
    "local": _Ours("sweeprun.launchers.local_options:LocalOptions", "sweeprun.launchers.local:LocalLauncher"),
    "slurm": _Ours(
        "sweeprun.launchers.slurm.launcher_options:SlurmOptions",
        "sweeprun.launchers.slurm.launcher:SlurmLauncher",
        element_job="sweeprun.launchers.slurm.job:SlurmJob",
    ),
}
OUR_LAUNCHERS = tuple(_OURS)
"""The names of our launchers."""

DEFAULT_LAUNCHER = OUR_LAUNCHERS[0]
"""The one that runs what is asked for without naming a launcher."""


def is_launcher(name: str) -> bool:
    """Whether there is a launcher of ours, or of another package that keeps to our interface, of that name."""
    return name in _OURS or name in _of_packages()


def other_launchers() -> tuple[str, ...]:
    """The names of the launchers of other packages."""
    return tuple(name for name in _of_packages() if name not in _OURS)


def options_of(name: str) -> Any:
    """The class whose fields are a launcher's options, with its ``capabilities``; None if there is no such launcher.

    Raises
    ------
    UsageError
        If its package can't be imported.
    """
    if name in _OURS:
        return _load(_OURS[name].options)
    found = _of_packages()
    return _load_entry(found[name]) if name in found else None


def capabilities_of(name: str) -> "Capabilities":
    """What a launcher says that it can do; without a launcher of that name, what all can.

    Raises
    ------
    UsageError
        If its package can't be imported.
    """
    from sweeprun.launchers.capabilities import capabilities_in  # here, as an element starts without it

    return capabilities_in(options_of(name))


def element_job_of(name: str) -> Any:
    """The class of the jobs of a launcher that submits job arrays; None if it is no such launcher.

    Raises
    ------
    UsageError
        If its package can't be imported.
    """
    place = _OURS[name].element_job if name in _OURS else capabilities_of(name).element_job
    return _load(place) if place else None


def make_launcher(options: Mapping[str, Any]) -> "Launcher":
    """A launcher from its name and options, as `Launcher.to_dict` gives them.

    Raises
    ------
    UsageError
        If there is no launcher of that name, or it doesn't have one of the options.
    """
    from sweeprun.launchers.capabilities import VARIABLES

    name = str(options.get("name"))
    others = {key: value for key, value in options.items() if key != "name"}
    if not others.get(VARIABLES, True):  # so that a launcher need not take them
        del others[VARIABLES]
    if name in _OURS:
        kind = _load(_OURS[name].launcher)
    else:
        found = _of_packages()
        if name not in found:
            known = ", ".join([*_OURS, *found])
            raise UsageError(f"there is no launcher {name!r} here; there are: {known}")
        kind = _load_entry(found[name])
    try:
        launcher: Launcher = kind(**others)
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise UsageError(f"the launcher {name!r} can't be made with the options {others}: {error}") from error
    return launcher


def _load(place: str) -> Any:
    module, _, attribute = place.partition(":")
    return getattr(import_module(module), attribute)


def _load_entry(entry: "EntryPoint") -> Any:
    try:
        return entry.load()
    except Exception as error:  # whatever the package raises as it is imported
        raise UsageError(
            f"the launcher {entry.name!r} can't be imported from {entry.value}: {type(error).__name__}: {error}"
        ) from error


def _of_packages() -> "dict[str, EntryPoint]":
    """The launchers of other packages by name; looking for them takes a while, which ours do without."""
    from importlib.metadata import entry_points

    return {entry.name: entry for entry in entry_points(group=ENTRY_POINTS)}
