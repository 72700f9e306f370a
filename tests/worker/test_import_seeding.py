"""Global generators that modules seed when they are imported."""

import importlib
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from sweeprun.worker.import_seeding import ImportSeeding

Study = Callable[[str], ModuleType]
BOTH = ("random", "numpy.random")


@pytest.fixture
def seeding() -> Iterator[ImportSeeding]:
    before = random.getstate(), np.random.get_state()  # noqa: NPY002
    seeding = ImportSeeding()
    yield seeding
    seeding.close()
    random.setstate(before[0])
    np.random.set_state(before[1])  # noqa: NPY002


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Study]:
    """Imports a study that has these lines below its imports, the first of which is line 6."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "torch.py").write_text("def manual_seed(seed): return seed\n")

    def imported(lines: str) -> ModuleType:
        head = "import os\nimport random\nimport numpy as np\nimport numpy.random as npr\n\n"
        (tmp_path / "study_seeded.py").write_text(f"{head}{lines}\n\ndef seed():\n    np.random.seed(3)\n")
        return importlib.import_module("study_seeded")

    yield imported
    for name in ("study_seeded", "torch"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("np.random.seed(4)", ["np.random.seed(4) (study_seeded.py, line 6)"]),
        (
            "random.seed(4)\nnpr.seed(5)",
            ["random.seed(4) (study_seeded.py, line 6)", "npr.seed(5) (study"],
        ),
        ("def all_of(n):\n    np.random.seed(n)\n\nall_of(4)", ["np.random.seed(n) (study_seeded.py, line 7)"]),
        ("class A:\n    np.random.seed(4)", ["np.random.seed(4) (study_seeded.py, line 7)"]),
        ("np.random.seed(1)\nnp.random.seed(2)", ["np.random.seed(2) (study_seeded.py, line 7)"]),
        ("np.random.set_state(np.random.RandomState(3).get_state())", []),
        (
            "STATE = random.Random(3).getstate()\nrandom.setstate(STATE)",
            ["random.setstate(STATE) (study_s"],
        ),
        ("from random import seed\nseed(4)", ["seed(4) (study_seeded.py, line 7)"]),
        ("np.random.seed(os.getpid())", []),
        ("def all_of(n):\n    np.random.seed(n)\n\nall_of(os.getpid())", []),
        ("np.random.seed(1)\nnp.random.seed()", []),
        ("random.Random(4).seed(5)", []),
        ("if __name__ == '__main__':\n    np.random.seed(4)", []),
        ("np.random.default_rng(0)", []),
        ("", []),
    ],
)
def test_the_lines_that_seed_are_named(seeding: ImportSeeding, study: Study, lines: str, found: list[str]) -> None:
    study(lines)
    named = seeding.lines(BOTH)
    assert len(named) == len(found)
    assert all(text.startswith(start) for text, start in zip(named, found, strict=True))


def test_what_a_task_seeds_while_it_runs_is_its_own_affair(seeding: ImportSeeding, study: Study) -> None:
    study("").seed()
    assert seeding.lines(BOTH) == []


@pytest.mark.parametrize("how", ["import torch\ntorch.manual_seed(4)", "from torch import manual_seed\nmanual_seed(4)"])
def test_torch_is_heard_as_soon_as_it_is_imported(seeding: ImportSeeding, study: Study, how: str) -> None:
    study(how)
    (line,) = seeding.lines(["torch"])
    assert line.endswith("manual_seed(4) (study_seeded.py, line 7)")
    assert seeding.lines(BOTH) == []


def test_closing_leaves_the_functions_as_they_were(study: Study) -> None:
    before = random.seed, np.random.seed
    seeding = ImportSeeding()
    study("import torch")
    seeding.close()
    assert (random.seed, np.random.seed) == before
    assert not hasattr(sys.modules["torch"].manual_seed, "__wrapped__")
