"""The example notebook, run from top to bottom as Jupyter runs it: what its text says is what comes out."""

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import sweeprun

NOTEBOOK = Path(__file__).parents[2] / "experiments" / "learning_pi.ipynb"


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    directory = tmp_path_factory.mktemp("notebook")
    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(directory)}}).execute()
    (run,) = directory.glob("multirun/*/*")
    assert sweeprun.open_run(run).complete
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def text_of(cell: Any) -> str:
    """What a cell showed, as plain text."""
    return "\n".join(output.get("text") or output["data"]["text/plain"] for output in cell.outputs)


def cell_with(cells: list[Any], words: str) -> Any:
    (found,) = [cell for cell in cells if words in cell.source]
    return found


def test_it_is_stored_without_outputs() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)  # type: ignore[no-untyped-call]
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.outputs for cell in code] == [[]] * len(code)
    assert [cell.execution_count for cell in code] == [None] * len(code)


def test_the_errors_shrink_as_it_says(cells: list[Any]) -> None:
    slopes = ast.literal_eval(text_of(cell_with(cells, "slopes = ")))
    assert slopes["anywhere"] == pytest.approx(-1 / 2, abs=0.05)
    assert slopes["one in each cell"] == pytest.approx(-3 / 4, abs=0.05)
    as_good = re.match(r"([\d,]+) points anywhere are as good as 16,384", text_of(cell_with(cells, "as good as")))
    assert as_good is not None
    assert 500_000 < int(as_good[1].replace(",", "")) < 2_000_000
    plain, grid = ast.literal_eval(text_of(cell_with(cells, "run.extend")).splitlines()[-1])
    assert plain == pytest.approx(2, rel=0.2)
    assert grid == pytest.approx(2**1.5, rel=0.2)


def test_a_replay_is_equal_and_a_picture_is_shown(cells: list[Any]) -> None:
    assert "equal to the bit" in text_of(cell_with(cells, "run.replay"))
    assert any("image/png" in output.get("data", {}) for output in cell_with(cells, "plt.show").outputs)


def test_the_last_state_of_the_bar_stays_in_the_notebook(cells: list[Any]) -> None:
    shown, run = cell_with(cells, "members=100").outputs
    assert shown["output_type"] == "display_data"
    assert shown["data"]["text/plain"].startswith("1200/1200 done")
    assert "1200 succeeded" in shown["data"]["text/html"]
    assert run["data"]["text/plain"].startswith("<sweeprun.Run ")
