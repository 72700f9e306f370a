"""What leads to the function of a Hydra application."""

import functools
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sweeprun.errors import FormatError, TaskFunctionError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.job_spec import MAIN, MODULE, PICKLED, FunctionReference
from sweeprun.worker.applications import ApplicationFunction, load_application_function

SCRIPT = """
calls = []

def main(cfg):
    return cfg + 1
"""


def reference(function: Any, base: Path) -> FunctionReference:
    return ApplicationFunction.of(function, base).reference


def test_a_functions_module_leads_to_it(tmp_path: Path) -> None:
    expected = FunctionReference(kind=MODULE, module="json", name="dumps", application=True)
    assert reference(json.dumps, tmp_path) == expected


def test_a_function_in_a_function_is_pickled(tmp_path: Path) -> None:
    number = 41

    def add(cfg: int) -> int:
        return cfg + number

    given = ApplicationFunction.of(add, tmp_path)
    assert given.reference.kind == PICKLED
    given.keep(RunDirectory(tmp_path))
    assert load_application_function(given.reference, tmp_path, tmp_path)(1, None, None) == 42  # type: ignore[arg-type]


def test_a_function_whose_call_runs_nothing_is_refused(tmp_path: Path) -> None:
    async def train(cfg: Any) -> Any:
        return cfg

    with pytest.raises(TaskFunctionError, match=r"the application's function .*train is an async function"):
        ApplicationFunction.of(train, tmp_path)


def test_the_main_script_leads_to_what_its_decorators_wrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def main(cfg: int) -> int:
        return cfg

    main.__module__, main.__qualname__ = "__main__", "main"
    script = ModuleType("__main__")
    script.__file__, script.__spec__ = str(tmp_path / "train.py"), None
    (tmp_path / "train.py").touch()
    vars(script)["main"] = functools.wraps(main)(lambda: None)
    monkeypatch.setitem(__import__("sys").modules, "__main__", script)
    expected = FunctionReference(kind=MAIN, file="train.py", name="main", application=True)
    assert reference(main, tmp_path) == expected
    assert reference(main, tmp_path / "elsewhere").file == str(tmp_path / "train.py")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (FunctionReference(kind=MAIN, file="gone.py", name="main"), "gone.py' is not there any more"),
        (FunctionReference(kind=MODULE, module="json", name="nothing"), "no function 'nothing'"),
        (FunctionReference(kind=MODULE, module="no_such_module", name="main"), "importing 'no_such_module' failed"),
    ],
)
def test_what_is_gone_is_told(tmp_path: Path, given: FunctionReference, message: str) -> None:
    with pytest.raises(TaskFunctionError, match=message):
        load_application_function(given, tmp_path, tmp_path)


def test_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="'magic'"):
        load_application_function(FunctionReference(kind="magic"), tmp_path, tmp_path)
