"""Which source files, functions and packages a task function consists of: found at submission, once it is imported."""

import ast
import inspect
import re
import sys
import sysconfig
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

from sweeprun.errors import SweeprunError
from sweeprun.imports import is_importable
from sweeprun.provenance.code import Code, describe_code, source_digest
from sweeprun.provenance.packages import packages_of, with_requirements
from sweeprun.worker.functions import load_task_function
from sweeprun.worker.pickled_functions import name_of
from sweeprun.worker.references import reached_from

_ALWAYS = ("numpy", "omegaconf")
"""Every task's streams and config come from these."""

_LARGEST_EXECUTABLE = 50_000_000
_WORKING_DIRECTORY = re.compile(r"\$\{hydra[:.]runtime\.cwd\}")
"""How configs call the directory that a sweep is started in."""

_OWN_CODE = Path(__file__).parents[1]
_INSTALLED = tuple(
    Path(place).resolve() for name, place in sysconfig.get_paths().items() if name in ("stdlib", "platstdlib")
)


def code_of(
    specs: Sequence[Any],
    base: Path,
    *,
    given: Iterable[Callable[..., Any]] = (),
    targets: Iterable[str] = (),
) -> Code:
    """The code of task functions, as it is now.

    It is the files of their modules, and of all local modules that these import, at their top or in functions; local
    executables and scripts that `sweeprun.command` runs; and the versions of the packages that they import, with those
    that these require. What else this process has imported has nothing to do with them.

    Parameters
    ----------
    specs
        What the config key ``task`` says, as `load_task_function` takes it.
    base
        The directory that paths are relative to.
    given
        Further task functions, as objects.
    targets
        Further dotted names whose modules belong to it: every ``_target_`` of the configs.

    Raises
    ------
    TaskFunctionError
        If one can't be loaded.
    """
    files: set[Path] = set()
    functions: dict[str, tuple[Path, str]] = {}
    roots: dict[Path, str] = {}
    imported = {name.partition(".")[0] for name in targets}
    for spec in specs:
        files.update(_executables(spec, base))
    for function in [*(load_task_function(spec, base).function for spec in specs), *given]:
        imported.add(str(function.__module__).partition(".")[0])
        if (file := _file_of(function)) is not None and _is_local(file):
            module = file.stem if function.__module__ == "__main__" else function.__module__
            roots[file] = module
            functions[f"{module}.{function.__qualname__}"] = (file, function.__qualname__)
    roots |= _local_files(targets)
    return _described(base, roots, files, functions, imported)


def code_of_given(function: Callable[..., Any], base: Path) -> Code:
    """The code of a function that was given as an object: the same, of the local modules that it refers to.

    A function that no import leads to has its own place among the functions, with no file: it is in the run.
    """
    reached = reached_from(function)
    modules = reached.modules
    functions: dict[str, tuple[Path, str]] = {}
    if is_importable(function) and (file := _file_of(function)) is not None and _is_local(file):
        functions[f"{function.__module__}.{function.__qualname__}"] = (file, function.__qualname__)
    roots = _local_files(modules)
    packages = {name.partition(".")[0] for name in modules}
    code = _described(base, roots, set(), functions, packages)
    if not reached.by_value:
        return code
    given = {name_of(function): ("", name_of(function), source_digest(reached.source()))}
    return replace(code, functions={**code.functions, **given})


def _local_files(names: Iterable[str]) -> dict[Path, str]:
    """The local files of modules, and of all that their dotted names begin with."""
    found = {}
    for dotted in names:
        for name in _parents(dotted):
            if (file := _module_file(name)) is not None and _is_local(file):
                found[file] = name
    return found


def _described(
    base: Path,
    roots: Mapping[Path, str],
    others: Iterable[Path],
    functions: Mapping[str, tuple[Path, str]],
    modules: Iterable[str],
) -> Code:
    """The code of some local files, of all that they import, and of packages, of which some modules are imported."""
    files = set(others)
    named = set(modules)
    for file, names in _closure(roots):
        files.add(file)
        named |= names
    return describe_code(base, files, functions, _packages(named))


def _packages(modules: Iterable[str]) -> set[str]:
    """The installed packages that top-level modules belong to, with all that these require; none of sweeprun itself.

    What only sweeprun requires doesn't change a result: its own version is in the provenance.
    """
    own = packages_of({name for name in modules if _is_installed(name)}) - {"sweeprun"}
    return with_requirements(own) | set(_ALWAYS)


