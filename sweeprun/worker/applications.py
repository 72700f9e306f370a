"""The functions of Hydra applications: how workers find them without the process that submitted."""

import importlib
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from sweeprun.errors import TaskFunctionError, UsageError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import create_file
from sweeprun.store.job_spec import MAIN, MODULE, PICKLED, FunctionReference, JobSpec, Script
from sweeprun.worker.deferred import refuse_deferred
from sweeprun.worker.functions import TaskFunction, application_function
from sweeprun.worker.main_guard import check_guarded
from sweeprun.worker.main_script import import_main, place_of_main
from sweeprun.worker.pickled_functions import load_given_function, name_of, pickle_function, unknown_kind
from sweeprun.worker.resolvers import record_resolvers, register_recorded_resolvers


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationFunction:
    """An application's function.

    Attributes
    ----------
    function
        The function.
    reference
        What the manifest will say of it.
    targets
        What configs name as a ``_target_`` of a main script that workers can't import: it goes with the function.
    with_script
        Whether a function that goes by value meets the main script where it is loaded.
    """

    function: Callable[..., Any]
    reference: FunctionReference
    targets: tuple[str, ...] = ()
    with_script: bool = False

    @classmethod
    def of(cls, function: Callable[..., Any], base: Path) -> "ApplicationFunction":
        """Find out what leads to an application's function from another process that works in ``base``.

        Raises
        ------
        UsageError
            If a call runs nothing of it, or a worker that imports it would start the sweep again.
        """
        refuse_deferred(f"the application's function {name_of(function)}", function)
        reference = _named(function, base)
        pickled = FunctionReference(kind=PICKLED, path=RunDirectory(Path()).function.name, application=True)
        if reference is None:
            return cls(function=function, reference=pickled)
        try:
            check_guarded(function.__module__)
        except UsageError:
            if reference.kind != MAIN or not _can_be_pickled(function):
                raise
            return cls(function=function, reference=pickled)
        return cls(function=function, reference=reference)

    def with_targets(self, script: Script, targets: Iterable[str]) -> "ApplicationFunction":
        """The same, with what configs name of a main script that no worker can import: typed in, or without a guard."""
        if self.reference.kind != PICKLED:
            return self
        if script.can_be_imported:
            return replace(self, with_script=True)
        names = {name.split(".")[1] for name in targets if name.startswith("__main__.")}
        return replace(self, targets=tuple(sorted(names & vars(sys.modules["__main__"]).keys())))

    def keep(self, run: RunDirectory) -> FunctionReference:
        """Write what workers need of it into a new run: itself, if no name leads to it, and resolvers.

        Returns
        -------
        FunctionReference
            What the manifest is to say of it.

        Raises
        ------
        TaskFunctionError
            If it, or something that it refers to, can't be pickled.
        """
        if self.reference.kind == PICKLED:
            own = vars(sys.modules["__main__"])
            main = {name: own[name] for name in self.targets}
            create_file(run.function, pickle_function(self.function, main=main, with_script=self.with_script))
        return replace(self.reference, resolvers=run.resolvers.name) if record_resolvers(run) else self.reference


def _can_be_pickled(function: Callable[..., Any]) -> bool:
    try:
        pickle_function(function)
    except TaskFunctionError:
        return False
    return True


def _named(function: Callable[..., Any], base: Path) -> FunctionReference | None:
    """The names that lead to a function, if any do."""
    name, module = getattr(function, "__qualname__", ""), sys.modules.get(getattr(function, "__module__", ""))
    if module is None or not any(found is function for found in _unwrapped(module, name)):
        return None
    if module.__name__ == "__main__":
        script = place_of_main(base)
        if not script.can_be_imported:
            return None
        return FunctionReference(kind=MAIN, module=script.module, file=script.file, name=name, application=True)
    with suppress(ImportError, ValueError):
        spec = find_spec(module.__name__)
        if spec is not None and spec.origin == getattr(module, "__file__", None):
            return FunctionReference(kind=MODULE, module=module.__name__, name=name, application=True)
    return None


def _unwrapped(module: ModuleType, name: str) -> Iterator[Any]:
    """What a name in a module stands for, and what the decorators around that wrap."""
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    while found is not None:
        yield found
        found = getattr(found, "__wrapped__", None)


def load_application_function(
    reference: FunctionReference, run: Path, base: Path, script: Script | None = None
) -> TaskFunction:
    """The function of an application that a manifest leads to; the application's main script is the main module then.

    Only workers may call this: reading a pickle runs what it says.

    Parameters
    ----------
    reference
        What the manifest says of it.
    run, base
        The run directory, and the directory that workers work in.
    script
        The main script, if that is known.

    Raises
    ------
    TaskFunctionError, FormatError
        If it can't be loaded.
    """
    if reference.kind != MAIN and script is not None and script.can_be_imported:
        with suppress(TaskFunctionError):  # the function doesn't need it, whatever the task may do with it
            import_main(script, base)
    function = _load(reference, run, base)
    if reference.resolvers:  # after the import, which may register some of them
        register_recorded_resolvers(run / reference.resolvers)
    return function


def import_types(job: JobSpec, run: RunDirectory) -> None:
    """Import what configs of a run may hold: types of the application's own, and resolvers.

    Parameters
    ----------
    job, run
        What the manifest says of jobs, and the run.

    Raises
    ------
    TaskFunctionError, FormatError
        If it can't be imported.
    """
    if job.function is not None and job.function.application:
        load_application_function(job.function, run.path, job.base, job.script)


def _load(reference: FunctionReference, run: Path, base: Path) -> TaskFunction:
    if reference.kind == PICKLED:
        return load_given_function(reference, run)
    if reference.kind == MAIN:
        main = import_main(Script(file=reference.file, module=reference.module), base)
        return called_with_config(_attribute(main, reference.name))
    if reference.kind == MODULE:
        return called_with_config(_attribute(_import(reference.module), reference.name))
    raise unknown_kind(reference)


def called_with_config(function: Callable[..., Any]) -> TaskFunction:
    """The task function that an application's function is."""
    return TaskFunction(function=function, asks_for=(), positional=True)


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise TaskFunctionError(f"importing {name!r} failed: {type(error).__name__}: {error}") from error


def _attribute(module: ModuleType, name: str) -> Callable[..., Any]:
    """The function of a name in a module; of one under ``@hydra.main``, what that wraps."""
    found = next(_unwrapped(module, name), None)
    if not callable(found):
        raise TaskFunctionError(f"{module.__name__} has no function {name!r} any more")
    return application_function(found)
