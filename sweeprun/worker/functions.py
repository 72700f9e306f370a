"""Task functions: found by the name that the config gives, called with what their signature names."""

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sweeprun.errors import TaskFunctionError
from sweeprun.worker.deferred import refuse_deferred

if TYPE_CHECKING:
    import numpy as np
    from omegaconf import DictConfig

    from sweeprun.worker.task_handle import RunningTask

OFFERED = ("cfg", "rng", "task")
"""What a task function may ask for, by the names of its parameters; all of them go into its ``**kwargs``."""

_OF_HYDRA = ("_target_", "_args_", "_partial_", "_recursive_", "_convert_")
"""Keys of a mapping with ``_target_`` that are no arguments."""

_HOW_TO = "give the key `task` as package.module.function, as path/to/file.py:function, or as a mapping with _target_"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFunction:
    """A function, ready to be called for one task after the other.

    Attributes
    ----------
    function
        What runs.
    asks_for
        Those of `OFFERED` that it is given, by name.
    positional
        Whether it takes the config as its only positional argument, whatever the name (``@hydra.main``).
    target
        Whether the config key ``task`` is a mapping with ``_target_``, called through `hydra.utils.call`.
    """

    function: Callable[..., Any]
    asks_for: tuple[str, ...]
    positional: bool = False
    target: bool = False

    def __call__(self, cfg: "DictConfig", make_rng: "Callable[[], np.random.Generator]", task: "RunningTask") -> Any:
        """Run one task; the generator is made only for a function that asks for it."""
        given: dict[str, Any] = {}
        for name in self.asks_for:
            given[name] = cfg if name == "cfg" else task if name == "task" else make_rng()
        if self.target:
            from hydra.utils import call

            return call(cfg.task, _partial_=True)(**given)
        return self.function(cfg) if self.positional else self.function(**given)


def load_task_function(spec: Any, base: Path) -> TaskFunction:
    """The task function that the config key ``task`` names.

    Parameters
    ----------
    spec
        ``package.module.function``, ``path/to/file.py:function``, or a mapping with ``_target_``.
    base
        The directory that paths to files are relative to.

    Raises
    ------
    TaskFunctionError
        If it can't be found, imported or called.
    """
    if isinstance(spec, str):
        function = _find(spec, base)
        return _prepare(spec, function)
    if isinstance(spec, Mapping):
        name = spec.get("_target_")
        if not isinstance(name, str):
            raise TaskFunctionError(f"the config key `task` is a mapping without _target_: {dict(spec)}; {_HOW_TO}")
        return _prepare_target(name, _find(name, base), spec)
    if spec is None:
        raise TaskFunctionError(f"the config has no key `task`, so there is nothing to run; {_HOW_TO}")
    raise TaskFunctionError(f"the config key `task` is {spec!r}; {_HOW_TO}")


def _prepare(name: str, function: Any) -> TaskFunction:
    if not callable(function):
        raise TaskFunctionError(f"task {name!r} is {type(function).__name__}, which can't be called; {_HOW_TO}")
    wrapped = application_function(function)
    refuse_deferred(f"task {name!r}", wrapped)
    if wrapped is not function:
        return TaskFunction(function=wrapped, asks_for=(), positional=True)
    asks_for, unknown, variadic = _parameters(function)
    if variadic and not variadic[0].startswith("**"):
        raise TaskFunctionError(
            f"task {name!r} takes {variadic[0]}, which nothing fills: a task function is given cfg, rng and task by "
            "name, so write those that it needs; a decorator shows those of the function inside by functools.wraps"
        )
    if unknown:
        raise TaskFunctionError(
            f"task {name!r} has the parameters {', '.join(unknown)}, which nothing fills; a task function is given "
            "those of cfg, rng and task that it names. For plain arguments, write the key `task` as a mapping with "
            "_target_ and these keys"
        )
    return TaskFunction(function=function, asks_for=OFFERED if variadic else asks_for)


