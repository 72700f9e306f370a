"""The tables of coverage on the page are those that `scripts/coverage` makes, with fewer repetitions."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

_SHARE = re.compile(r"\d\.\d{3}")
_SCRIPT = Path(__file__).parents[2] / "scripts" / "coverages.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("coverages", _SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["proportions", "counts", "quantiles", "differences"])
def test_the_tables_of_the_page_are_the_scripts(script: ModuleType, name: str) -> None:
    found = script.place_of(name).search(script.PAGE.read_text(encoding="utf-8"))
    assert found is not None
    with np.errstate(all="ignore"):
        expected = script.markdown(list(script.TABLES[name](200, 2)))
    on_page, made = ([row.split(" | ") for row in text.strip().splitlines()] for text in (found[2], expected))
    assert on_page[0] == made[0]
    assert [row[:2] for row in on_page] == [row[:2] for row in made]
    for shown, again in zip(on_page[2:], made[2:], strict=True):
        cells = [(one.strip("| "), other.strip("| ")) for one, other in zip(shown, again, strict=True)]
        assert all(abs(float(one) - float(other)) < 0.15 for one, other in cells if _SHARE.fullmatch(one))


def test_every_table_has_a_place_on_the_page(script: ModuleType) -> None:
    page = script.PAGE.read_text(encoding="utf-8")
    assert all(len(script.place_of(name).findall(page)) == 1 for name in script.TABLES)
    assert page.count("<!-- coverage: ") == len(script.TABLES)


def test_tables_are_written_into_their_places_and_nowhere_else(script: ModuleType) -> None:
    page = script.PAGE.read_text(encoding="utf-8")
    changed = script.written(page, {"means": "| a |", "chains": "| b |"})
    assert (
        script.written(changed, {name: script.place_of(name).search(page)[2].strip() for name in script.TABLES}) == page
    )
    assert "<!-- coverage: means -->\n\n| a |\n\n<!-- end -->" in changed


def test_a_target_for_rare_events_stops_at_what_holds_their_proportion(script: ModuleType) -> None:
    """As long as no event happened, Student's interval is the point 0."""
    rng = np.random.default_rng(0)
    made = {
        kind: [script.until(rng, 0.01, kind) for _ in range(30)]
        for kind in (script.IntervalKind.WILSON, script.IntervalKind.STUDENT)
    }
    wilson, student = (np.mean([low <= 0.01 <= high for (low, high), _ in stopped]) for stopped in made.values())
    assert wilson > 0.85
    assert student < 0.5
