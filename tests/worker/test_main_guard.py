"""Modules that would start their sweep again when a worker imports them."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from sweeprun.errors import UsageError
from sweeprun.worker.main_guard import check_guarded

_GUARDS = [
    'if __name__ == "__main__":',
    'if "__main__" == __name__:',
    'if __name__ == "__main__" and True:',
    'if __name__ in ("__main__", "started"):',
]


def run_module(path: Path, content: str, name: str = "started") -> None:
    """Run a module as an import does, with `check_guarded` in it."""
    path.write_text(content)
    module = ModuleType(name)
    module.__dict__.update(check=lambda: check_guarded("started"), __file__=str(path))
    exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)


def test_a_line_at_the_top_is_refused_with_its_number(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"workers import 'my study.py' .* its line 3 would start the sweep"):
        run_module(tmp_path / "my study.py", "x = 1\n\ncheck()\n")


def test_the_line_of_the_module_counts_and_not_that_of_a_function(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="its line 5 "):
        run_module(tmp_path / "a.py", "def start():\n    check()\n\n\nstart()\n")


@pytest.mark.parametrize("guard", _GUARDS)
def test_a_line_below_a_guard_is_right(tmp_path: Path, guard: str) -> None:
    guard = guard.replace('"__main__" and', '"started" and').replace('== "__main__":', '== "started":')
    guard = guard.replace('"__main__" ==', '"started" ==')
    run_module(tmp_path / "a.py", f"done = []\n{guard}\n    check()\n    done.append(1)\nassert done\n")


def test_a_branch_that_asks_for_something_else_is_no_guard(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="line 2 "):
        run_module(tmp_path / "a.py", "if True:\n    check()\n")


def test_a_guard_inside_another_block_is_one(tmp_path: Path) -> None:
    run_module(tmp_path / "a.py", 'try:\n    if __name__ == "started":\n        check()\nfinally:\n    pass\n')


def test_other_modules_may_start_it_as_they_like(tmp_path: Path) -> None:
    run_module(tmp_path / "a.py", "check()\n", name="another")


def test_what_cant_be_read_counts_as_guarded() -> None:
    module = ModuleType("started")
    exec(compile("check()", "<typed in>", "exec"), module.__dict__ | {"check": lambda: check_guarded("started")})
    assert "started" not in sys.modules
