"""What the page about notebooks shows is run, from top to bottom."""

import re
import textwrap
from pathlib import Path

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

PAGE = Path(__file__).parents[2] / "docs" / "notebooks.md"


def blocks(text: str) -> list[str]:
    """The indented blocks of a page."""
    found = re.findall(r"(?:^    .*\n|^\n(?=    ))+", text, re.MULTILINE)
    return [textwrap.dedent(block).strip() for block in found if block.strip()]


def test_the_page_is_true(tmp_path: Path) -> None:
    sources = blocks(PAGE.read_text(encoding="utf-8"))
    assert len(sources) >= 4
    checks = [
        "assert run.complete and fits.complete and year.counts['excluded'] == 6",
        "assert run.replay(n=1000, member=3).equal and year.replay(day='2024-03-01', width=0.5).equal",
        "assert len(table) == 80",
    ]
    notebook = new_notebook(cells=list(map(new_code_cell, [*sources, *checks])))  # type: ignore[no-untyped-call]
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()


@pytest.mark.parametrize("method", ["progress", "wait", "extend", "resume", "replay", "cancel", "collect", "refresh"])
def test_every_method_is_told(method: str) -> None:
    assert f"`run.{method}(" in PAGE.read_text(encoding="utf-8")
