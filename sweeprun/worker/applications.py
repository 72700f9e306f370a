"""The functions of Hydra applications: how workers find them without the process that submitted."""

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from sweeprun.errors import TaskFunctionError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import create_file
from sweeprun.store.job_spec import MAIN, MODULE, PICKLED, FunctionReference, JobSpec
from sweeprun.worker.deferred import refuse_deferred
from sweeprun.worker.functions import TaskFunction, application_function
from sweeprun.worker.main_guard import check_guarded
from sweeprun.worker.pickled_functions import load_given_function, name_of, pickle_function, unknown_kind
from sweeprun.worker.resolvers import record_resolvers, register_recorded_resolvers

_MAIN_AS_IMPORTED = "__mp_main__"
"""What multiprocessing calls the main script in the processes that it starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationFunction:
    """An application's function.

    Attributes
    ----------
    function
        The function.
    reference
        What the manifest will say of it.
    """

    function: Callable[..., Any]
    reference: FunctionReference

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
        if reference is None:
            path = RunDirectory(Path()).function.name
            return cls(function=function, reference=FunctionReference(kind=PICKLED, path=path, application=True))
        check_guarded(function.__module__)
        return cls(function=function, reference=reference)

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
            create_file(run.function, pickle_function(self.function))
        return replace(self.reference, resolvers=run.resolvers.name) if record_resolvers(run) else self.reference


def _named(function: Callable[..., Any], base: Path) -> FunctionReference | None:
    """The names that lead to a function, if any do."""
    name, module = getattr(function, "__qualname__", ""), sys.modules.get(getattr(function, "__module__", ""))
    if module is None or not any(found is function for found in _unwrapped(module, name)):
        return None
    if module.__name__ == "__main__":
        spec, file = getattr(module, "__spec__", None), getattr(module, "__file__", None)
        if spec is not None and not spec.name.endswith("__main__"):  # python -m package.module
            return FunctionReference(kind=MAIN, module=spec.name, name=name, application=True)
        if file is None or not Path(file).is_file():  # typed in, or piped
            return None
        path = Path(file).resolve()
        place = str(path.relative_to(base) if path.is_relative_to(base) else path)
        return FunctionReference(kind=MAIN, file=place, name=name, application=True)
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


def load_application_function(reference: FunctionReference, run: Path, base: Path) -> TaskFunction:
    """The function of an application that a manifest leads to.

    Only workers may call this: reading a pickle runs what it says.

    Parameters
    ----------
    reference
        What the manifest says of it.
    run, base
        The run directory, and the directory that workers work in.

    Raises
    ------
    TaskFunctionError, FormatError
        If it can't be loaded.
    """
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
        load_application_function(job.function, run.path, job.base)


def _load(reference: FunctionReference, run: Path, base: Path) -> TaskFunction:
    if reference.kind == PICKLED:
        return load_given_function(reference, run)
    if reference.kind == MAIN:
        return called_with_config(_attribute(import_main(reference, base), reference.name))
    if reference.kind == MODULE:
        return called_with_config(_attribute(_import(reference.module), reference.name))
    raise unknown_kind(reference)


def called_with_config(function: Callable[..., Any]) -> TaskFunction:
    """The task function that an application's function is."""
    return TaskFunction(function=function, asks_for=(), positional=True)


def import_main(reference: FunctionReference, base: Path) -> ModuleType:
    """Import the main script of an application as multiprocessing does: as the main module, without its main part.

    What was pickled as the script's own is found from then on.

    Raises
    ------
    TaskFunctionError
        If it can't be imported.
    """
    from multiprocessing import spawn

    if reference.module:
        where, preparation = reference.module, {"init_main_from_name": reference.module}
    else:
        where = str(base / reference.file)
        preparation = {"init_main_from_path": where}
        if (folder := str(Path(where).parent)) not in sys.path:
            sys.path.insert(0, folder)
        if not Path(where).is_file():
            raise TaskFunctionError(f"the application's script {where!r} is not there any more")
    try:
        spawn.prepare(preparation)  # does nothing if it is the main module already
    except SystemExit as error:
        raise TaskFunctionError(
            f"importing {where!r} ended the process, as if it ran its main part; put that below "
            "`if __name__ == '__main__':`"
        ) from error
    except Exception as error:
        raise TaskFunctionError(f"importing {where!r} failed: {type(error).__name__}: {error}") from error
    main = sys.modules["__main__"]
    for own in vars(main).values():  # what a task pickles of them is found by the script later
        if getattr(own, "__module__", None) == _MAIN_AS_IMPORTED:
            with suppress(AttributeError, TypeError):
                own.__module__ = "__main__"
    return main


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
