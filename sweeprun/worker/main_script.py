"""The main script of an application: what it is called, and how it is the main module of workers, too."""

import logging
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from sweeprun.errors import TaskFunctionError, UsageError
from sweeprun.store.job_spec import Script
from sweeprun.worker.main_guard import check_guarded

_MAIN_AS_IMPORTED = "__mp_main__"
"""What multiprocessing calls the main script in the processes that it starts."""

_replaced: list[ModuleType] = []
"""What was the main module before: what runs of it needs its names."""

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


@contextmanager
def command_line(words: Sequence[str]) -> Iterator[None]:
    """Meanwhile, the command line of this process is another one, as for what multiprocessing spawns."""
    before = sys.argv
    sys.argv = list(words)
    try:
        yield
    finally:
        sys.argv = before


def import_main(script: Script, base: Path) -> ModuleType:
    """Import the main script of an application as multiprocessing does: as the main module, without its main part.

    It is the main module from its first line on, so ``import __main__`` finds it at its top, too, and what is set in it
    is seen by its functions. Loggers by its name are those of ``__main__``, and what was pickled as the script's own is
    found from then on.

    Raises
    ------
    TaskFunctionError
        If it can't be imported.
    """
    before = sys.modules["__main__"]
    where = script.module or str(base / script.file)
    if _is_place_of(before, script, where):
        return before
    logging.Logger.manager.loggerDict[_MAIN_AS_IMPORTED] = logging.getLogger("__main__")
    main = ModuleType(_MAIN_AS_IMPORTED)
    sys.modules["__main__"] = sys.modules[_MAIN_AS_IMPORTED] = main
    try:
        code = _prepared_module(main, where) if script.module else _prepared_script(main, Path(where))
        exec(code, vars(main))
    except BaseException as error:
        sys.modules["__main__"] = before
        if isinstance(error, SystemExit):
            raise TaskFunctionError(
                f"importing {where!r} ended the process, as if it ran its main part; put that below "
                "`if __name__ == '__main__':`"
            ) from error
        if isinstance(error, TaskFunctionError) or not isinstance(error, Exception):
            raise
        raise TaskFunctionError(f"importing {where!r} failed: {type(error).__name__}: {error}") from error
    _replaced.append(before)
    for own in list(vars(main).values()):  # what a task pickles of them is found by the script later
        if getattr(own, "__module__", None) == _MAIN_AS_IMPORTED:
            with suppress(AttributeError, TypeError):
                own.__module__ = "__main__"
    return main


def _is_place_of(main: ModuleType, script: Script, where: str) -> bool:
    """Whether a main module is that of a script already."""
    if script.module:
        return getattr(main.__spec__, "name", None) == script.module
    return getattr(main, "__file__", None) == where


def _prepared_script(main: ModuleType, path: Path) -> CodeType:
    """The code of a script, whose module looks as that of ``python path``."""
    if (folder := str(path.parent)) not in sys.path:
        sys.path.insert(0, folder)
    if not path.is_file():
        raise TaskFunctionError(f"the application's script {str(path)!r} is not there any more")
    main.__file__ = str(path)
    return compile(path.read_bytes(), str(path), "exec", dont_inherit=True)


def _prepared_module(main: ModuleType, name: str) -> CodeType:
    """The code of a module, which looks as that of ``python -m name``."""
    spec = find_spec(name)
    code = None if spec is None or spec.loader is None else getattr(spec.loader, "get_code", lambda _: None)(name)
    if spec is None or not isinstance(code, CodeType):
        raise TaskFunctionError(f"importing {name!r} failed: there is no such module with code of its own")
    main.__spec__, main.__loader__, main.__package__, main.__file__ = spec, spec.loader, spec.parent, spec.origin
    return code


def main_is_imported() -> bool:
    """Whether the main module of this process is a script that was imported, as `import_main` does."""
    return sys.modules["__main__"].__name__ == _MAIN_AS_IMPORTED


def main_without_script(found: Mapping[str, Any]) -> None:
    """Make a main module of what an application has in its own that no worker can import."""
    main = ModuleType("__main__")
    vars(main).update(found)
    sys.modules["__main__"] = main
