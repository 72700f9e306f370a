import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sweeprun
from sweeprun.notebook.stale import stale_modules
from sweeprun.worker.sources import code_of_given

PART = """\
import functools

def decorated(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs)
    return inner

@decorated
def double(x):
    return 2 * x

class Model:
    def value(self, x):
        return [own + 1 for own in (x,)]
"""


@pytest.fixture
def double(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "part_that_is_edited.py").write_text(PART)
    monkeypatch.delitem(sys.modules, "part_that_is_edited", raising=False)
    function: Callable[..., Any] = importlib.import_module("part_that_is_edited").double
    return function


@pytest.mark.parametrize(
    ("old", "new", "stale"),
    [
        ("2 * x", "3 * x", True),
        ("own + 1", "own + 2", True),
        ("import functools\n", "# a remark\nimport functools\n", False),
        ("2 * x", "2 *", False),
    ],
)
def test_what_counts_is_what_functions_do(
    double: Callable[..., Any], tmp_path: Path, old: str, new: str, stale: bool
) -> None:
    file = tmp_path / "part_that_is_edited.py"
    code = code_of_given(double, tmp_path)
    assert stale_modules(code) == []
    file.write_text(PART.replace(old, new))
    assert stale_modules(code) == (["part_that_is_edited"] if stale else [])


def test_a_sweep_tells_that_workers_run_what_the_file_says(
    double: Callable[..., Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "part_that_is_edited.py").write_text(PART.replace("2 * x", "3 * x"))
    run = sweeprun.sweep(double, {"x": [1]}).wait()
    assert run["result"].item() == 3
    assert "part_that_is_edited was edited after it was imported here" in capsys.readouterr().err