def _prepare_target(name: str, function: Any, spec: Mapping[Any, Any]) -> TaskFunction:
    if not callable(function):
        raise TaskFunctionError(f"_target_ {name!r} is {type(function).__name__}, which can't be called")
    refuse_deferred(f"task {name!r}", function)
    asks_for, unknown, variadic = _parameters(function)
    missing = [parameter for parameter in unknown if parameter not in spec and not spec.get("_args_")]
    if missing:
        raise TaskFunctionError(
            f"task {name!r} needs the arguments {', '.join(missing)}; add them to the mapping `task` of the config"
        )
    if variadic and not asks_for and not spec.get("_args_") and all(str(key) in _OF_HYDRA for key in spec):
        raise TaskFunctionError(
            f"task {name!r} takes {' and '.join(variadic)}, which nothing fills; add its arguments to the mapping "
            "`task` of the config, by name or as _args_"
        )
    return TaskFunction(function=function, asks_for=tuple(n for n in asks_for if n not in spec), target=True)


def _parameters(function: Callable[..., Any]) -> tuple[tuple[str, ...], list[str], list[str]]:
    """Those of `OFFERED` that a function names, its other parameters without a default, and its ``*`` and ``**``."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (ValueError, TypeError):
        return (), [], []
    named = [p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    others = [p for p in parameters if p.kind is p.POSITIONAL_ONLY] + [p for p in named if p.name not in OFFERED]
    return (
        tuple(p.name for p in named if p.name in OFFERED),
        [p.name for p in others if p.default is p.empty],
        [str(p.replace(annotation=p.empty)) for p in parameters if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD)],
    )


def application_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """What ``@hydra.main`` wraps, whose wrapper lives in that module; any other function as it is."""
    wrapped: Callable[..., Any] | None = getattr(function, "__wrapped__", None)
    if wrapped is not None and getattr(function, "__globals__", {}).get("__name__") == "hydra.main":
        return wrapped
    return function


def _find(name: str, base: Path) -> Any:
    path, colon, attributes = name.rpartition(":")
    if colon and path.endswith(".py"):
        return _attribute(_import_file(path, base), attributes.split("."), name)
    if name.endswith(".py"):
        raise TaskFunctionError(f"task {name!r} names a file but no function; write {name}:function")
    if ":" in name or "/" in name or "." not in name.strip("."):
        raise TaskFunctionError(f"task {name!r} is no name of a function; {_HOW_TO}")
    return _find_dotted(name, base)


def _find_dotted(name: str, base: Path) -> Any:
    parts = name.split(".")
    for split in range(len(parts) - 1, 0, -1):
        module_name = ".".join(parts[:split])
        try:
            found: Any = importlib.import_module(module_name)
        except ModuleNotFoundError as error:
            if error.name is not None and (module_name == error.name or module_name.startswith(error.name + ".")):
                continue
            raise TaskFunctionError(f"task {name!r}: importing {module_name!r} failed: {error}") from error
        except Exception as error:
            raise TaskFunctionError(
                f"task {name!r}: importing {module_name!r} failed: {type(error).__name__}: {error}{_where(error)}"
            ) from error
        return _attribute(found, parts[split:], name)
    raise TaskFunctionError(
        f"task {name!r}: there is no module {parts[0]!r} in {str(base)!r}, nor is it installed; {_HOW_TO}"
    )


def _import_file(path: str, base: Path) -> ModuleType:
    file = (base / path).resolve()
    if not file.is_file():
        raise TaskFunctionError(f"task {path!r}: there is no file {str(file)!r}")
    name = file.stem
    loaded = sys.modules.get(name)
    if loaded is not None and getattr(loaded, "__file__", None) == str(file):
        return loaded
    if str(file.parent) not in sys.path:
        sys.path.insert(0, str(file.parent))
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    if loaded is None:
        sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        if loaded is None:
            del sys.modules[name]
        raise TaskFunctionError(
            f"importing {str(file)!r} failed: {type(error).__name__}: {error}{_where(error)}"
        ) from error
    return module


def _attribute(found: Any, attributes: Sequence[str], name: str) -> Any:
    """The attribute of an attribute … of a module, for the task called ``name``."""
    for attribute in attributes:
        try:
            found = getattr(found, attribute)
        except AttributeError as error:
            from difflib import get_close_matches

            close = get_close_matches(attribute, dir(found), n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            holder = getattr(found, "__name__", found)
            raise TaskFunctionError(f"task {name!r}: {holder} has no {attribute!r}{hint}") from error
    return found


def _where(error: BaseException) -> str:
    """The place of an error in the user's own file."""
    if isinstance(error, SyntaxError):
        return ""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return ""
    return f" ({traceback.tb_frame.f_code.co_filename}, line {traceback.tb_lineno})"
