"""What completion proposes from a run that is there: its axes, their values, the options of its launcher."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sweeprun.cli.complete.syntax import Value

if TYPE_CHECKING:
    from sweeprun.store.manifest import Manifest

_MOST_VALUES = 1000
_LAUNCHER = "hydra/launcher="


def values_of_run(kind: Value, path: Path | None, current: str) -> Mapping[str, str]:
    """What a word about a run may become.

    Parameters
    ----------
    kind
        What the word names.
    path
        The run; the newest if there is none.
    current
        What is typed of it.
    """
    if kind is not Value.AXIS and path is None and not current:
        return {}  # the run comes first
    if kind is Value.LAUNCHER_OPTION and not current.startswith("h"):
        return {} if current else {"hydra.": "options of the launcher"}

    from sweeprun.store.directory import RunDirectory
    from sweeprun.store.finding import newest_run
    from sweeprun.store.manifest import read_manifest

    manifest = read_manifest(newest_run() if path is None else RunDirectory(path.resolve()))
    if kind is Value.LAUNCHER_OPTION:
        return dict(_launcher_options(manifest, current))
    return dict(_axes(kind, manifest, current))


def _axes(kind: Value, manifest: "Manifest", current: str) -> Iterator[tuple[str, str]]:
    from sweeprun.design.extension import whole_grid

    key, equals, _ = current.partition("=")
    before, comma, _ = current.rpartition(",")
    for axis in whole_grid(manifest.table).axes:
        if kind is Value.AXIS:
            yield before + comma + axis.name, f"{len(axis)} values"
        elif not equals:
            yield f"{axis.name}=", f"{len(axis)} values"
        elif kind is Value.AXIS_VALUE and key == axis.name:
            for index in range(min(len(axis), _MOST_VALUES)):
                yield f"{axis.name}={axis.coordinate(index)}", ""


def _launcher_options(manifest: "Manifest", current: str) -> Iterator[tuple[str, str]]:
    from sweeprun.launchers.capabilities import option_fields
    from sweeprun.launchers.registry import OUR_LAUNCHERS, options_of, other_launchers

    if current.startswith(_LAUNCHER):
        yield from ((f"{_LAUNCHER}{name}", "") for name in (*OUR_LAUNCHERS, *other_launchers()))
        return
    name = str(manifest.launcher.get("name"))
    for option in option_fields(options_of(name) if name in OUR_LAUNCHERS else None) or ():  # of others, nothing is run
        end = "." if "Mapping[" in str(option.type) or "dict[" in str(option.type) else "="
        yield f"hydra.launcher.{option.name}{end}", f"of {name}"
    yield _LAUNCHER, "another launcher"
    yield from ((f"hydra.sweeper.{name}=", "policy") for name in ("retries", "retry_on", "timeout", "max_failures"))
