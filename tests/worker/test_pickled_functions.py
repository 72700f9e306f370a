"""Functions that were given as objects: which arguments they fit, and how workers find and call them."""

import functools
import linecache
import pickle
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sweeprun.errors import FormatError, TaskFunctionError
from sweeprun.store.job_spec import MAIN, PICKLED, FunctionReference, JobSpec
from sweeprun.store.manifest import Manifest, read_manifest
from sweeprun.worker.functions import TaskFunction
from sweeprun.worker.pickled_functions import (
    check_arguments,
    load_given_function,
    name_of,
    parameters_of,
    pickle_function,
    with_function,
    with_located_function,
)
from tests.results.runs import make_run

RNG: Any = "the rng"


def stored(
    directory: Path, function: Callable[..., Any], constants: dict[str, Any] | None = None, **files: Any
) -> TaskFunction:
    """A function as workers load it."""
    (directory / "f ü.pickle").write_bytes(pickle_function(function, constants or {}, **files))
    return load_given_function(FunctionReference(kind=PICKLED, path="f ü.pickle", keywords=True), directory)


def called(function: TaskFunction, *, task: Any = None, **values: Any) -> Any:
    """What a function gives for a task with these values of axes."""
    config: Any = values
    return function(config, lambda: RNG, task)


def takes_all(a: int, b: int = 2, *, rng: Any, **more: Any) -> Any:
    return a, b, rng, more


async def fetch(a: int) -> int:
    return a


def takes_some(a: int, b: int = 2, *, task: Any = None) -> Any:
    return a, b, task


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (takes_some, (("task",), {"a", "b"}, {"a"})),
        (takes_all, (("rng",), None, {"a"})),
        (lambda cfg, rng, task: None, (("cfg", "rng", "task"), set(), set())),  # noqa: ARG005
        (lambda *args: None, ((), set(), set())),  # noqa: ARG005
        (functools.partial(takes_some, 1, b=3), (("task",), {"b"}, set())),
        (min, ((), None, set())),  # its signature is not known
    ],
)
def test_what_a_function_takes(function: Callable[..., Any], expected: Any) -> None:
    assert parameters_of(function) == expected


def test_a_parameter_by_position_only_is_refused_unless_it_has_a_default() -> None:
    def positional(a: int, /, b: int) -> None: ...

    def optional(a: int = 1, /, b: int = 2) -> None: ...

    with pytest.raises(TaskFunctionError, match="positional takes a by position only"):
        parameters_of(positional)
    assert parameters_of(optional) == ((), {"b"}, set())


@pytest.mark.parametrize(
    ("function", "axes", "constants"),
    [
        (takes_some, ["a"], []),
        (takes_some, ["b"], ["a"]),
        (takes_some, ["a", "member"], []),
        (takes_all, ["a", "anything"], ["else"]),
        (lambda cfg: cfg, ["a", "b"], []),
        (lambda: None, [], []),
        (lambda *args, **kwargs: None, ["a"], ["n"]),  # noqa: ARG005
    ],
)
def test_a_function_that_fits_is_not_refused(
    function: Callable[..., Any], axes: list[str], constants: list[str]
) -> None:
    check_arguments(function, axes, constants)


@pytest.mark.parametrize(
    ("function", "axes", "constants", "match"),
    [
        (takes_some, ["b"], [], "takes_some has the parameters a, which nothing fills"),
        (takes_some, ["a", "c"], [], "takes_some does not take 'c': add such a parameter, .*; it takes a, b"),
        (lambda learning_rate: None, ["learning_rat"], [], "has the parameters learning_rate"),  # noqa: ARG005
        (lambda size=1: None, ["sïze"], [], r"does not take 'sïze': did you mean 'size'\?"),  # noqa: ARG005
        (lambda: None, [], ["n"], "does not take 'n': .*; it takes nothing"),
        (takes_some, ["a", "rng"], [], "'rng' can't be an axis or a constant"),
        (takes_some, ["a"], ["task"], "'task' can't be an axis or a constant"),
        (takes_some, ["a", "b"], ["b", "a"], "'a' is both an axis and a constant"),
        (lambda a, *args: None, ["a"], [], r"takes \*args, which nothing fills: values of axes are given by name"),  # noqa: ARG005
        (fetch, ["a"], [], "fetch is an async function"),
    ],
)
def test_what_does_not_fit_is_named(
    function: Callable[..., Any], axes: list[str], constants: list[str], match: str
) -> None:
    with pytest.raises(TaskFunctionError, match=match):
        check_arguments(function, axes, constants)


