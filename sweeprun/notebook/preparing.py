"""From a function and values in Python to a run: everything is checked before anything of it is made."""

import os
import sys
import sysconfig
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from sweeprun.cli.launching import Notes
from sweeprun.config.frozen import Composition, freeze_arguments, write_configs
from sweeprun.config.launching import Given
from sweeprun.config.schema import LOCAL
from sweeprun.design.extending import grid_of
from sweeprun.design.grid import Dimension
from sweeprun.design.policy import Policy
from sweeprun.design.python_axes import dimensions_of, member_axis
from sweeprun.design.selection import Expression, Selection
from sweeprun.design.streams import Streams
from sweeprun.design.tasks import TaskTable
from sweeprun.errors import OverrideError, TaskFunctionError
from sweeprun.launchers.launcher import Group, plan_submissions
from sweeprun.launchers.registry import make_launcher
from sweeprun.notebook.asking import call_text
from sweeprun.store.briefly import brief
from sweeprun.store.directory import DEFAULT_ROOT, RunDirectory, make_run_directory
from sweeprun.store.manifest import KEYWORDS, Manifest, check_size, write_manifest
from sweeprun.store.provenance import keep_provenance
from sweeprun.store.submissions import Submission
from sweeprun.worker.given import CONSTANTS, PICKLED, check_arguments, name_of
from sweeprun.worker.packing import PackedFunction, pack_function

_SHOWN_VALUES = 20
_TOLD = ("members", "root_seed", "streams", "exclude", "only")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asked for, as they said it.

    Attributes
    ----------
    function, axes, constants
        What is called, and with which arguments.
    members, root_seed, streams, exclude, only
        As of ``hydra.sweeper``.
    changes
        The launcher and the policy.
    directory
        Where the run is to be; None for a new directory below ``./multirun``.
    """

    function: Callable[..., Any]
    axes: Mapping[str, Any]
    constants: Mapping[str, Any] = field(default_factory=dict)
    members: int | None = None
    root_seed: int | None = None
    streams: Sequence[str] | None = None
    exclude: str | Sequence[str] = ()
    only: str | Sequence[str] = ()
    changes: Given = field(default_factory=Given)
    directory: str | os.PathLike[str] | None = None

    def written(self) -> str:
        """The call that asks for it, about as somebody would type it."""
        told = {name: value for name in _TOLD if (value := getattr(self, name)) is not None and value != ()}
        constants = ", ".join(f"{name!r}: {brief(name, value)}" for name, value in self.constants.items())
        first = [name_of(self.function), _written(self.axes), *([f"constants={{{constants}}}"] if constants else [])]
        return call_text("sweeprun.sweep", told | self.changes.told(), *first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A run that was checked and can be made; nothing is on disk yet."""

    asked: Asked
    manifest: Manifest
    composition: Composition
    function: PackedFunction
    submissions: tuple[Submission, ...]


def prepare(asked: Asked) -> Prepared:
    """Check everything that can be checked before anything runs.

    Raises
    ------
    SweeprunError
        On the first thing that is wrong.
    """
    if not callable(asked.function):
        raise TaskFunctionError(f"{asked.function!r} can't be called; give the function that runs one task")
    if not isinstance(asked.constants, Mapping):
        raise OverrideError(f"constants is {asked.constants!r}; give a mapping such as {{'n': 1000}}")
    names: Sequence[Any] = list(asked.constants)
    if unnamed := [name for name in names if not isinstance(name, str)]:
        raise OverrideError(f"constants has {unnamed[0]!r}; the names of arguments are texts")
    table = _table(asked)
    axes = [axis.name for axis in table.blocks[0].design.axes]
    check_arguments(asked.function, axes, list(asked.constants))
    options = asked.changes.launcher({"name": LOCAL})
    launcher = make_launcher(options)
    manifest = Manifest(
        table=table,
        overrides=(),
        composition_axes=(),
        launcher=launcher.to_dict(),
        job={
            "subdir": "${hydra.job.num}",
            "chdir": False,
            "cwd": str(Path.cwd()),
            "function": {
                "kind": PICKLED,
                "path": RunDirectory(Path()).function.name,
                "call": KEYWORDS,
                CONSTANTS: sorted(asked.constants),
            },
        },
        python_path=python_path(),
        provenance={},
        policy=asked.changes.policy(Policy()),
    )
    check_size(manifest)
    launcher.check(Notes())
    submissions = plan_submissions([Group(tasks=table.selected(), launcher=launcher)])
    return Prepared(
        asked=asked,
        manifest=manifest,
        composition=freeze_arguments(asked.constants),
        function=pack_function(asked.function, Path.cwd(), asked.constants),
        submissions=tuple(replace(submission, policy=manifest.policy) for submission in submissions),
    )


