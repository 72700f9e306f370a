"""The examples in docstrings of what Python has are run, on a small run; and none of the reference is without one."""

import doctest
import inspect
import linecache
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sweeprun
from sweeprun.notebook.seen import SeenRun
from sweeprun.wording import PYTHON, speaking

_CELL = "<cell of the examples>"
_SOURCE = """\
def estimate(n, rng):
    return {"pi": 4 * ((rng.random((n, 2)) ** 2).sum(axis=1) <= 1).mean()}
"""
_FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
_LOOKS = ("counts", "states", "complete", "dataset", "failures", "path", "refresh")
"""What a run says of itself, and verbs do not."""


def _verbs() -> dict[str, Callable[..., Any]]:
    """What can be called: of the package, and of a run."""
    package = {f"sweeprun.{name}": getattr(sweeprun, name) for name in ("sweep", "plan", "open_run", "list_runs")}
    methods = {
        f"Run.{name}": method
        for name, method in inspect.getmembers(sweeprun.Run, inspect.isfunction)
        if not name.startswith("_") and name not in _LOOKS
    }
    return package | methods


def _estimate() -> Callable[..., Any]:
    """The function of the examples, as a notebook defines it."""
    linecache.cache[_CELL] = (len(_SOURCE), None, _SOURCE.splitlines(keepends=True), _CELL)
    namespace = {"__name__": "__main__"}
    exec(compile(_SOURCE, _CELL, "exec"), namespace)
    return namespace["estimate"]  # type: ignore[return-value]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What the examples know: a run of six tasks that have succeeded, the newest one here."""
    with pytest.MonkeyPatch.context() as patch, speaking(PYTHON):
        patch.chdir(tmp_path_factory.mktemp("examples"))
        estimate = _estimate()
        run = sweeprun.sweep(estimate, {"n": [100, 1000]}, members=3).wait()
        yield {"sweeprun": sweeprun, "np": np, "estimate": estimate, "run": run, "__name__": "__main__"}


_CHANGE = ("sweeprun.sweep", "Run.extend")
"""These add a run, or tasks: last."""


@pytest.mark.parametrize("name", sorted(_verbs(), key=lambda name: (name in _CHANGE, name)))
@pytest.mark.xdist_group("examples")
def test_the_examples_of_a_verb_give_what_they_say(name: str, names: dict[str, Any]) -> None:
    verb = _verbs()[name]
    parser, told = doctest.DocTestParser(), inspect.getdoc(verb) or ""
    test = parser.get_doctest(told, dict(names), name, inspect.getsourcefile(inspect.unwrap(verb)), 0)
    assert test.examples, f"{name} has no example"
    printed: list[str] = []
    found = doctest.DocTestRunner(optionflags=_FLAGS).run(test, out=printed.append)
    assert not found.failed, "".join(printed)


def test_every_verb_is_in_the_reference() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "python.md").read_text(encoding="utf-8")
    assert [name for name in _verbs() if name.startswith("sweeprun.") and f" {name}\n" not in page] == [
        "sweeprun.sweep"
    ]
    assert ":inherited-members:" in page
    assert issubclass(sweeprun.Run, SeenRun)
