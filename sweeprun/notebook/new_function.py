"""Starting tasks of a run from a notebook: with its function as it was, or with one that was mended meanwhile."""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

from sweeprun.errors import TaskFunctionError, UsageError
from sweeprun.notebook.stale import tell_of_stale_modules
from sweeprun.provenance.code import Code, accepted_code, read_code, source_digest
from sweeprun.runs.background import launch_in_background
from sweeprun.runs.events import Observer
from sweeprun.runs.launch import Launch
from sweeprun.safe_text import plain_message
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import make_directory
from sweeprun.store.manifest import Manifest
from sweeprun.store.submissions import Submission
from sweeprun.worker.pack_function import PackedFunction, pack_function
from sweeprun.worker.pickled_functions import check_arguments, name_of
from sweeprun.worker.references import reached_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """Another function for further tasks of a run.

    Attributes
    ----------
    name
        Its name.
    packed
        What the run is to keep of it.
    """

    name: str
    packed: PackedFunction

    @classmethod
    def of(cls, run: RunDirectory, manifest: Manifest, function: Callable[..., Any]) -> "Mended":
        """A function that takes the arguments of a run's tasks.

        Raises
        ------
        UsageError
            If the run doesn't have its function from Python.
        TaskFunctionError
            If it can't be called with these arguments, or can't be sent to workers.
        """
        if not manifest.calls_by_keywords:
            raise UsageError(
                f"{run.shown()} has its task function from a config or an application, so none can be given: change "
                "it where it is, and say allow_drift=True"
            )
        if not callable(function):
            raise TaskFunctionError(f"{function!r} can't be called; give the function that runs one task")
        axes = [axis.name for axis in manifest.table.blocks[0].design.axes]
        reference = manifest.job.function
        check_arguments(function, axes, () if reference is None else reference.constants)
        packed = pack_function(function, manifest.job.base)
        tell_of_stale_modules(packed.code)
        return cls(name=name_of(function), packed=packed)

    def launch(self, run: RunDirectory, submissions: Sequence[Submission], observer: Observer) -> None:
        """Launch submissions with it in the background; it is kept in the run before."""
        token = os.urandom(6).hex()
        make_directory(run.functions)
        self.packed.keep(run.given_function(token), run.given_function_source(token))
        launch_in_background(run, [replace(submission, function=token) for submission in submissions], observer)


def how_to_start(
    run: RunDirectory, manifest: Manifest, call: str, function: Callable[..., Any] | None
) -> tuple[list[str], Launch, Code | None]:
    """How the tasks that a call asks for are to be started.

    Returns
    -------
    told, launch, code
        What the call says of a function; what launches the tasks; their code, if it is another function's.
    """
    if function is None:
        _tell_if_redefined(run, manifest, call)
        return [], launch_in_background, None
    mended = Mended.of(run, manifest, function)
    return [f"function={mended.name}"], mended.launch, mended.packed.code


def _tell_if_redefined(run: RunDirectory, manifest: Manifest, call: str) -> None:
    """Tell if a function was defined anew since: whoever did that may expect the run to go on with the new one.

    Parameters
    ----------
    run, manifest
        The run.
    call
        What goes on with a function that it is given, such as ``run.resume``.
    """
    code = read_code(run, accepted_code(run, manifest)) if manifest.calls_by_keywords else None
    for name, (file, _, digest) in ({} if code is None else code.functions).items():
        found = vars(sys.modules["__main__"]).get(name)
        if not file and isinstance(found, FunctionType) and source_digest(reached_from(found).source()) != digest:
            told = (
                f"sweeprun: {name} has changed since, and {run.shown()} goes on with it as it was; "
                f"{call}(…, function={name}, allow_drift=True) goes on with the new one"
            )
            print(plain_message(told), file=sys.stderr)
