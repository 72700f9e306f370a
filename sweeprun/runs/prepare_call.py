"""From a function and values in Python to a run: everything is checked before anything of it is made."""

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from sweeprun.config.frozen import freeze_arguments
from sweeprun.config.launching import Given
from sweeprun.design.extension import grid_of
from sweeprun.design.policy import Policy
from sweeprun.design.python_axes import further_dimensions
from sweeprun.design.result_dims import check_coords, checked_dims
from sweeprun.design.selection import Expression, Selection
from sweeprun.design.streams import BitGenerator, Streams
from sweeprun.design.tasks import TaskTable
from sweeprun.errors import OverrideError, TaskFunctionError
from sweeprun.launchers.packing import Group
from sweeprun.launchers.registry import DEFAULT_LAUNCHER, make_launcher
from sweeprun.runs.prepared_run import PreparedRun, RunPlace
from sweeprun.runs.python_path import python_path
from sweeprun.runs.shared_streams import members_that_share
from sweeprun.store.directory import DEFAULT_ROOT, RunDirectory
from sweeprun.store.job_spec import PICKLED, FunctionReference, JobSpec
from sweeprun.store.local_paths import local_path
from sweeprun.store.manifest import Manifest
from sweeprun.store.result_names import Labels, ResultNames, check_labels, labels_to_json
from sweeprun.store.short_repr import brief
from sweeprun.wording import hydra
from sweeprun.worker.main_guard import check_guarded
from sweeprun.worker.pack_function import PackedFunction, pack_function
from sweeprun.worker.pickled_functions import check_arguments, name_of
from sweeprun.worker.stream_clashes import clash_of

_LONGEST_CALL = 2000
_SHOWN_VALUES = 20
_TOLD = ("members", "root_seed", "streams", "bit_generator", "exclude", "only", "dims")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asked for, as they said it.

    Attributes
    ----------
    function, axes, constants
        What is called, and with which arguments.
    members, root_seed, streams, bit_generator, exclude, only
        As of ``hydra.sweeper``.
    dims, coords
        The names of dimensions of results that come without names, and what is along these.
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
    bit_generator: str | None = None
    exclude: str | Sequence[str] = ()
    only: str | Sequence[str] = ()
    dims: Mapping[str, Any] | None = None
    coords: Mapping[str, Any] | None = None
    changes: Given = field(default_factory=Given)
    directory: str | os.PathLike[str] | None = None

    def written(self) -> str:
        """The call that asks for it, about as somebody would type it."""
        told = {name: value for name in _TOLD if (value := getattr(self, name)) is not None and value != ()}
        constants = ", ".join(f"{name!r}: {brief(name, value)}" for name, value in self.constants.items())
        coords = ", ".join(f"{name!r}: {brief(name, value)}" for name, value in (self.coords or {}).items())
        first = [name_of(self.function), _written(self.axes), *([f"constants={{{constants}}}"] if constants else [])]
        first += [f"coords={{{coords}}}"] if coords else []
        return call_text("sweeprun.sweep", told | self.changes.told(), *first)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledFunction:
    """The function of a call, which is in its run by value.

    Attributes
    ----------
    packed
        What the run keeps of it.
    reference
        What the manifest will say of it.
    """

    packed: PackedFunction
    reference: FunctionReference

    def keep(self, run: RunDirectory) -> FunctionReference:
        self.packed.keep(run.function, run.function_source)
        return self.reference


def prepare_call(asked: Asked) -> PreparedRun:
    """Check everything that can be checked before anything runs.

    Raises
    ------
    SweeprunError
        On the first thing that is wrong.
    """
    if not callable(asked.function):
        raise TaskFunctionError(f"{asked.function!r} can't be called; give the function that runs one task")
    if (module := getattr(asked.function, "__module__", "__main__")) != "__main__":  # a script's function goes by value
        check_guarded(module)
    if not isinstance(asked.constants, Mapping):
        raise OverrideError(f"constants is {asked.constants!r}; give a mapping such as {{'n': 1000}}")
    constants: Sequence[Any] = list(asked.constants)
    if unnamed := [name for name in constants if not isinstance(name, str)]:
        raise OverrideError(f"constants has {unnamed[0]!r}; the names of arguments are texts")
    table = _table(asked)
    axes = [axis.name for axis in table.blocks[0].design.axes]
    check_arguments(asked.function, axes, list(asked.constants))
    names = _names(asked, table.blocks[0].design.names())
    launcher = make_launcher(asked.changes.launcher({"name": DEFAULT_LAUNCHER}))
    reference = FunctionReference(
        kind=PICKLED,
        path=RunDirectory(Path()).function.name,
        keywords=True,
        constants=tuple(sorted(asked.constants)),
    )
    packed = pack_function(asked.function, Path.cwd(), asked.constants)
    return PreparedRun(
        manifest=Manifest(
            table=table,
            overrides=(),
            composition_axes=(),
            launcher=launcher.to_dict(),
            job=JobSpec(cwd=str(Path.cwd()), function=reference, dims=names.dims, coords=labels_to_json(names.labels)),
            python_path=python_path(),
            provenance={},
            policy=asked.changes.policy(Policy()),
        ),
        compositions=(freeze_arguments(asked.constants),),
        code=packed.code,
        place=_place(asked.directory),
        groups=(Group(tasks=table.selected(), launcher=launcher),),
        function=CalledFunction(packed=packed, reference=reference),
        clash=clash_of(asked.function, table, asked.constants),
        notes=members_that_share(table),
    )


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
        Streams(
            root_seed=asked.root_seed,
            shared_by=None if asked.streams is None else streams,
            bit_generator=BitGenerator.PCG64
            if asked.bit_generator is None
            else BitGenerator.named(asked.bit_generator),
        ),
        Selection(
            only=tuple(Expression(text=text) for text in _texts("only", asked.only)),
            exclude=tuple(Expression(text=text) for text in _texts("exclude", asked.exclude)),
        ),
    )


def _names(asked: Asked, axes: Collection[str]) -> ResultNames:
    """The names that were given to dimensions of results, and what is along these."""
    dims = checked_dims({} if asked.dims is None else asked.dims, axes)
    coords = {dim: Labels(values=values) for dim, values in check_coords(asked.coords, dims).items()}
    check_labels(coords)
    return ResultNames(dims=dims, labels=coords)


def _texts(name: str, given: Any) -> tuple[str, ...]:
    """A text, or a list of texts."""
    if not isinstance(given, str | Iterable | None):
        raise OverrideError(f"{name} is {given!r}; it is a text, or a list of texts")
    texts = () if given is None else (given,) if isinstance(given, str) else tuple(given)
    for text in texts:
        if not isinstance(text, str):
            raise OverrideError(f"{name} has {text!r}; it is a text, or a list of texts")
    return texts


def _place(directory: str | os.PathLike[str] | None) -> RunPlace:
    """Where the user wants the run to be; by default below ``./multirun``, by the time."""
    if directory is not None:
        return RunPlace(path=local_path(directory, str(hydra("sweep.dir"))).expanduser(), numbered=False)
    return RunPlace(path=DEFAULT_ROOT / datetime.now().astimezone().strftime("%Y-%m-%d/%H-%M-%S"), numbered=True)


def call_text(called: str, told: Mapping[str, Any], *first: str) -> str:
    """A call, about as somebody would type it."""
    words = [*first, *(f"{name}={value!r}" for name, value in told.items())]
    call = f"{called}({', '.join(words)})"
    return call if len(call) <= _LONGEST_CALL else f"{call[:_LONGEST_CALL]}…"
