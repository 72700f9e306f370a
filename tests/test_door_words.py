"""No message below the doors is in the words of one of them: `sweeprun.wording` names options and commands."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1] / "sweeprun"
_DOORS = {"cli", "display", "notebook", "plugin", "testing", "wording.py"}
_WORDS = re.compile(
    r"hydra\.(?:sweeper|launcher|sweep|job|run)\b|hydra/(?:sweeper|launcher)=|(?<![\w-])--[a-z]"
    r"|\bsweeprun (?:-m|cancel|collect|element|extend|init|list|logs|plan|replay|report|resume|show|start|stats|status"
    r"|throttle|verify|wait|worker)\b|\b(?:sweeprun|run)\.[a-z_]+\("
)
_NO_MESSAGES = {
    "config/sweeper_options.py": "begins with `defaults: [sweeprun]`",  # what a file of Hydra's must say
    "config/grammar.py": "add hydra/sweeper=sweeprun to the command line",  # Hydra's grammar is typed
    "results/dimension_notes.py": "call sweeprun.sweep(…",  # of a run that was made in Python
    "launchers/slurm/error_hints.py": "invalid entry for --cluster",  # which Slurm says
    "report/html.py": "sweeprun report",  # by which our pages are known
    "launchers/arrays/element_job.py": "by hand, run `sweeprun worker RUN INDEX`",  # an element is no door
    "launchers/slurm/job.py": "`sweeprun element` runs in an element of a Slurm array",  # nor is this
}
"""Messages that are about a door, and said of it at any other."""


def _texts(tree: ast.Module) -> Iterator[str]:
    """All strings but docstrings; of an f-string, its parts."""
    holders = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    assert isinstance(tree, holders)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node.value


def _is_said(text: str) -> bool:
    """Whether a text is something that is said, and no key, pattern or word of a command line."""
    return " " in text.strip() and _WORDS.search(text) is not None


def _said(path: Path) -> list[str]:
    return [text for text in _texts(ast.parse(path.read_text(encoding="utf-8"))) if _is_said(text)]


def _modules() -> list[str]:
    paths = (path.relative_to(_ROOT) for path in sorted(_ROOT.rglob("*.py")))
    return [path.as_posix() for path in paths if path.parts[0] not in _DOORS]


@pytest.mark.parametrize("module", _modules())
def test_no_message_has_words_of_a_door(module: str) -> None:
    exempt = _NO_MESSAGES.get(module)
    assert [text for text in _said(_ROOT / module) if exempt is None or exempt not in text] == []


@pytest.mark.parametrize(
    "text", ["set hydra.sweeper.members=3", "add --allow-drift", "see sweeprun status", "run.resume() goes on"]
)
def test_words_of_doors_are_found(text: str) -> None:
    assert _is_said(text)


@pytest.mark.parametrize("text", ["hydra.sweeper.members", "--json", "another sweeprun made it", "no -- dash"])
def test_other_words_are_not(text: str) -> None:
    assert not _is_said(text)
