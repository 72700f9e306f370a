"""Task functions that were given as objects, and not named in a config: those of notebooks and of Hydra applications.

What leads to one is in the manifest, as ``job["function"]``: a mapping whose ``kind`` says how to find it, and whose
other keys say where and how it is called.
"""

import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sweeprun.errors import FormatError, TaskFunctionError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import create_file
from sweeprun.worker.functions import TaskFunction

GIVEN = "(given)"
"""What a worker calls such a function, beside those that configs name."""

PICKLED = "pickled"
FORMAT = "sweeprun-function"
VERSION = 1


def write_pickled_function(run: RunDirectory, function: Callable[..., Any]) -> dict[str, Any]:
    """Write a function into a new run, by value if no import leads to it; what the manifest says of it.

    Raises
    ------
    TaskFunctionError
        If it, or something that it refers to, can't be pickled.
    """
    create_file(run.function, pickle_function(function))
    return {"kind": PICKLED, "path": run.function.name}


def pickle_function(function: Callable[..., Any]) -> bytes:
    """A function as bytes.

    Raises
    ------
    TaskFunctionError
        If it, or something that it refers to, can't be pickled.
    """
    import cloudpickle

    name = getattr(function, "__qualname__", repr(function))
    try:
        pickled = cloudpickle.dumps(function)
    except Exception as error:
        raise TaskFunctionError(
            f"{name} can't be sent to workers, since something that it refers to can't be pickled: {error}; open "
            "files, connections and the like inside the function"
        ) from error
    data = {"format": FORMAT, "version": VERSION, "name": name, "function": pickled}
    return pickle.dumps(data, protocol=pickle.HIGHEST_PROTOCOL)


def load_given_function(given: Mapping[str, Any], base: Path) -> TaskFunction:
    """The task function that a manifest leads to.

    Only workers may call this: reading a pickle runs what it says.

    Parameters
    ----------
    given
        What the manifest says of it.
    base
        The run directory, which its path is relative to.

    Raises
    ------
    TaskFunctionError, FormatError
        If it can't be loaded.
    """
    kind = given.get("kind")
    if kind == PICKLED:
        return TaskFunction(function=_unpickled(base / str(given["path"])), asks_for=(), positional=True)
    raise FormatError(f"the manifest leads to its task function by {kind!r}, which this sweeprun does not know")


def _unpickled(path: Path) -> Callable[..., Any]:
    data = pickle.loads(path.read_bytes())
    if (data.get("format"), data.get("version")) != (FORMAT, VERSION):
        raise FormatError(f"{path} has version {data.get('version')!r} and this sweeprun reads version {VERSION}")
    try:
        function: Callable[..., Any] = pickle.loads(data["function"])
    except Exception as error:
        raise TaskFunctionError(
            f"the task function {data['name']} can't be unpickled here: {type(error).__name__}: {error}"
        ) from error
    return function


def with_located_function(given: Mapping[str, Any] | None, run: RunDirectory) -> dict[str, Any] | None:
    """What a manifest says of its function, to be found from anywhere: for runs that are made beside it."""
    if given is None or given.get("kind") != PICKLED:
        return None if given is None else dict(given)
    return dict(given) | {"path": str(run.path / str(given["path"]))}
