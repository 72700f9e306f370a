"""Modules that would start their sweep again when a worker imports them."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from sweeprun.errors import UsageError
from sweeprun.worker.main_guard import check_guarded

_GUARDED = [
    'if __name__ == "started":\n    check()',
    'if "started" == __name__:\n    check()',
    'if __name__ == "started": check()',
    'if __name__ in ("started", "run") and check is not None:\n    check()',
    'try:\n    if __name__ == "started":\n        check()\nfinally:\n    pass',
    'match __name__:\n    case "started":\n        check()',
    'check() if __name__ == "started" else None',
    '__name__ == "started" and check()',
    'is_main = __name__ == "started"\nif is_main:\n    check()',
    'if globals()["__name__"] == "started":\n    check()',
    'while __name__ == "started":\n    check()\n    break',
    'def start():\n    if __name__ != "started":\n        return\n    check()\nstart()',
]


@pytest.fixture
def run_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Run a module as an import does, with `check_guarded` in it."""

    def run(content: str, name: str = "started", path: Path = tmp_path / "my study.py") -> None:
        path.write_text(content)
        module = ModuleType(name)
        module.__dict__.update(check=lambda: check_guarded("started"), __file__=str(path))
        monkeypatch.setitem(sys.modules, name, module)
        exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)

    return run


def test_a_line_at_the_top_is_refused_with_its_number(run_module: Callable[..., None]) -> None:
    with pytest.raises(UsageError, match=r"workers import 'my study.py' .* its line 3 would start the sweep"):
        run_module("x = 1\n\ncheck()\n")


def test_the_line_of_the_module_counts_and_not_that_of_a_function(run_module: Callable[..., None]) -> None:
    with pytest.raises(UsageError, match="its line 5 "):
        run_module("def start():\n    check()\n\n\nstart()\n")


@pytest.mark.parametrize("content", _GUARDED)
def test_a_condition_around_the_line_is_a_guard(run_module: Callable[..., None], content: str) -> None:
    run_module(content)


@pytest.mark.parametrize(
    "content", ["if True:\n    check()", "while 1:\n    check()\n    break", "for i in [1]:\n    check()"]
)
def test_what_runs_in_any_case_is_refused(run_module: Callable[..., None], content: str) -> None:
    with pytest.raises(UsageError, match="line 2 "):
        run_module(content)


def test_a_condition_elsewhere_is_no_guard(run_module: Callable[..., None]) -> None:
    with pytest.raises(UsageError, match="line 3 "):
        run_module('if __name__ == "started":\n    x = 1\ncheck()\n')


def test_other_modules_may_start_it_as_they_like(run_module: Callable[..., None]) -> None:
    run_module("check()\n", name="another")


def test_a_tool_that_runs_the_script_in_its_own_place_is_not_the_script(
    run_module: Callable[..., None], tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    inner = 'if __name__ == "started":\n    check()\n'
    outer = f"run({inner!r}, path=script)\n"
    (tmp_path / "tool.py").write_text(outer)
    tool = ModuleType("started")  # workers never import it: the script is in its place when the sweep starts
    tool.__dict__.update(run=run_module, script=script)
    exec(compile(outer, str(tmp_path / "tool.py"), "exec"), tool.__dict__)


def test_what_cant_be_read_counts_as_guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("started")
    monkeypatch.setitem(sys.modules, "started", module)
    module.__dict__["check"] = lambda: check_guarded("started")
    exec(compile("check()", "<typed in>", "exec"), module.__dict__)
