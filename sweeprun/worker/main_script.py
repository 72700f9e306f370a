"""The main script of an application: what it is called, and how it is the main module of workers, too."""

import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from sweeprun.errors import TaskFunctionError, UsageError
from sweeprun.store.job_spec import Script
from sweeprun.worker.main_guard import check_guarded

_MAIN_AS_IMPORTED = "__mp_main__"
"""What multiprocessing calls the main script in the processes that it starts."""

_SWEEPS = ("-m", "--multirun")


def place_of_main(base: Path) -> Script:
    """Where the main script of this process is, seen from ``base``; nowhere if it was typed in, or piped."""
    module = sys.modules["__main__"]
    spec, file = getattr(module, "__spec__", None), getattr(module, "__file__", None)
    if spec is not None and not spec.name.endswith("__main__"):  # python -m package.module
        return Script(module=spec.name)
    if file is None or not Path(file).is_file():
        return Script()
    path = Path(file).resolve()
    return Script(file=str(path.relative_to(base) if path.is_relative_to(base) else path))


def script_of(base: Path, overrides: Collection[str]) -> Script:
    """The main script of this process, as tasks of a sweep are to find it.

    Parameters
    ----------
    base
        Where workers work.
    overrides
        The overrides of the sweep that are its tasks' own.
    """
    place = place_of_main(base)
    try:
        check_guarded("__main__")
    except UsageError:  # a worker would start the sweep again
        place = Script()
    started = sys.argv[1:]
    dropped = {*overrides, *_SWEEPS}
    kept = [word for word in started if word not in dropped and not word.startswith("hydra.mode=")]
    return replace(place, arguments=(*sys.argv[:1], *kept), overridden=set(overrides) <= set(started))


def arguments_of(script: Script, overrides: Sequence[str]) -> list[str]:
    """The command line of one task: that of its application with the task's overrides, which runs it alone."""
    return [*script.arguments, *(overrides if script.overridden else ())]


def import_main(script: Script, base: Path) -> ModuleType:
    """Import the main script of an application as multiprocessing does: as the main module, without its main part.

    What was pickled as the script's own is found from then on.

    Raises
    ------
    TaskFunctionError
        If it can't be imported.
    """
    from multiprocessing import spawn

    if script.module:
        where, preparation = script.module, {"init_main_from_name": script.module}
    else:
        where = str(base / script.file)
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


def main_is_imported() -> bool:
    """Whether the main module of this process is a script that was imported, as `import_main` does."""
    return sys.modules["__main__"].__name__ == _MAIN_AS_IMPORTED


def main_without_script(found: Mapping[str, Any]) -> None:
    """Make a main module of what an application has in its own that no worker can import."""
    main = ModuleType("__main__")
    vars(main).update(found)
    sys.modules["__main__"] = main
