"""Task functions that were given as objects, and not named in a config: those of notebooks and of Hydra applications.

What leads to one is in the manifest: a `sweeprun.store.job_spec.FunctionReference`.
"""

import inspect
import linecache
import pickle
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeprun.design.python_axes import MEMBER
from sweeprun.design.result_dims import Dims, named
from sweeprun.errors import FormatError, TaskFunctionError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import read_large_file
from sweeprun.store.job_spec import PICKLED, FunctionReference
from sweeprun.store.manifest import Manifest
from sweeprun.store.result_names import Labels, labels_from_json
from sweeprun.worker.deferred import refuse_deferred
from sweeprun.worker.functions import OFFERED, TaskFunction
from sweeprun.worker.main_script import main_is_imported, main_without_script

if TYPE_CHECKING:
    import numpy as np

    from sweeprun.worker.task_handle import RunningTask

FORMAT = "sweeprun-function"
VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordFunction(TaskFunction):
    """A function that takes the values of axes, and constants, as arguments of their names.

    Attributes
    ----------
    takes
        The names that it takes; None for whatever there is.
    constants
        The arguments that are the same in all tasks, pickled: every task gets its own copy, so none sees what another
        one did to them.
    """

    takes: frozenset[str] | None
    constants: bytes

    def __call__(self, cfg: Any, make_rng: "Callable[[], np.random.Generator]", task: "RunningTask") -> Any:
        """Run one task; ``cfg`` holds the values of its axes."""
        values = {**self.constant_values(), **cfg}
        given = {name: value for name, value in values.items() if self.takes is None or name in self.takes}
        for name in self.asks_for:
            given[name] = values if name == "cfg" else task if name == "task" else make_rng()
        return self.function(**given)

    def labels(self, dims: Dims, coords: Mapping[str, Any]) -> dict[str, Labels]:
        """What is along named dimensions: what the run was given, or a constant that is called like one."""
        constants = self.constant_values()
        own = {dim: Labels(values=constants[dim], given=False) for dim in named(dims) if dim in constants}
        return own | labels_from_json(coords)

    def constant_values(self) -> dict[str, Any]:
        """A copy of the arguments that are the same in all tasks."""
        values: dict[str, Any] = pickle.loads(self.constants)
        return values


def parameters_of(function: Callable[..., Any]) -> tuple[tuple[str, ...], frozenset[str] | None, frozenset[str]]:
    """Those of `OFFERED` that a function names, all others that it takes (None for any), and those of them it needs.

    Raises
    ------
    TaskFunctionError
        If it can't be called by keywords.
    """
    try:
        parameters = inspect.signature(function).parameters.values()
    except (ValueError, TypeError):
        return (), None, frozenset()
    positional = [own.name for own in parameters if own.kind is own.POSITIONAL_ONLY and own.default is own.empty]
    if positional:
        raise TaskFunctionError(
            f"{name_of(function)} takes {', '.join(positional)} by position only; values of axes are given by name"
        )
    named = [own for own in parameters if own.kind in (own.POSITIONAL_OR_KEYWORD, own.KEYWORD_ONLY)]
    others = frozenset(own.name for own in named if own.name not in OFFERED)
    anything = any(own.kind is own.VAR_KEYWORD for own in parameters)
    needed = frozenset(own.name for own in named if own.default is own.empty and own.name not in OFFERED)
    return tuple(own.name for own in named if own.name in OFFERED), None if anything else others, needed


def _misspelt(missing: Collection[str], untaken: Collection[str]) -> str:
    """What to say of names that look like what a function lacks."""
    for name in missing:
        if close := get_close_matches(name, untaken, n=1):
            return f"; did you mean {name!r} by {close[0]!r}?"
    return ""


