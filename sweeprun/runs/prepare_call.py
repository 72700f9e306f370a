"""From a function and values in Python to a run: everything is checked before anything of it is made."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from sweeprun.config.frozen import Composition, freeze_arguments, write_configs
from sweeprun.config.launching import Given
from sweeprun.config.schema import LOCAL
from sweeprun.design.extension import grid_of
from sweeprun.design.policy import Policy
from sweeprun.design.python_axes import further_dimensions
from sweeprun.design.selection import Expression, Selection
from sweeprun.design.streams import Streams
from sweeprun.design.tasks import TaskTable
from sweeprun.display.progress import Notes
from sweeprun.errors import OverrideError, TaskFunctionError
from sweeprun.launchers.packing import Group, plan_submissions
from sweeprun.launchers.registry import make_launcher
from sweeprun.provenance.gather import keep_provenance
from sweeprun.runs.python_path import python_path
from sweeprun.store.directory import DEFAULT_ROOT, RunDirectory, make_run_directory
from sweeprun.store.manifest import KEYWORDS, Manifest, check_size, write_manifest
from sweeprun.store.short_repr import brief
from sweeprun.store.submissions import Submission
from sweeprun.worker.pack_function import PackedFunction, pack_function
from sweeprun.worker.pickled_functions import CONSTANTS, PICKLED, check_arguments, name_of

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


_LONGEST_CALL = 2000


def call_text(called: str, told: Mapping[str, Any], *first: str) -> str:
    """A call, about as somebody would type it."""
    words = [*first, *(f"{name}={value!r}" for name, value in told.items())]
    call = f"{called}({', '.join(words)})"
    return call if len(call) <= _LONGEST_CALL else f"{call[:_LONGEST_CALL]}…"
