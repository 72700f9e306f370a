"""What may be meant by an argument or an attribute that there is not."""

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from sweeprun.errors import UsageError
from sweeprun.notebook.argument_types import expected_instead
from sweeprun.other_names import OTHER_NAMES

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_MEANT = {option.name: others for option, others in OTHER_NAMES.items()} | {
    "axes": "params parameters grid param_grid parameter_grid space values values_of axis sweep",
    "constants": "args kwargs fixed arguments const constant common shared defaults",
    "function": "func fn f target callable objective",
    "directory": "dir path out output out_dir outdir output_dir run_dir folder name root save_dir",
    "launcher": "backend executor cluster scheduler where hydra_launcher",
    "coords": "coordinates",
    "dims": "dimensions names",
    "sample": "n samples count size n_tasks tasks",
    "until": "target goal",
    "target": "until goal",
    "limit": "max_members most",
    "over": "axis dim dims along members",
    "variables": "variable names name only results",
    "interval": "ci method kind",
    "level": "confidence alpha conf",
    "tasks": "task ids task_ids ids",
    "task_id": "task id index task_ids tasks number",
    "path": "output file filename name to directory",
    "incomplete": "also_incomplete partial",
    "allow_drift": "force drift ignore_drift",
}
"""Argument -> what others call it."""

_ATTRIBUTES = {
    "dataset": "data ds results result to_xarray xarray df to_dataframe dataframe output outputs values",
    "failures": "errors exceptions failed tracebacks error",
    "counts": "n_tasks tasks_by_state",
    "states": "state",
    "cancel()": "stop kill abort terminate",
    "resume()": "restart retry rerun run start continue_ submit",
    "task(17)": "tasks show config get_task",
    "logs(17)": "log stdout stderr output_of printed",
    "collect('results.nc')": "save to_netcdf to_zarr to_csv export write",
    "report('report.html')": "plot html dashboard page",
    "status()": "info summary describe running",
    "stats()": "statistics mean means mc sem",
    "verify()": "check validate test",
    "extend(…)": "add more grow add_members",
    "wait()": "join block until_done",
    "progress()": "watch bar follow",
    "complete": "done finished is_complete succeeded",
    "path": "directory dir folder run_dir",
}
"""Attribute of a run -> what others call it."""

_OF_PACKAGE = {
    "sweep": "run launch map start grid submit",
    "plan": "dry_run preview",
    "open_run": "open load load_run get_run read",
    "list_runs": "list ls all_runs",
    "command": "executable shell",
}
"""Function of the package -> what others call it."""


_MISSPELT = 0.85
"""How alike names are that differ by a letter or two."""


def meant_by(name: str, known: Iterable[str], others: Mapping[str, str]) -> str:
    """Which of some names may be meant by another one; empty if none is."""
    known = list(known)
    return next(iter([*_known(name, known, others), *get_close_matches(name, known, n=1)]), "")


def _known(name: str, known: Sequence[str], others: Mapping[str, str]) -> list[str]:
    """The names that another one is a misspelling of, or another word for."""
    misspelt = get_close_matches(name, known, n=1, cutoff=_MISSPELT)
    return [*misspelt, *(right for right in known if name.lower() in others.get(right, "").split())]


def _is_known(name: str, known: Sequence[str]) -> bool:
    return bool(_known(name, known, _MEANT))


def of_run(name: str, attributes: Collection[str], results: Collection[str]) -> str:
    """What to say of an attribute that a run doesn't have."""
    if name in results:
        return f"a run has no attribute {name!r}; it is a result: run[{name!r}]"
    spelled = {attribute.partition("(")[0]: attribute for attribute in _ATTRIBUTES}
    meant = meant_by(name, _ATTRIBUTES, _ATTRIBUTES) or meant_by(name, attributes, {})
    hint = f"did you mean run.{spelled.get(meant, meant)}?" if meant else "results are had by run['name']"
    return f"a run has no attribute {name!r}; {hint}"


def of_package(name: str, exports: Iterable[str]) -> str:
    """What to say of a name that the package doesn't export."""
    meant = meant_by(name, exports, _OF_PACKAGE)
    return f"module 'sweeprun' has no attribute {name!r}" + (f"; did you mean sweeprun.{meant}?" if meant else "")


def with_advice(
    called: str, further: Callable[..., Collection[str]] | None = None
) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """Say which argument may be meant by one that there is not.

    Parameters
    ----------
    called
        How the function is called, such as ``run.resume``.
    further
        Of a function that takes any keywords: those that are right, given its first argument.
    """

    def decorate(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        signature = inspect.signature(function)
        known = [
            name
            for name, parameter in signature.parameters.items()
            if parameter.kind is not parameter.VAR_KEYWORD and name != "self"
        ]

        @wraps(function)
        def checked(*args: Parameters.args, **given: Parameters.kwargs) -> Result:
            right = [*known, *(further(*args[:1]) if further is not None else ())]
            for name, value in given.items():
                is_axis = "axes" in known and "constants" not in right and _is_several(value)  # as the verb will say
                if name not in right and not (is_axis and not _is_known(name, right)):
                    raise UsageError(_of_argument(called, name, value, right, args))
            try:
                bound = signature.bind(*args, **given)
            except TypeError as error:
                raise UsageError(f"{called}(): {error}{_of_missing(called, str(error))}") from None
            for name, value in bound.arguments.items():
                if expected := expected_instead(value, signature.parameters[name].annotation):
                    raise UsageError(f"{called}(): {name} is {_brief(value)}; it should be {expected}")
            return function(*args, **given)

        return checked

    return decorate


def _of_argument(called: str, name: str, value: Any, known: Sequence[str], args: Sequence[Any]) -> str:
    """What to say of an argument that a function doesn't have."""
    beginning = f"{called}() has no argument {name!r}"
    if "axes" in known and "constants" in known:
        parameters = _parameters(args)
        meant = meant_by(name, known, _MEANT)
        if name in parameters or (_is_several(value) and meant not in ("axes", "exclude", "only", "streams")):
            if _is_several(value):
                return f"{beginning}; the values of axes are one mapping: {called}(…, {{{name!r}: {_brief(value)}}})"
            return f"{beginning}; what is the same in all tasks goes into constants={{{name!r}: {_brief(value)}}}"
    meant = meant_by(name, known, _MEANT)
    return f"{beginning}; " + (f"did you mean {meant!r}?" if meant else f"its arguments are {', '.join(known)}")


def _of_missing(called: str, message: str) -> str:
    if "'axes'" in message:
        return f"; name the values of each axis: {called}(function, {{'lr': [0.1, 0.01]}})"
    return ""


def _parameters(args: Sequence[Any]) -> Collection[str]:
    """The parameters of a task function, if one was given."""
    try:
        return inspect.signature(args[0]).parameters if args and callable(args[0]) else ()
    except (TypeError, ValueError):
        return ()


def _is_several(value: Any) -> bool:
    """Whether a value is several ones, as those of an axis are."""
    return hasattr(value, "__len__") and hasattr(value, "__getitem__") and not isinstance(value, str | bytes | Mapping)


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else "…"