def check_arguments(function: Callable[..., Any], axes: Collection[str], constants: Collection[str]) -> None:
    """Refuse a function that these axes and constants don't fit, before anything runs.

    Raises
    ------
    TaskFunctionError
        If something is missing, or nobody would take it.
    """
    name = name_of(function)
    refuse_deferred(name, function)
    asks_for, takes, needed = parameters_of(function)
    if takes is not None and (rest := _rest_of(function)):
        raise TaskFunctionError(
            f"{name} takes *{rest}, which nothing fills: values of axes are given by name; write a parameter for each, "
            f"or **{rest} for all"
        )
    for given in (*axes, *constants):
        if given in OFFERED:
            raise TaskFunctionError(
                f"{given!r} can't be an axis or a constant: functions are given {given} by sweeprun"
            )
    both = sorted({*axes} & {*constants})
    if both:
        raise TaskFunctionError(f"{both[0]!r} is both an axis and a constant; keep one of them")
    missing = sorted(needed - {*axes, *constants})
    if missing:
        raise TaskFunctionError(
            f"{name} has the parameters {', '.join(missing)}, which nothing fills: make each an axis, or give it a "
            f"value for all tasks, constants={{{missing[0]!r}: …}}; besides these there are {', '.join(OFFERED)}"
            + _misspelt(missing, [given for given in (*axes, *constants) if takes is not None and given not in takes])
        )
    if takes is None or "cfg" in asks_for:
        return
    untaken = [given for given in (*axes, *constants) if given not in takes and given != MEMBER]
    if untaken:
        close = get_close_matches(untaken[0], takes, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"add such a parameter, or leave it out; {_taken(takes)}"
        raise TaskFunctionError(f"{name} does not take {untaken[0]!r}: {hint}")


def _rest_of(function: Callable[..., Any]) -> str:
    """What a function calls the rest of its arguments by position; empty if it takes none."""
    parameters = inspect.signature(function).parameters.values()
    return next((own.name for own in parameters if own.kind is own.VAR_POSITIONAL), "")


def _taken(takes: Collection[str]) -> str:
    return f"it takes {', '.join(sorted(takes))}" if takes else "it takes nothing"


def name_of(function: Callable[..., Any]) -> str:
    """What a function is called in messages."""
    return str(getattr(function, "__qualname__", None) or repr(function))


def pickle_function(
    function: Callable[..., Any],
    constants: Mapping[str, Any] | None = None,
    files: Mapping[str, Sequence[str]] | None = None,
    main: Mapping[str, Any] | None = None,
    *,
    with_script: bool = False,
) -> bytes:
    """A function as bytes, by value if no import leads to it.

    Parameters
    ----------
    function
        The function.
    constants
        Arguments that are the same in all tasks, if it is called by keywords.
    files
        Lines of the files that define it, for tracebacks: those of a notebook's cells are nowhere else.
    main
        What its main module is to have where it is loaded.
    with_script
        Whether workers import the main script: then what that names is the same for the function and for configs.

    Raises
    ------
    TaskFunctionError
        If it, or something that it refers to, can't be pickled.
    """
    name = name_of(function)
    what = f"{name} can't be sent to workers, since something that it refers to can't be pickled"
    data = {"format": FORMAT, "version": VERSION, "name": name, "function": _dumps(function, what)}
    if with_script:
        data["named"] = _dumps(function, what, main_by_name=True)
    if main:
        data["main"] = _dumps(dict(main), f"{' and '.join(main)} of the main module can't be sent to workers")
    if files:
        data["files"] = {name: list(lines) for name, lines in files.items()}
    if constants is not None:
        for key, value in constants.items():
            _dumps(value, f"constants[{key!r}] can't be sent to workers: it can't be pickled")
        data["constants"] = _dumps(dict(constants), "the constants can't be sent to workers")
    return pickle.dumps(data, protocol=pickle.HIGHEST_PROTOCOL)


def _dumps(value: Any, what: str, *, main_by_name: bool = False) -> bytes:
    from sweeprun.by_value import dumps

    try:
        return dumps(value, main_by_name=main_by_name)
    except Exception as error:
        raise TaskFunctionError(f"{what}: {error}; open files, connections and the like inside the function") from error


def load_given_function(reference: FunctionReference, base: Path) -> TaskFunction:
    """The task function that a manifest leads to.

    Only workers may call this: reading a pickle runs what it says.

    Parameters
    ----------
    reference
        What the manifest says of it.
    base
        The run directory, which its path is relative to.

    Raises
    ------
    TaskFunctionError, FormatError
        If it can't be loaded.
    """
    if reference.kind == PICKLED:
        path = base / reference.path
        function = _unpickled(path)
        if reference.keywords:
            constants = _read(base / (reference.constants_path or path))["constants"]
            asks_for, takes, _ = parameters_of(function)
            return KeywordFunction(function=function, asks_for=asks_for, takes=takes, constants=constants)
        return TaskFunction(function=function, asks_for=(), positional=True)
    raise unknown_kind(reference)


def unknown_kind(reference: FunctionReference) -> FormatError:
    """What to say of a reference that another sweeprun made."""
    return FormatError(
        f"the manifest leads to its task function by {reference.kind!r}, which this sweeprun does not know"
    )


def _read(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = pickle.loads(read_large_file(path)[0])
    if (data.get("format"), data.get("version")) != (FORMAT, VERSION):
        raise FormatError(f"{path} has version {data.get('version')!r} and this sweeprun reads version {VERSION}")
    return data


def _unpickled(path: Path) -> Callable[..., Any]:
    data = _read(path)
    for name, lines in data.get("files", {}).items():
        linecache.cache[name] = (sum(map(len, lines)), None, lines, name)
    try:
        if "main" in data:
            main_without_script(pickle.loads(data["main"]))
        function: Callable[..., Any] | None = None
        if "named" in data and main_is_imported():
            with suppress(AttributeError):  # of a name that only the main part made
                function = pickle.loads(data["named"])
        function = pickle.loads(data["function"]) if function is None else function
    except Exception as error:
        raise TaskFunctionError(
            f"the task function {data['name']} can't be unpickled here: {type(error).__name__}: {error}"
        ) from error
    return function


def with_function(manifest: Manifest, token: str) -> Manifest:
    """A manifest that leads to the function of some token instead of to the run's own; of none, the same."""
    reference = manifest.job.function
    if not token or reference is None:
        return manifest
    path = RunDirectory(Path()).given_function(token)
    return _with(manifest, replace(reference, path=str(path), constants_path=reference.path))


def with_located_function(manifest: Manifest, run: RunDirectory) -> Manifest:
    """A manifest that leads to the run's function from anywhere: for runs that are made beside it."""
    reference = manifest.job.function
    if reference is None:
        return manifest
    path, constants_path, resolvers = (
        place and str(run.path / place) for place in (reference.path, reference.constants_path, reference.resolvers)
    )
    return _with(manifest, replace(reference, path=path, constants_path=constants_path, resolvers=resolvers))


def _with(manifest: Manifest, reference: FunctionReference) -> Manifest:
    return replace(manifest, job=replace(manifest.job, function=reference))