def test_a_worker_gives_a_function_the_values_and_constants_that_it_takes(tmp_path: Path) -> None:
    function = stored(tmp_path, takes_some, {"b": 5, "unused": 6})
    assert called(function, task="the task", a=1, member=3) == (1, 5, "the task")
    function = stored(tmp_path, takes_all, {"b": 5})
    assert called(function, a=1, c=3) == (1, 5, "the rng", {"c": 3})
    function = stored(tmp_path, lambda cfg: [cfg], {"b": 5})
    assert called(function, a=1) == [{"a": 1, "b": 5}]


def test_no_task_sees_what_another_did_to_a_constant(tmp_path: Path) -> None:
    def append(x: int, seen: list[int]) -> list[int]:
        seen.append(x)
        return seen

    function = stored(tmp_path, append, {"seen": []})
    assert [called(function, x=x) for x in (1, 2)] == [[1], [2]]


def test_an_applications_function_is_given_the_config_alone(tmp_path: Path) -> None:
    (tmp_path / "f.pickle").write_bytes(pickle_function(lambda config: config + 1))
    given_config: Any = load_given_function(FunctionReference(kind=PICKLED, path="f.pickle"), tmp_path)
    assert given_config(1, None, None) == 2


def test_tracebacks_show_lines_that_are_in_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linecache, "cache", {})
    cell = "<cell 7>"
    lines = ["def fails():\n", "    raise ValueError('größe')  # of the cell\n"]
    found: dict[str, Any] = {"__name__": "__main__"}
    exec(compile("".join(lines), cell, "exec"), found)
    function = stored(tmp_path, found["fails"], files={cell: lines})
    with pytest.raises(ValueError, match="größe") as raised:
        called(function)
    assert "# of the cell" in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize(
    ("data", "error", "match"),
    [
        ({"format": "sweeprun-function", "version": 9}, FormatError, "has version 9 and this sweeprun reads version 1"),
        ({}, FormatError, "has version None"),
        (
            {"format": "sweeprun-function", "version": 1, "name": "mäin", "function": b"cno_such_module\nf\n."},
            TaskFunctionError,
            "the task function mäin can't be unpickled here: ModuleNotFoundError: .*'no_such_module'",
        ),
    ],
)
def test_what_can_not_be_loaded_says_why(
    tmp_path: Path, data: dict[str, Any], error: type[Exception], match: str
) -> None:
    (tmp_path / "f.pickle").write_bytes(pickle.dumps(data))
    with pytest.raises(error, match=match):
        load_given_function(FunctionReference(kind=PICKLED, path="f.pickle"), tmp_path)


def test_an_unknown_kind_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="'magic'"):
        load_given_function(FunctionReference(kind="magic"), tmp_path)


def function_of(manifest: Manifest) -> FunctionReference:
    assert manifest.job.function is not None
    return manifest.job.function


def test_another_function_keeps_the_constants_of_the_first(tmp_path: Path) -> None:
    run = make_run(tmp_path / "a rün")
    reference = FunctionReference(kind=PICKLED, path="function.pickle", keywords=True)
    manifest = replace(read_manifest(run), job=JobSpec(function=reference))
    run.function.write_bytes(pickle_function(takes_some, {"a": 1, "b": 5}))
    run.functions.mkdir()
    run.given_function("4f1c").write_bytes(pickle_function(lambda a, b: a - b))
    assert with_function(manifest, "") == manifest
    other = with_function(manifest, "4f1c")
    assert called(load_given_function(function_of(other), run.path)) == -4
    located = with_located_function(other, run)
    elsewhere = load_given_function(function_of(located), tmp_path / "elsewhere")
    assert called(elsewhere) == -4


def test_a_run_whose_function_a_config_names_has_no_other(tmp_path: Path) -> None:
    manifest = read_manifest(make_run(tmp_path / "run"))
    assert with_function(manifest, "4f1c") == manifest


def test_callables_of_every_kind_have_a_name() -> None:
    assert name_of(Path.exists) == "Path.exists"
    assert name_of(functools.partial(takes_some)).startswith("functools.partial(")


def test_runs_beside_a_run_find_what_it_holds(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    reference = FunctionReference(kind=MAIN, file="train.py", name="main", resolvers="resolvers.pickle")
    manifest = read_manifest(run)
    of_application = replace(manifest, job=replace(manifest.job, function=reference))
    found = with_located_function(of_application, run)
    assert found.job.function == replace(reference, resolvers=str(run.resolvers))
    assert with_located_function(manifest, run) == manifest