def create(prepared: Prepared) -> RunDirectory:
    """Make the run directory, with everything that workers and whoever looks at it will need."""
    directory = prepared.asked.directory
    path = Path(directory).expanduser() if directory is not None else _new_path()
    run = make_run_directory(path, numbered=directory is None)
    prepared.function.keep(run.function, run.function_source)
    write_configs(run, [prepared.composition])
    provenance = keep_provenance(run, [prepared.asked.written()], prepared.function.code)
    write_manifest(run, replace(prepared.manifest, provenance=provenance))
    return run


def _written(values: Any) -> str:
    """The values of axes, about as somebody would type them."""
    if isinstance(values, Mapping):
        return "{" + ", ".join(f"{name!r}: {_written(own)}" for name, own in values.items()) + "}"
    if isinstance(values, range):
        return repr(values)
    shown = [repr(one.item()) if isinstance(one, np.number) else repr(one) for one in list(values)[:_SHOWN_VALUES]]
    return f"[{', '.join(shown)}{', …' if len(values) > _SHOWN_VALUES else ''}]"


def further_dimensions(axes: Mapping[str, Any], members: int | None) -> tuple[Dimension, ...]:
    """The dimensions that an extension names."""
    own = dimensions_of(axes)
    count = whole_number("members", members)
    return own if count is None else (*own, Dimension.of(member_axis(count)))


def whole_number(name: str, value: Any) -> int | None:
    """A whole number that somebody gave, or None if nobody did.

    Raises
    ------
    OverrideError
        If it is none.
    """
    if value is None:
        return None
    try:
        if isinstance(value, bool):
            raise TypeError
        return value.__index__()  # type: ignore[no-any-return]  # NumPy's integers, too
    except (AttributeError, TypeError):
        raise OverrideError(f"{name} is {value!r}; it is a whole number") from None


def _table(asked: Asked) -> TaskTable:
    streams = _texts("streams", asked.streams)
    return TaskTable.of(
        grid_of(further_dimensions(asked.axes, asked.members)),
        Streams(root_seed=asked.root_seed, shared_by=None if asked.streams is None else streams),
        Selection(
            only=tuple(Expression(text=text) for text in _texts("only", asked.only)),
            exclude=tuple(Expression(text=text) for text in _texts("exclude", asked.exclude)),
        ),
    )


def _texts(name: str, given: Any) -> tuple[str, ...]:
    """A text, or a list of texts."""
    if not isinstance(given, str | Iterable | None):
        raise OverrideError(f"{name} is {given!r}; it is a text, or a list of texts")
    texts = () if given is None else (given,) if isinstance(given, str) else tuple(given)
    for text in texts:
        if not isinstance(text, str):
            raise OverrideError(f"{name} has {text!r}; it is a text, or a list of texts")
    return texts


def _new_path() -> Path:
    return DEFAULT_ROOT / datetime.now().astimezone().strftime("%Y-%m-%d/%H-%M-%S")


def python_path() -> tuple[str, ...]:
    """The working directory, and those on ``sys.path`` that no interpreter has by itself."""
    installed = [Path(place).resolve() for place in sysconfig.get_paths().values()]
    own = [place for place in sys.path if place and Path(place).is_dir()]
    own = [place for place in own if not any(Path(place).resolve().is_relative_to(one) for one in installed)]
    return tuple(dict.fromkeys([str(Path.cwd()), *(str(Path(place).resolve()) for place in own)]))
