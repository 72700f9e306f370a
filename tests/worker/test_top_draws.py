"""Data that modules draw from global generators when they are imported."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from sweeprun.worker.top_draws import draws_at_top

Study = Callable[[str], ModuleType]
BOTH = ("random", "numpy.random")


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Study]:
    """Imports a study that has these lines below its imports, the first of which is line 6."""
    monkeypatch.syspath_prepend(tmp_path)

    def imported(lines: str) -> ModuleType:
        head = (
            "import random\nimport numpy as np\nfrom numpy.random import normal\nfrom sklearn.utils import shuffle\n\n"
        )
        (tmp_path / "study_at_top.py").write_text(f"{head}{lines}\n\ndef draw():\n    return DATA\n")
        return importlib.import_module("study_at_top")

    yield imported
    sys.modules.pop("study_at_top", None)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("DATA = np.random.normal(size=5).cumsum()", ["np.random.normal(size=5) (study_at_top.py, line 6)"]),
        ("DATA = [normal(), random.random()]", ["normal() (study_at_top.py, line 6)", "random.random() (study_at_top"]),
        ("def make(n):\n    return normal(size=n)\n\nDATA = make(3)", ["make(3) (study_at_top.py, line 9)"]),
        ("class DATA:\n    data = np.random.rand()", ["np.random.rand() (study_at_top.py, line 7)"]),
        ("RAW = normal(size=3)\nDATA = RAW / RAW.sum()", ["normal(size=3) (study_at_top.py, line 6)"]),
        ("DATA = []\nfor n in range(2):\n    DATA.append(normal())", ["normal() (study_at_top.py, line 8)"]),
        ("N = 3\nOTHER = normal(size=N)\nDATA = [N]", []),
        ("name = random.choice('abc')\nDATA = 3", []),
        ("DATA = shuffle([1, 2, 3])", ["shuffle([1, 2, 3]) (study_at_top.py, line 6)"]),
        (
            "class A:\n    def __init__(self):\n        self.w = normal()\n\nDATA = A()",
            ["A() (study_at_top.py, line 10)"],
        ),
        ("DATA = shuffle([1, 2, 3], random_state=0)", []),
        ("np.random.seed(np.random.RandomState(3).randint(9))", []),
        ("if __name__ == '__main__':\n    np.random.rand()", []),
        ("def make(n=lambda: normal()):\n    return normal(size=n)", []),
        ("DATA = np.random.default_rng(0).normal()", []),
        ("", []),
    ],
)
def test_the_lines_of_the_study_are_named(study: Study, lines: str, found: list[str]) -> None:
    module = study(lines)
    named = [text for text in draws_at_top(BOTH, module.draw) if "study_at_top" in text]
    assert len(named) == len(found)
    assert all(text.startswith(start) for text, start in zip(named, found, strict=True))


def test_only_generators_that_were_drawn_from_are_meant(study: Study) -> None:
    module = study("DATA = [normal(), random.random()]")
    assert [text[:8] for text in draws_at_top(["random"], module.draw)] == ["random.r"]
    assert draws_at_top([], module.draw) == []