def followed(code: Code, python_path: Sequence[str]) -> Code:
    """Changed code with what it imports now; nothing is imported for it."""
    base = Path(code.base)
    sys.path[:0] = [place for place in python_path if place not in sys.path]
    present = {name: base / name for name in code.files if (base / name).is_file()}
    roots = {file: name.removesuffix(".py").replace("/", ".") for name, file in present.items() if file.suffix == ".py"}
    files = {file for file in present.values() if file not in roots}
    named: set[str] = set()
    for file, names in _closure(roots):
        files.add(file)
        named |= names
    packages = {*code.packages, *_packages(named)}
    functions = {name: (base / file, qualname) for name, (file, qualname, _) in code.functions.items() if file}
    now = describe_code(base, files, functions, packages)
    return replace(
        now, functions={**now.functions, **{name: own for name, own in code.functions.items() if not own[0]}}
    )


def _file_of(function: Callable[..., Any]) -> Path | None:
    with suppress(TypeError):
        file = inspect.getsourcefile(inspect.unwrap(function))
        return None if file is None else Path(file).resolve()
    return None


def _is_local(file: Path) -> bool:
    """Whether a file is the user's own code, and no installed package, standard library, or ours."""
    return (
        file.is_file()
        and not {"site-packages", "dist-packages"} & set(file.parts)
        and not any(file.is_relative_to(place) for place in (*_INSTALLED, _OWN_CODE))
    )


def _is_installed(module: str) -> bool:
    """Whether a top-level module may be an installed package's: not the standard library's, nor a local file."""
    if module in sys.stdlib_module_names:
        return False
    file = _module_file(module)
    return file is None or not _is_local(file)


def _closure(roots: Mapping[Path, str]) -> Iterator[tuple[Path, set[str]]]:
    """Local files that can be reached by imports from some files, whose modules' names are given.

    Each comes with the top-level names of all that it imports.
    """
    modules = dict(roots)
    waiting = deque(modules)
    while waiting:
        file = waiting.popleft()
        names = set(_imports(file, modules[file]))
        yield file, {name.partition(".")[0] for name in names}
        for name in {parent for imported in names for parent in _parents(imported)}:
            found = _module_file(name)
            if found is not None and found not in modules and _is_local(found):
                modules[found] = name
                waiting.append(found)


def _imports(file: Path, module: str) -> Iterator[str]:
    """The absolute names of all that a file imports."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            whole = ".".join([*above, *([node.module] if node.module else [])])
            if whole:
                yield whole
                yield from (f"{whole}.{alias.name}" for alias in node.names)


def _parents(name: str) -> list[str]:
    """A dotted name and all that it begins with: ``a``, ``a.b``, ``a.b.c``."""
    parts = name.split(".")
    return [".".join(parts[: i + 1]) for i in range(len(parts))]


def _module_file(name: str) -> Path | None:
    """The source file of a module, imported or not; nothing is imported for it."""
    loaded = sys.modules.get(name)
    if loaded is not None:
        file = getattr(loaded, "__file__", None)
        return Path(file).resolve() if isinstance(file, str) and file.endswith(".py") else None
    places: list[str] | None = None
    origin: str | None = None
    for part in name.split("."):  # each by itself: by its whole name a namespace package asks for its parent's module
        try:
            spec = PathFinder.find_spec(part, places)
        except (ImportError, ValueError, AttributeError):
            return None
        if spec is None:
            return None
        origin, places = spec.origin, list(spec.submodule_search_locations or [])
    return Path(origin).resolve() if origin is not None and origin.endswith(".py") else None


def _executables(spec: Any, base: Path) -> Iterator[Path]:
    """The local files that a command names: the executable, and scripts that it is given."""
    if not isinstance(spec, Mapping) or "command" not in spec:
        return
    command = spec["command"]
    for word in command.split() if isinstance(command, str) else command:
        with suppress(OSError, ValueError, SweeprunError):
            path = (base / _WORKING_DIRECTORY.sub(lambda _: str(base), str(word))).resolve()
            if path.is_file() and path.is_relative_to(base) and path.stat().st_size <= _LARGEST_EXECUTABLE:
                yield path
